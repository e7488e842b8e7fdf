import { sha256 } from '@aurora/crypto';
import type { KeyPackage, OwnCommit, RoomRules } from '@aurora/crypto/groups';
import {
  type Bytes,
  bytes,
  type DeviceId,
  deviceId,
  epoch,
  id,
  identityId,
  limits,
  list,
  type MessageId,
  nullable,
  type Of,
  RequestError,
  record,
} from '@aurora/protocol';
import { groups } from '../../groups.ts';
import { Pace } from '../../pace.ts';
import type { Chamber } from '../chamber.ts';
import type { About } from './about.ts';
import { removalsOf } from './ghosts.ts';
import { introduction } from './introduction.ts';
import { after, encodeMail, PIECE } from './mail.ts';
import type { GroupState } from './ring.ts';

/** What to change in a group; nothing at all renews this device's own keys in it. */
export interface Wanted {
  readonly add?: readonly KeyPackage[];
  readonly remove?: readonly DeviceId[];
  readonly rules?: RoomRules;
  /** The group that is only being made, and that nobody has yet. */
  readonly base?: Bytes;
}

const pendingShape = record({
  id: id<MessageId>(),
  epoch,
  base: nullable(bytes(1, 64)),
  group: bytes(1, 4 * 1024 * 1024),
  frame: bytes(1, limits.frame),
  parts: list(record({ id: id<MessageId>(), frame: bytes(1, limits.frame) }), 16),
  welcomes: list(record({ device: deviceId, frame: bytes(1, limits.delivery) }), limits.welcomes),
  /** Pieces of the GroupInfo that everybody who is let in needs, once they are in. */
  pieces: list(bytes(1, limits.delivery), 24),
  remove: list(identityId, limits.removals),
  admins: nullable(list(identityId, limits.admins)),
});
type Request = Of<typeof pendingShape>;

/** A commit lost its epoch to another's so often: then there is more amiss than chance. */
const TRIES = 12;

/**
 * This device's commits, one at a time. What was made is kept to the last byte before it is sent, so that sending again, also after
 * a crash, is the same append; it is adopted when it comes back from the log, and dropped when another's took its epoch.
 */
export class Submissions {
  readonly #chamber: Chamber<GroupState>;
  readonly #about: About;
  readonly #pace: Pace;
  #request: Request | null = null;

  constructor(chamber: Chamber<GroupState>, about: About) {
    this.#chamber = chamber;
    this.#about = about;
    this.#pace = new Pace(chamber.ports.clock);
  }

  async load(): Promise<void> {
    const stored = await this.#chamber.ports.vault.read('rooms', this.#key);
    this.#request = stored === undefined ? null : pendingShape.fromWire(stored);
  }

  /** What the log is to recognise as this device's own. */
  get pending(): OwnCommit | null {
    return this.#request;
  }

  /** Sends again what was on its way when the session or the program ended. */
  async resume(): Promise<void> {
    const request = this.#request;
    if (request === null) return;
    if (request.epoch === this.#chamber.log.keys.epoch) await this.#send(request).catch(lostRace);
    await this.#settle();
  }

  /**
   * Makes a change of the group as it stands, and again when another's came first; `wanted` says what is still to be done then, or null.
   * Resolves when it stands in the log. Throws RequestError, CryptoError or Disconnected.
   */
  async change(wanted: (state: GroupState) => Promise<Wanted | null>): Promise<void> {
    await this.resume();
    for (let tries = 0; tries < TRIES; tries += 1) {
      const change = await wanted(this.#chamber.log.keys);
      if (change === null) return;
      const request = await this.#make(this.#chamber.log.keys, change);
      await this.#keep(request);
      const won = await this.#send(request).then(
        () => true,
        (error) => lostRace(error),
      );
      await this.#settle();
      if (won) return;
    }
    throw new RequestError('rate_limited', 'The room’s members keep changing. Try again in a moment.', {
      retryAfter: 5_000,
    });
  }

  async #make(state: GroupState, { add = [], remove = [], rules, base }: Wanted): Promise<Request> {
    const { ports, id: room, newId } = this.#chamber;
    const { device, members, connection } = ports;
    const { commitChange, decodeGroup, encodeGroup, groupTag, splitCommit, sealLetter } = await groups();
    const encoded = base ?? state.group;
    if (encoded === null) throw new RequestError('not_a_member', 'This device has no keys of the room.');
    const group = decodeGroup(room, encoded);
    const made = await commitChange({
      group,
      device,
      now: connection.now(),
      add,
      remove,
      ...(rules && { rules }),
      leaving: new Set(state.leaving),
      resolve: (devices) => members.of(devices),
    });
    const { parts, frame } = await splitCommit(made.frame);
    const next = after(state.epoch);
    const hash = await sha256(made.groupInfo);
    const inside = made.groupInfo.length <= PIECE;
    const pieces = inside
      ? []
      : cut(made.groupInfo).map((piece, index) => encodeMail({ type: 'piece', hash, index, bytes: piece }));
    const welcomes: Request['welcomes'] = [];
    for (const { device: to, welcome } of made.welcomes) {
      const member = add.find((one) => one.device === to)?.member;
      if (member === undefined) continue;
      const letter = await sealLetter({
        room,
        device,
        to: member,
        letter: {
          type: 'introduction',
          welcome: hash,
          epoch: next,
          ...introduction(this.#chamber, this.#about, state, to),
        },
      });
      const info = inside ? made.groupInfo : new Uint8Array(0);
      const mail = {
        type: 'welcome',
        epoch: next,
        welcome,
        info,
        hash,
        pieces: pieces.length,
        letter,
      } as const;
      welcomes.push({ device: to, frame: encodeMail(mail) });
    }
    return {
      id: newId(),
      epoch: state.epoch,
      base: base === undefined ? groupTag(group) : null,
      group: encodeGroup(made.group),
      frame,
      parts: parts.map((part) => ({ id: newId(), frame: part })),
      welcomes,
      pieces,
      remove: await removalsOf(this.#chamber, state, remove, made.group.devices),
      admins: rules ? [...rules.admins] : null,
    };
  }

  async #send(request: Request): Promise<void> {
    const { ports, id: room } = this.#chamber;
    const { connection } = ports;
    for (const { id: part, frame } of request.parts)
      await this.#pace.run(() =>
        connection.call('append', {
          room,
          id: part,
          kind: 'handshake',
          epoch: request.epoch,
          frame,
          blobs: [],
        }),
      );
    const { id: own, epoch: at, frame, welcomes, remove, admins } = request;
    try {
      await this.#pace.run(() =>
        connection.call('commit', { room, id: own, epoch: at, frame, welcomes, remove, admins }),
      );
    } catch (error) {
      // Never granted as it is: kept, it would stand in the way of every other change.
      if (isFinal(error)) await this.#keep(null);
      throw error;
    }
    for (const device of new Set(welcomes.map((welcome) => welcome.device)))
      for (const piece of request.pieces) await connection.call('deliver', { room, device, frame: piece });
  }

  /** Reads what became of it, and forgets it once its epoch is decided. */
  async #settle(): Promise<void> {
    const { log, ports, id: room } = this.#chamber;
    await log.catchUp(await ports.connection.call('join', { room }));
    if (this.#request !== null && log.keys.epoch > this.#request.epoch) await this.#keep(null);
  }

  async #keep(request: Request | null): Promise<void> {
    this.#request = request;
    const { vault } = this.#chamber.ports;
    await vault.commit([
      request === null
        ? { drop: 'rooms', key: this.#key }
        : { put: 'rooms', key: this.#key, value: pendingShape.toWire(request) },
    ]);
  }

  get #key(): string {
    return `${this.#chamber.id}/pending`;
  }
}

const FINAL: ReadonlySet<string> = new Set([
  'bad_request',
  'mailbox_full',
  'no_such_device',
  'not_allowed',
  'not_a_member',
  'room_full',
  'too_large',
]);

/** Whether the relay will never take a commit as it is. */
export function isFinal(error: unknown): boolean {
  return error instanceof RequestError && FINAL.has(error.code);
}

/** False when another's commit came first; throws everything else. */
function lostRace(error: unknown): false {
  if (error instanceof RequestError && error.code === 'stale_epoch') return false;
  throw error;
}

function cut(whole: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const count = Math.ceil(whole.length / PIECE);
  return Array.from({ length: count }, (_, index) => whole.slice(index * PIECE, (index + 1) * PIECE));
}
