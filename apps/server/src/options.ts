/** One option: its flag, its help, and what it is when nobody says. `AURORA_` and the flag name its variable. */
export type Option =
  | { readonly type: 'text'; readonly default: string; readonly help: string }
  | { readonly type: 'texts'; readonly default: readonly string[]; readonly help: string }
  | { readonly type: 'flag'; readonly default: false; readonly help: string }
  | {
      readonly type: 'number';
      readonly default: number;
      readonly least: number;
      readonly most: number;
      readonly help: string;
    };

type Options = Readonly<Record<string, Option>>;

/** Every option of the relay: what `--help` prints and `config.ts` reads. */
export const options = {
  port: { type: 'number', default: 5000, least: 0, most: 65_535, help: 'Port to listen on.' },
  host: {
    type: 'text',
    default: 'localhost',
    help: 'Address to listen on. 0.0.0.0 lets others in; they need HTTPS, see --tls-cert.',
  },
  'data-dir': { type: 'text', default: 'data', help: 'Folder of everything that lasts.' },
  'web-dir': { type: 'text', default: '', help: 'Folder of the built page; the project’s own when empty.' },
  'tls-cert': { type: 'text', default: '', help: 'File of the TLS certificate chain (PEM).' },
  'tls-key': { type: 'text', default: '', help: 'File of its private key (PEM).' },
  origin: {
    type: 'texts',
    default: [],
    help: 'Origin that the page may come from, such as https://chat.example; may be repeated. Without it: localhost, addresses, the --host, and over TLS any name.',
  },
  'allow-no-origin': {
    type: 'flag',
    default: false,
    help: 'Let in clients that send no Origin. No browser needs it.',
  },
  'trust-proxy': {
    type: 'flag',
    default: false,
    help: 'Count clients by the X-Forwarded-For of the one proxy in front. Without a proxy clients could lie.',
  },
  'open-metrics': { type: 'flag', default: false, help: 'Show /metrics to others than this machine.' },
  restored: {
    type: 'flag',
    default: false,
    help: 'The data folder was put back from a backup: tell clients to read anew. Give it once.',
  },
  'log-level': {
    type: 'text',
    default: 'warn',
    help: 'How much to log: trace, debug, info, warn, error, fatal or silent.',
  },
  sockets: { type: 'number', default: 20_000, least: 1, most: 1_000_000, help: 'Most sockets.' },
  'sockets-per-address': {
    type: 'number',
    default: 20,
    least: 1,
    most: 1_000_000,
    help: 'Most sockets of one address.',
  },
  'sessions-per-device': {
    type: 'number',
    default: 5,
    least: 1,
    most: 1000,
    help: 'Most sessions of one device; a newer one ends the oldest.',
  },
  'append-burst': {
    type: 'number',
    default: 60,
    least: 1,
    most: 1e9,
    help: 'Messages that a device may send at once.',
  },
  'append-rate': {
    type: 'number',
    default: 1,
    least: 0.001,
    most: 1e9,
    help: 'Messages a second after that.',
  },
  'kept-burst': {
    type: 'number',
    default: 128,
    least: 1,
    most: 1e9,
    help: 'MiB that a device may have kept at once: entries, mail, knocks and keys.',
  },
  'kept-rate': {
    type: 'number',
    default: 64,
    least: 0.001,
    most: 1e9,
    help: 'KiB of them a second after that.',
  },
  'kept-burst-per-address': {
    type: 'number',
    default: 256,
    least: 1,
    most: 1e9,
    help: 'MiB that the devices of one address may have kept at once.',
  },
  'kept-rate-per-address': {
    type: 'number',
    default: 256,
    least: 0.001,
    most: 1e9,
    help: 'KiB of them a second after that.',
  },
  'file-burst-per-address': {
    type: 'number',
    default: 64,
    least: 0,
    most: 1e9,
    help: 'GiB of files that may come from one address at once, or its largest file if that is more.',
  },
  'file-rate-per-address': {
    type: 'number',
    default: 1,
    least: 0.001,
    most: 1e9,
    help: 'MiB of them a second after that.',
  },
  'newcomer-burst': {
    type: 'number',
    default: 60,
    least: 1,
    most: 1e9,
    help: 'New devices that may come from one address at once.',
  },
  'newcomers-per-minute': {
    type: 'number',
    default: 20,
    least: 0.001,
    most: 1e9,
    help: 'New devices of one address a minute after that.',
  },
  'signal-rate': {
    type: 'number',
    default: 1 / 3,
    least: 0.001,
    most: 1e9,
    help: 'Typing signals of a device a second, after 3 at once.',
  },
  'join-rate': {
    type: 'number',
    default: 6,
    least: 0.001,
    most: 1e9,
    help: 'Rooms that a device may newly join a minute.',
  },
  'request-burst': {
    type: 'number',
    default: 120,
    least: 1,
    most: 1e9,
    help: 'Other requests that a session may send at once.',
  },
  'request-rate': {
    type: 'number',
    default: 20,
    least: 0.001,
    most: 1e9,
    help: 'Other requests a second after that.',
  },
  'auth-timeout': {
    type: 'number',
    default: 5,
    least: 0.1,
    most: 600,
    help: 'Seconds to sign in after connecting.',
  },
  'leave-grace': {
    type: 'number',
    default: 5,
    least: 0,
    most: 600,
    help: 'Seconds that a reload may take before it shows as a leave.',
  },
  'nickname-days': {
    type: 'number',
    default: 30,
    least: 0.001,
    most: 100_000,
    help: 'Days after which the nickname of somebody who never spoke is free again.',
  },
  'file-size': {
    type: 'number',
    default: 2,
    least: 0,
    most: 1e6,
    help: 'GiB of the largest file that may be sent.',
  },
  'file-quota': {
    type: 'number',
    default: 20,
    least: 0,
    most: 1e6,
    help: 'GiB that the files of one person may take.',
  },
  'file-days': {
    type: 'number',
    default: 30,
    least: 0.001,
    most: 100_000,
    help: 'Days that a file is kept.',
  },
  'leave-free': {
    type: 'number',
    default: 5,
    least: 0,
    most: 100,
    help: 'Per cent of the disk to leave free: below it nothing new is written, and files only above twice as much.',
  },
} as const satisfies Options;

export type OptionName = keyof typeof options;
