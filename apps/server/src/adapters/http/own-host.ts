import { isIP } from 'node:net';

export interface HostRule {
  /** The origins that the operator named; none: whatever host is connected to, as far as it can be this relay's. */
  readonly origins: readonly string[];
  /** Whether this relay itself speaks TLS. */
  readonly tls: boolean;
  /** The name or address that it was told to listen on. */
  readonly host: string;
}

export const FOREIGN_HOST =
  'This name is not one of this server’s. Whoever runs it allows it with --origin, such as --origin https://chat.example.';

/** `host` or `host:port`, without its port and brackets. */
function nameOf(host: string): string {
  const name = host.toLowerCase().replace(/:\d*$/, '');
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

/**
 * Whether a request may be meant for this relay. A page of a stranger's name that was made to resolve to this machine
 * (DNS rebinding) is of one origin with whatever answers it, and would reach a relay that its author cannot. It has to
 * be by a name of its own, and it has no certificate: addresses, `localhost`, and any name over TLS are out of its
 * reach. Named origins are compared with `Origin` themselves, and a proxy may call this relay what it likes.
 */
export function isOwnHost(host: string | undefined, { origins, tls, host: own }: HostRule): boolean {
  if (origins.length > 0 || tls) return true;
  const name = nameOf(host ?? '');
  const local = name === 'localhost' || name.endsWith('.localhost');
  return local || isIP(name) !== 0 || (name !== '' && name === own.toLowerCase());
}
