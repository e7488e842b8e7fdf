import {
  type ContentKeys,
  CryptoError,
  type Device,
  type EpochKey,
  openRegister,
  sealRegister,
} from '@aurora/crypto';
import {
  type DeviceId,
  deviceId,
  type EventOf,
  limits,
  list,
  type Of,
  type Register,
  type ReplyOf,
  RequestError,
  type RoomId,
  record,
  type Seq,
  seq,
} from '@aurora/protocol';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Vault } from '../../ports/vault.ts';
import type { Connection } from '../connection.ts';
import { Disconnected } from '../failures.ts';
import type { Members } from '../members.ts';
import { readRows } from '../store.ts';
import type { StoredRow } from '../stored-rows.ts';

/** The register that carries a device's marks. */
const KIND = 0;
/** Marks are gathered for so long: what is seen in one go is one write. */
const GATHER = 400;
/** Rows whose state is told anew when marks move. */
const MOST_ROWS = 200;

const marksShape = list(record({ device: deviceId, delivered: seq, seen: seq }), limits.members);
type Mark = Omit<Of<typeof marksShape>[number], 'device'>;

export interface ReceiptsWay {
  readonly room: RoomId;
  readonly device: Device;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly connection: Connection;
  readonly members: Members;
  readonly keys: ContentKeys;
  key(): EpochKey | null;
  keyOf(epoch: EpochKey['epoch']): EpochKey['key'] | null;
  /** Whose devices were to have a message at this place: those that were in the room then and are still. */
  audience(at: Seq): readonly DeviceId[];
  /** Whether this person tells what it has seen, and is therefore told. */
  sharesSeen(): boolean;
  /** Whether this person tells anything here: not to somebody it blocked. */
  silent(): boolean;
  readonly log: { readonly progress: { readonly cursor: Seq; readonly readTo: [number, number] } | null };
  refresh(rows: readonly StoredRow[]): void;
  /** Runs in the room's turn. */
  run(task: () => Promise<void>): void;
}

/**
 * Delivered and Seen: each device keeps two marks in a sealed register, how far it has taken the log in and how far its person
 * has looked. The relay learns that a register changed, and not what it says. Marks only ever move forward: an old one that is
 * told again says nothing.
 */
export class Receipts {
  readonly #way: ReceiptsWay;
  readonly #marks = new Map<DeviceId, Mark>();
  #mine: Mark = { delivered: 0 as Seq, seen: 0 as Seq };
  #told: Mark = { delivered: 0 as Seq, seen: 0 as Seq };
  #gathering: Cancel | null = null;

  constructor(way: ReceiptsWay) {
    this.#way = way;
  }

  async load(): Promise<void> {
    const stored = await this.#way.vault.read('rooms', this.#storeKey);
    if (stored === undefined) return;
    for (const { device, ...mark } of marksShape.fromWire(stored)) this.#marks.set(device, mark);
  }

  statusOf(at: number): 'sent' | 'delivered' | 'seen' {
    const audience = this.#way.audience(at as Seq);
    if (audience.length === 0) return 'sent';
    const marks = audience.map((device) => this.#marks.get(device));
    if (this.#way.sharesSeen() && marks.every((mark) => mark !== undefined && mark.seen >= at)) return 'seen';
    return marks.every((mark) => mark !== undefined && mark.delivered >= at) ? 'delivered' : 'sent';
  }

  /** This session has come in: learns where the others stand, and says where this device does. */
  async entered(): Promise<void> {
    this.#told = { delivered: 0 as Seq, seen: 0 as Seq };
    const { room, connection } = this.#way;
    let after: DeviceId | null = null;
    for (let more = true; more; ) {
      const page: ReplyOf<'registers'> = await connection.call('registers', { room, kind: KIND, after });
      await this.#take(page.registers);
      after = page.registers.at(-1)?.sender ?? null;
      more = page.more && after !== null;
    }
    this.saw(this.#way.log.progress?.readTo[0] ?? 0);
  }

  async heard({ kind, register }: EventOf<'register'>): Promise<void> {
    if (kind === KIND) await this.#take([register]);
  }

  /** Everything up to here is on this device, opened and kept. */
  took(cursor: number): void {
    this.#move({ ...this.#mine, delivered: Math.max(this.#mine.delivered, cursor) as Seq });
  }

  /** Everything up to here was looked at. */
  saw(at: number): void {
    const cursor = this.#way.log.progress?.cursor ?? 0;
    this.#move({
      delivered: Math.max(this.#mine.delivered, cursor) as Seq,
      seen: Math.max(this.#mine.seen, Math.min(at, cursor)) as Seq,
    });
  }

  #move(mark: Mark): void {
    this.#mine = mark;
    const { delivered, seen } = this.#told;
    if (mark.delivered <= delivered && mark.seen <= seen) return;
    this.#gathering ??= this.#way.clock.after(GATHER, () => {
      this.#gathering = null;
      this.#way.run(() => this.#tell());
    });
  }

  async #tell(): Promise<void> {
    const { room, device, connection, keys } = this.#way;
    const key = this.#way.key();
    if (key === null || !connection.isLive || this.#way.silent()) return;
    const { delivered, seen } = this.#mine;
    const body = {
      type: 'mark',
      at: connection.now(),
      delivered,
      seen: this.#way.sharesSeen() ? seen : null,
    } as const;
    const frame = await sealRegister({ room, ...key, keys, device, body });
    this.#told = this.#mine;
    try {
      await connection.call('register', { room, kind: KIND, frame });
    } catch (error) {
      // The next session, or the next message, says it again.
      if (!(error instanceof Disconnected || error instanceof RequestError)) throw error;
      this.#told = { delivered: 0 as Seq, seen: 0 as Seq };
    }
  }

  async #take(registers: readonly Register[]): Promise<void> {
    const { room, device: me, members, keys } = this.#way;
    const senders = await members.of(registers.map(({ sender }) => sender));
    let from = Number.POSITIVE_INFINITY;
    for (const { sender: device, frame } of registers) {
      const sender = senders.get(device);
      if (sender === undefined || device === me.id) continue;
      try {
        const body = await openRegister({
          room,
          keyOf: (epoch) => this.#way.keyOf(epoch),
          keys,
          sender,
          frame,
        });
        const before = this.#marks.get(device) ?? { delivered: 0 as Seq, seen: 0 as Seq };
        const after: Mark = {
          delivered: Math.max(before.delivered, body.delivered) as Seq,
          seen: Math.max(before.seen, body.seen ?? 0) as Seq,
        };
        if (after.delivered === before.delivered && after.seen === before.seen) continue;
        this.#marks.set(device, after);
        from = Math.min(from, before.delivered, before.seen);
      } catch (error) {
        // A mark that cannot be read is one that was not set: of an epoch before this device came, or a forged one.
        if (!(error instanceof CryptoError)) throw error;
      }
    }
    if (from === Number.POSITIVE_INFINITY) return;
    await this.#keep();
    await this.#refresh(from);
  }

  async #refresh(from: number): Promise<void> {
    const { vault, room } = this.#way;
    const end = [Number.MAX_SAFE_INTEGER, 0] as const;
    const newest = await readRows(vault, room, 'before', end, MOST_ROWS);
    this.#way.refresh(newest.filter((row) => row.type === 'message' && row.mine && row.seq > from));
  }

  async #keep(): Promise<void> {
    const marks = [...this.#marks].slice(-limits.members).map(([device, mark]) => ({ device, ...mark }));
    await this.#way.vault.commit([{ put: 'rooms', key: this.#storeKey, value: marksShape.toWire(marks) }]);
  }

  get #storeKey(): string {
    return `${this.#way.room}/marks`;
  }
}
