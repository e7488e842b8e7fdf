import {
  admitFrame,
  announceFresh,
  announceRatchet,
  CryptoError,
  currentRecord,
  type Device,
  dueForRenewal,
  type EpochKey,
  type EpochRecord,
  epochKey,
  grantable,
  type HistoryPolicy,
  heldEpochs,
  type Member,
  missingEpochs,
  needsRatchet,
  type OpenRoom,
  sealGrant,
} from '@aurora/crypto';
import {
  type Bytes,
  type DeviceId,
  type EntryKind,
  type Epoch,
  type EpochRange,
  limits,
  type Millis,
  RequestError,
  type RoomId,
} from '@aurora/protocol';
import type { Cancel } from '../../../ports/clock.ts';
import { Disconnected } from '../../failures.ts';
import type { Seen } from '../chain.ts';

/**
 * How long the log must have been without a sign of life before a newcomer opens an epoch of its own: when nobody there can
 * grant, and when somebody could but does not.
 */
const NOBODY_THERE = 2_000;
const NOBODY_ANSWERS = 10_000;
/**
 * However lively the log is, who changes keys and grants none must not keep others out: the longest wait of a member, and of
 * a newcomer, who may stand in a long line before being named.
 */
const LONGEST_WAIT = 60_000;
const LONGEST_LINE = 120_000;
/** A void epoch concerns everybody at once: they answer one after another, and the first spares the others. */
const VOID_SPREAD = 2_000;
/** Grants sealed before other entries get their turn. */
const AT_ONCE = 8;

/** What the keeping of keys needs of the room and the relay. */
export interface KeysWay {
  readonly room: RoomId;
  readonly device: Device;
  readonly history: HistoryPolicy;
  now(): Millis;
  after(delay: number, call: () => void): Cancel;
  /** Chance, so that not all who wait in vain act in one moment. */
  fraction(): number;
  open(): OpenRoom;
  chain(): Seen | null;
  members(devices: DeviceId[]): Promise<ReadonlyMap<DeviceId, Member>>;
  append(kind: EntryKind, epoch: Epoch, frame: Bytes): Promise<void>;
  hold(epochs: EpochRange[]): Promise<void>;
  /** Gives how many live holders there are. */
  request(epochs: EpochRange[]): Promise<number>;
  deliver(device: DeviceId, frame: Bytes): Promise<void>;
  /** Keeps a key that this device made, before anybody hears of it. */
  keepAnnounced(key: EpochKey): Promise<void>;
  /** Asks to be run again, after everything that already waits. */
  again(): void;
  trouble(error: unknown): void;
}

/**
 * The keys of an open room. Handlers record facts; `decide` acts on them. Its invariants:
 * - nobody is granted a key before an entry in the log names them;
 * - under the policy `none` nobody is granted a key that was in use before they were named;
 * - while nobody answers, a device opens a fresh epoch rather than wait for ever;
 * - each act is at most once in flight, and a lost race is decided again from what the log says.
 */
export class Keys {
  readonly #way: KeysWay;
  readonly #asking = new Map<DeviceId, EpochRange[]>();
  readonly #admitting = new Set<DeviceId>();
  #held = '';
  #requested = '';
  #patience: { readonly epoch: Epoch; due: boolean; cancel: Cancel } | null = null;
  /** Since when there has been no key to the current epoch. */
  #keylessSince: number | null = null;
  /** Openers of epochs whose keys never came: nobody waits for them a second time. */
  readonly #stingy = new Set<DeviceId>();
  /** When somebody else last changed keys or members: somebody is there and at work. */
  #lifeAt = 0;
  #committing: Epoch | null = null;
  #renewing = false;
  /** The relay asked for some quiet. */
  #resting: Cancel | null = null;

  constructor(way: KeysWay) {
    this.#way = way;
  }

  /** Others ask for keys. */
  asked(requests: readonly { device: DeviceId; epochs: EpochRange[] }[]): void {
    for (const { device, epochs } of requests) {
      if (device !== this.#way.device.id) this.#asking.set(device, epochs);
    }
  }

  /** An admit or a change of keys by somebody else stands in the log, and was believed. */
  sawLife(): void {
    this.#lifeAt = this.#way.now();
  }

  /** A message is about to go out: the moment to renew a key that served long enough. */
  aboutToSend(): boolean {
    const open = this.#way.open();
    this.#renewing = epochKey(open, open.epoch) !== null && dueForRenewal(open, this.#way.now());
    return this.#renewing;
  }

  /** The relay forgot what this session said and asked. */
  lost(): void {
    this.#asking.clear();
    this.#admitting.clear();
    this.#held = '';
    this.#requested = '';
    this.#committing = null;
    this.#resting?.();
    this.#resting = null;
    this.#endPatience();
  }

  async decide(): Promise<void> {
    if (this.#resting !== null) return;
    try {
      await this.#tellHeld();
      await this.#obtain();
      await this.#serve();
      if (this.#renewing) await this.#renew();
    } catch (error) {
      if (error instanceof Disconnected) return;
      if (!(error instanceof RequestError)) {
        this.#way.trouble(error);
        return;
      }
      this.#admitting.clear();
      // A lost race is decided again when the winner's entry comes; a limit, when it is over.
      if (error.code === 'stale_epoch') return;
      // Whatever was refused was not heard: it is said again.
      this.#held = '';
      this.#requested = '';
      this.#rest(error.retryAfter ?? 2_000);
    }
  }

  /** A relay sends away who does not wait as told, so nothing that happens meanwhile is a reason to act. */
  #rest(delay: number): void {
    this.#resting = this.#way.after(delay, () => {
      this.#resting = null;
      this.#way.again();
    });
  }

  async #tellHeld(): Promise<void> {
    const held = heldEpochs(this.#way.open());
    if (JSON.stringify(held) === this.#held) return;
    this.#held = JSON.stringify(held);
    await this.#way.hold(held);
  }

  async #obtain(): Promise<void> {
    const open = this.#way.open();
    const missing = missingEpochs(open);
    const record = currentRecord(open);
    const current = epochKey(open, open.epoch);
    if (current !== null) this.#keylessSince = null;
    else this.#keylessSince ??= this.#way.now();
    if (current !== null || this.#patience?.epoch !== open.epoch) this.#endPatience();
    const due = this.#patience?.due ?? false;
    if (record === undefined) return this.#replaceVoid(open.epoch, due);
    if (missing.length === 0 || (JSON.stringify(missing) === this.#requested && !due)) return;
    this.#requested = JSON.stringify(missing);
    const holders = await this.#way.request(missing);
    if (current !== null) return;
    const wait = this.#waitFor(record, holders);
    if (due && wait <= 0) {
      // Who is away is not stingy.
      if (holders > 0) this.#stingy.add(record.opener);
      return this.#openFresh();
    }
    this.#bePatient(open.epoch, wait);
  }

  /** Milliseconds to go on waiting for the current epoch's key. */
  #waitFor({ at, opener }: EpochRecord, holders: number): number {
    if (this.#stingy.has(opener)) return 0;
    const now = this.#way.now();
    const keylessSince = this.#keylessSince ?? now;
    // Whoever has just come waits too: nobody had time to answer, however long the log has been quiet.
    const quiet = now - Math.max(this.#lifeAt, at, keylessSince);
    const patience = (holders === 0 ? NOBODY_THERE : NOBODY_ANSWERS) - quiet;
    const named = this.#way.open().members.has(this.#way.device.id);
    return Math.min(patience, (named ? LONGEST_WAIT : LONGEST_LINE) - (now - keylessSince));
  }

  /** Before the first epoch, and after a void one, there is no key that anybody could grant. */
  async #replaceVoid(epoch: Epoch, due: boolean): Promise<void> {
    if (epoch === 0 || due) return this.#openFresh();
    if (this.#patience === null) this.#bePatient(epoch, this.#way.fraction() * VOID_SPREAD);
  }

  #bePatient(epoch: Epoch, delay: number): void {
    this.#endPatience();
    const spread = Math.max(0, delay) * (1 + this.#way.fraction() / 2);
    const patience = {
      epoch,
      due: false,
      cancel: this.#way.after(spread, () => {
        patience.due = true;
        this.#way.again();
      }),
    };
    this.#patience = patience;
  }

  #endPatience(): void {
    this.#patience?.cancel();
    this.#patience = null;
  }

  async #openFresh(): Promise<void> {
    const open = this.#way.open();
    if (this.#committing === open.epoch) return;
    this.#committing = open.epoch;
    const { frame, key } = await announceFresh(open, this.#way.device, this.#way.history);
    await this.#announce(open.epoch, frame, key);
  }

  async #renew(): Promise<void> {
    this.#renewing = false;
    const open = this.#way.open();
    if (epochKey(open, open.epoch) !== null && dueForRenewal(open, this.#way.now())) await this.#openFresh();
  }

  async #announce(epoch: Epoch, frame: Bytes, key: EpochKey): Promise<void> {
    try {
      await this.#way.keepAnnounced(key);
      await this.#way.append('commit', epoch, frame);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      // Lost to another's, whose entry is on its way: this epoch is not tried again.
      if (error.code === 'stale_epoch') return;
      // Changes of keys have a limit of their own: everything else goes on meanwhile.
      this.#way.after(error.retryAfter ?? 2_000, () => {
        if (this.#committing === epoch) this.#committing = null;
        this.#way.again();
      });
    }
  }

  async #serve(): Promise<void> {
    const open = this.#way.open();
    for (const device of this.#admitting) if (open.members.has(device)) this.#admitting.delete(device);
    if (this.#asking.size === 0 || !open.members.has(this.#way.device.id)) return;
    const newcomers = [...this.#asking.keys()].filter((device) => !open.members.has(device));
    const current = epochKey(open, open.epoch);
    await this.#grantAll(open, current);
    if (current !== null) await this.#admit(open, newcomers);
  }

  async #admit(open: OpenRoom, newcomers: DeviceId[]): Promise<void> {
    const unnamed = newcomers.filter((device) => !this.#admitting.has(device)).slice(0, limits.keyRequests);
    if (unnamed.length === 0) return;
    for (const device of unnamed) this.#admitting.add(device);
    await this.#way.append('handshake', open.epoch, await admitFrame(open, this.#way.device, unnamed));
  }

  async #grantAll(open: OpenRoom, current: Bytes | null): Promise<void> {
    const named = [...this.#asking].filter(([device]) => open.members.has(device));
    const early = new Set(named.map(([device]) => device).filter((device) => needsRatchet(open, device)));
    const members = await this.#way.members(named.map(([device]) => device));
    const ready = named.filter(([device]) => !early.has(device));
    for (const [device, epochs] of ready.slice(0, AT_ONCE)) {
      await this.#grant(open, members.get(device), epochs);
      this.#asking.delete(device);
    }
    if (ready.length > AT_ONCE) this.#way.again();
    if (early.size > 0 && current !== null) await this.#ratchet(open);
  }

  async #grant(open: OpenRoom, to: Member | undefined, epochs: EpochRange[]): Promise<void> {
    if (to === undefined) return;
    const keys = grantable(open, this.#way.now(), epochs, to.id);
    if (keys.length === 0) return;
    const { room, device } = this.#way;
    const latest = this.#way.chain();
    const chain = latest && { seq: latest[0], chain: latest[1] };
    try {
      await this.#way.deliver(to.id, await sealGrant({ room, device, to, keys, chain }));
    } catch (error) {
      // A device with a false key, with a full mailbox or that is gone goes without, and holds up nobody else.
      const theirs = error instanceof RequestError && error.code !== 'rate_limited';
      if (!theirs && !(error instanceof CryptoError)) throw error;
    }
  }

  async #ratchet(open: OpenRoom): Promise<void> {
    if (this.#committing === open.epoch) return;
    this.#committing = open.epoch;
    const { frame, key } = await announceRatchet(open, this.#way.device);
    await this.#announce(open.epoch, frame, key);
  }
}
