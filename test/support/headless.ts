import {
  alwaysOnline,
  type Change,
  Client,
  type ClientOptions,
  type Clock,
  type ConversationView,
  type FileWays,
  type MessageRow,
  memoryVault,
  nodeSockets,
  type PeopleView,
  type Row,
  systemClock,
  systemRandom,
  type Vault,
} from '@aurora/chat';
import { LOUNGE, type RoomId } from '@aurora/protocol';
import type { RelayProcess } from './relay.ts';
import { until } from './until.ts';

/** Somebody without a page: the real client over a real socket, and what it would show. */
export interface Headless {
  readonly client: Client;
  readonly vault: Vault;
  readonly changes: readonly Change[];
  /** The rows of a room, the Lounge if none is named, oldest first. */
  rows(room?: RoomId): Row[];
  texts(room?: RoomId): string[];
  people(): PeopleView | null;
  say(text: string, room?: RoomId): Promise<string>;
  /** What one conversation looks like; undefined when there is none. */
  view(room: RoomId): ConversationView | undefined;
  /** Reads the whole history, page by page, as scrolling up would. */
  scrollUp(room?: RoomId): Promise<void>;
  stop(): void;
}

export async function headless(
  relay: Pick<RelayProcess, 'socketUrl' | 'origin'>,
  nickname: string | null,
  options: ClientOptions & { vault?: Vault; clock?: Clock; files?: FileWays } = {},
): Promise<Headless> {
  const vault = options.vault ?? memoryVault();
  const rooms = new Map<RoomId, Map<string, Row>>();
  const rowsIn = (room: RoomId) => {
    const rows = rooms.get(room) ?? new Map<string, Row>();
    rooms.set(room, rows);
    return rows;
  };
  const changes: Change[] = [];
  let people: PeopleView | null = null;
  const client = new Client(
    {
      vault,
      clock: options.clock ?? systemClock,
      random: systemRandom,
      network: alwaysOnline,
      files: options.files,
      sockets: nodeSockets(relay.socketUrl, relay.origin),
    },
    options,
    {
      changed(change) {
        changes.push(change);
        if (change.type === 'people' && change.room === LOUNGE) people = change.people;
        if (change.type === 'reset') rowsIn(change.room).clear();
        if (change.type !== 'rows') return;
        const rows = rowsIn(change.room);
        for (const row of change.rows) rows.set(row.id, row);
        for (const id of change.removed) rows.delete(id);
      },
      rang() {},
    },
  );
  const sorted = (room: RoomId = LOUNGE) =>
    [...rowsIn(room).values()].sort((a, b) => a.position[0] - b.position[0] || a.position[1] - b.position[1]);
  await client.load();
  if (nickname !== null) await client.enter(nickname);
  return {
    client,
    vault,
    changes,
    rows: sorted,
    texts: (room) => sorted(room).flatMap((row) => (row.kind === 'message' ? [row.text] : [])),
    people: () => people,
    say: (text, room = LOUNGE) => client.send(room, text),
    view: (room) =>
      client.account.status === 'in'
        ? client.conversations.views.find((view) => view.room === room)
        : undefined,
    async scrollUp(id = LOUNGE) {
      const room = client.room(id);
      let page = await room.page('latest', [0, 0], 200);
      for (;;) {
        for (const row of page.rows) rowsIn(id).set(row.id, row);
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

export function messages(somebody: Headless, room: RoomId = LOUNGE): MessageRow[] {
  return somebody.rows(room).flatMap((row) => (row.kind === 'message' ? [row] : []));
}
