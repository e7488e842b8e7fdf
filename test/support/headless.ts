import {
  alwaysOnline,
  type Change,
  Client,
  type ClientOptions,
  type Clock,
  type MessageRow,
  memoryVault,
  nodeSockets,
  type PeopleView,
  type Row,
  systemClock,
  systemRandom,
  type Vault,
} from '@aurora/chat';
import { LOUNGE } from '@aurora/protocol';
import type { RelayProcess } from './relay.ts';
import { until } from './until.ts';

/** Somebody without a page: the real client over a real socket, and what it would show. */
export interface Headless {
  readonly client: Client;
  readonly vault: Vault;
  readonly changes: readonly Change[];
  /** The rows of the Lounge, oldest first. */
  rows(): Row[];
  texts(): string[];
  people(): PeopleView | null;
  say(text: string): Promise<string>;
  /** Reads the whole history, page by page, as scrolling up would. */
  scrollUp(): Promise<void>;
  stop(): void;
}

export async function headless(
  relay: Pick<RelayProcess, 'socketUrl' | 'origin'>,
  nickname: string | null,
  options: ClientOptions & { vault?: Vault; clock?: Clock } = {},
): Promise<Headless> {
  const vault = options.vault ?? memoryVault();
  const rows = new Map<string, Row>();
  const changes: Change[] = [];
  let people: PeopleView | null = null;
  const client = new Client(
    {
      vault,
      clock: options.clock ?? systemClock,
      random: systemRandom,
      network: alwaysOnline,
      sockets: nodeSockets(relay.socketUrl, relay.origin),
    },
    options,
    {
      changed(change) {
        changes.push(change);
        if (change.type === 'people') people = change.people;
        if (change.type === 'reset') rows.clear();
        if (change.type !== 'rows') return;
        for (const row of change.rows) rows.set(row.id, row);
        for (const id of change.removed) rows.delete(id);
      },
      rang() {},
    },
  );
  const sorted = () =>
    [...rows.values()].sort((a, b) => a.position[0] - b.position[0] || a.position[1] - b.position[1]);
  await client.load();
  if (nickname !== null) await client.enter(nickname);
  return {
    client,
    vault,
    changes,
    rows: sorted,
    texts: () => sorted().flatMap((row) => (row.kind === 'message' ? [row.text] : [])),
    people: () => people,
    say: (text) => client.send(LOUNGE, text),
    async scrollUp() {
      const room = client.room(LOUNGE);
      let page = await room.page('latest', [0, 0], 200);
      for (;;) {
        for (const row of page.rows) rows.set(row.id, row);
        const first = page.rows[0];
        if (!page.moreBefore || first === undefined) return;
        page = await room.page('before', first.position, 200);
      }
    },
    stop: () => client.stop(),
  };
}

/** Waits until somebody can read and write. */
export async function ready({ client }: Headless): Promise<void> {
  await until('the room’s key has come', () => client.rooms[0]?.view.keys === 'ready', 90_000);
}

export function messages(somebody: Headless): MessageRow[] {
  return somebody.rows().flatMap((row) => (row.kind === 'message' ? [row] : []));
}
