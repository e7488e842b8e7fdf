import { CryptoError, openDevices } from '@aurora/crypto';
import {
  type Bytes,
  CodecError,
  type Delivery,
  type DeviceId,
  type Head,
  type IdentityId,
  RequestError,
} from '@aurora/protocol';
import type { Cancel } from '../../../ports/clock.ts';
import type { Standing } from '../../../view/contract.ts';
import type { Contacts } from '../../contacts.ts';
import { Disconnected } from '../../failures.ts';
import { groups } from '../../groups.ts';
import type { Packages } from '../../packages.ts';
import type { Chamber } from '../chamber.ts';
import type { Facet, Keeper, KeyNews } from '../keeper.ts';
import type { About } from './about.ts';
import { Admissions } from './admissions.ts';
import { adopt } from './adopt.ts';
import { Arrivals, openWelcome } from './arrival.ts';
import { found } from './founding.ts';
import { knockWith, refusalOf } from './knock.ts';
import { Peer } from './peer.ts';
import type { GroupState } from './ring.ts';
import { Submissions } from './submit.ts';

/** How long keys may take that are on their way, before this device asks for them; and between two times of asking. */
const PATIENCE = 4_000;
const BEG_AGAIN = 60_000;
/** Whoever follows a group answers sooner than this. */
const ALONE = 30_000;
/** Nobody can be written to before their device has left a key package: looked for again so often. */
const PACKAGE_AGAIN = 15_000;
/** A void epoch concerns everybody at once: the first to mend it spares the others. */
const VOID_SPREAD = 2_000;
/** Each device changes its own keys in the group at least so often, when it is used. */
const RENEWAL = 24 * 60 * 60 * 1000;

export interface GroupWay {
  readonly about: About;
  readonly packages: Packages;
  readonly contacts: Contacts;
}

/**
 * The keys of a private conversation, an MLS group. Handlers record facts; `decide` acts on them, one commit at a time. Its invariants:
 * - a device that left, or whose person was removed, is out of the group before anything more is said;
 * - who knocks is let in only with a proof of the invite that holds, or when it is in the group already and lost its keys;
 * - whoever the relay lets in and the group does not have is shut out by the next commit of an admin's, and by one at once that spoke;
 * - without keys this device asks to be let in again, and never guesses;
 * - a lost race is decided again from what the log says.
 */
export class GroupKeeper implements Keeper {
  readonly #chamber: Chamber<GroupState>;
  readonly #way: GroupWay;
  readonly submissions: Submissions;
  readonly #admissions: Admissions;
  readonly #arrivals = new Arrivals();
  /** Since when this device has had no keys, and when it last asked for them. */
  #keylessSince: number | null = null;
  #beggedAt = Number.NEGATIVE_INFINITY;
  #timer: Cancel | null = null;
  #resting: Cancel | null = null;
  #renewing = false;
  #mendAt: number | null = null;
  /** Null in a room that is not of two people. */
  readonly #peer: Peer | null;

  constructor(chamber: Chamber<GroupState>, way: GroupWay) {
    this.#chamber = chamber;
    this.#way = way;
    this.submissions = new Submissions(chamber, way.about);
    this.#admissions = new Admissions(chamber, way.contacts, this.submissions);
    const { peer } = way.about.is;
    this.#peer = peer && new Peer(chamber, way, peer);
  }

  get facet(): Facet {
    const { is } = this.#way.about;
    const standing = this.#standing;
    const state = this.#state;
    if (this.#peer !== null) {
      const peer = this.#peer.view;
      return { kind: 'direct', title: peer.nickname, peer, standing };
    }
    const { identity } = this.#chamber.ports.device;
    return {
      kind: 'private',
      title: state?.title ?? is.title ?? 'Private room',
      standing,
      members: new Set(this.identities).size,
      admin: state?.rules?.admins.includes(identity) ?? false,
      history: state?.rules?.history ?? is.history,
    };
  }

  /** The identities of the devices in the group, as far as they are known. */
  get identities(): IdentityId[] {
    const { members } = this.#chamber.ports;
    return this.devices.flatMap((device) => members.get(device)?.identity ?? []);
  }

  get devices(): DeviceId[] {
    return this.#state === null ? [] : openDevices(this.#state);
  }

  get open(): boolean {
    const state = this.#state;
    return this.#standing.status === 'ready' && state !== null && state.leaving.length === 0 && !state.renew;
  }

  /** Whether this device stands behind, asked to be let in, and nobody who follows the group has answered. */
  get unanswered(): boolean {
    if (this.#state?.fate !== 'behind' || this.#keylessSince === null) return false;
    const waited = this.#chamber.ports.clock.now() - this.#keylessSince;
    return this.#beggedAt > Number.NEGATIVE_INFINITY && waited >= PATIENCE + ALONE;
  }

  get mayArrange(): boolean {
    const { facet } = this;
    return facet.kind === 'private' && facet.admin;
  }

  async enter(): Promise<Head | null> {
    const { about } = this.#way;
    const { ended, secret } = about.is;
    if (ended !== null) {
      await this.#chamber.unsendable(notInside);
      if (secret !== null) await this.#askAgain(secret);
      return null;
    }
    const head = await this.#join();
    if (head === null) return null;
    await this.submissions.load();
    await this.#peer?.look();
    if (this.#chamber.log.progress === null && head.epoch > 0) {
      this.#askForKeys();
      return null;
    }
    if (about.is.kind === 'private') await this.#admissions.fetch();
    return head;
  }

  async decide(): Promise<void> {
    if (this.#resting !== null || this.#chamber.log.progress === null) return;
    const { epoch } = this.#chamber.log.keys;
    try {
      await this.#act();
      // What was read on the way, after a race was lost, may ask for something else.
      if (this.#chamber.log.keys.epoch !== epoch) this.#chamber.again();
    } catch (error) {
      if (error instanceof Disconnected) return;
      if (!(error instanceof RequestError)) {
        this.#chamber.events.trouble(error);
        return;
      }
      this.#rest(error.retryAfter ?? 2_000);
    }
  }

  lost(): void {
    this.#resting?.();
    this.#resting = null;
    this.#timer?.();
    this.#timer = null;
    this.#beggedAt = Number.NEGATIVE_INFINITY;
    this.#admissions.lost();
  }

  sawLife(): void {
    this.#mendAt = null;
    this.#admissions.sawLife();
  }

  aboutToSend(): boolean {
    const { connection } = this.#chamber.ports;
    this.#renewing ||= connection.now() - this.#way.about.is.renewedAt > RENEWAL;
    return this.#renewing;
  }

  async heard(news: KeyNews): Promise<void> {
    if (news.type === 'knocked') this.#admissions.heard(news.knock);
  }

  async delivered(delivery: Delivery): Promise<void> {
    const { ports, id: room, events } = this.#chamber;
    const by = (await ports.members.of([delivery.sender])).get(delivery.sender);
    if (by === undefined) return;
    try {
      const { whole, letter } = this.#arrivals.take(by, delivery);
      if (letter !== null) {
        const { openLetter } = await groups();
        const refusal = refusalOf(await openLetter({ room, device: ports.device, from: by, frame: letter }));
        if (refusal !== null && this.#way.about.is.secret !== null) await this.#way.about.set({ refusal });
      }
      if (whole !== null) {
        const secrets = await this.#way.packages.secrets();
        const arrival = await openWelcome(this.#chamber, secrets, by, whole.mail, whole.info);
        if (await adopt(this.#chamber, this.#way, arrival)) {
          this.#keylessSince = null;
          this.#chamber.rejoin();
        }
      }
    } catch (error) {
      // What cannot be believed or opened is as if it had not come: then this device asks again.
      if (!(error instanceof CryptoError || error instanceof CodecError)) throw error;
      if (this.#state === null || this.#state.group === null) this.#askForKeys();
    }
    events.conversation();
  }

  /** Knocks at a room that this device was in. Whom a member let in meanwhile finds the Welcome, which a second knock would cost them. */
  async #askAgain(secret: Bytes): Promise<void> {
    const { ports, id: room, run } = this.#chamber;
    const { about, packages } = this.#way;
    const isIn = await ports.connection.call('join', { room }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof RequestError) return false;
        throw error;
      },
    );
    if (!isIn) return knockWith(this.#chamber, about, packages, secret);
    this.#timer?.();
    this.#timer = ports.clock.after(PATIENCE, () => {
      this.#timer = null;
      run(async () => {
        if (about.is.secret !== null) await knockWith(this.#chamber, about, packages, about.is.secret);
      });
    });
  }

  get #state(): GroupState | null {
    return this.#chamber.log.progress === null ? null : this.#chamber.log.keys;
  }

  get #isKeyless(): boolean {
    const state = this.#state;
    return state === null || state.group === null || state.fate === 'behind';
  }

  get #standing(): Standing {
    const { ended, secret, refusal } = this.#way.about.is;
    if (secret !== null) return { status: 'knocking', failure: refusal, again: ended !== null };
    if (ended !== null) return { status: ended };
    const state = this.#state;
    if (state === null) return { status: 'waiting' };
    if (state.fate === 'behind' && this.#beggedAt > Number.NEGATIVE_INFINITY) return { status: 'lost' };
    return this.#chamber.log.currentKey === null || state.group === null
      ? { status: 'waiting' }
      : { status: 'ready' };
  }

  /** Comes in at the relay, making the room or knocking at it if need be. */
  async #join(): Promise<Head | null> {
    const { ports, id: room } = this.#chamber;
    const { connection } = ports;
    const { about, packages } = this.#way;
    const { founder, secret } = about.is;
    try {
      return await connection.call('join', { room });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.code !== 'no_such_room' && error.code !== 'not_a_member') throw error;
      if (this.#peer !== null) return this.#peer.open();
      if (founder && error.code === 'no_such_room') {
        await connection.call('create_room', { room });
        return connection.call('join', { room });
      }
      if (secret !== null) await knockWith(this.#chamber, about, packages, secret);
      else await this.#end('removed');
      return null;
    }
  }

  async #act(): Promise<void> {
    const { about } = this.#way;
    if (about.is.ended !== null) return;
    await this.submissions.resume();
    const state = this.#chamber.log.keys;
    if (state.fate === 'removed') return this.#end('removed');
    if (state.epoch === 0) return this.#found();
    if (state.group === null) return this.#askForKeys();
    if (state.fate === 'behind') return this.#catchUpAlone();
    this.#keylessSince = null;
    if (state.leaving.includes(this.#chamber.ports.device.id)) return this.#finishLeaving();
    if (state.leaving.length > 0) await this.#letGo();
    if (this.#chamber.log.keys.haunted) await this.#shutOut();
    if (!(await this.#mend(this.#chamber.log.keys))) return;
    await this.#admissions.act();
    if (this.#renewing) await this.#renew();
  }

  async #found(): Promise<void> {
    if (this.#peer === null && !this.#way.about.is.founder) return;
    if (!(await found(this.#chamber, this.#way, this.submissions, this.#peer))) this.#later(PACKAGE_AGAIN);
  }

  async #letGo(): Promise<void> {
    const me = this.#chamber.ports.device.id;
    await this.submissions.change(async ({ leaving }) => {
      // Whose own goodbye was cut short is let go by the others: nobody removes themselves.
      const remove = leaving.filter((one) => one !== me);
      return remove.length === 0 ? null : { remove };
    });
  }

  /** An admin's commit names who is to go at the relay, and mends the epoch that they may have spoilt. */
  async #shutOut(): Promise<void> {
    const { identity } = this.#chamber.ports.device;
    await this.submissions.change(async ({ haunted, rules }) =>
      haunted && rules?.admins.includes(identity) ? {} : null,
    );
  }

  /** A void epoch, or a log that was restored, needs a change of keys before anything is said. False while it is waited for. */
  async #mend(state: GroupState): Promise<boolean> {
    const { clock, random } = this.#chamber.ports;
    if (this.#chamber.log.currentKey !== null && !state.renew) {
      this.#mendAt = null;
      return true;
    }
    this.#mendAt ??= clock.now() + random.fraction() * VOID_SPREAD;
    if (clock.now() < this.#mendAt) {
      this.#later(this.#mendAt - clock.now() + 1);
      return false;
    }
    await this.submissions.change(async ({ epoch }) => (epoch === state.epoch ? {} : null));
    return true;
  }

  async #renew(): Promise<void> {
    this.#renewing = false;
    await this.submissions.change(async () => ({}));
    await this.#way.about.set({ renewedAt: this.#chamber.ports.connection.now() });
  }

  /** The others went on, or all were fooled at once: then nobody answers, and one has to begin. */
  async #catchUpAlone(): Promise<void> {
    const waited = this.#chamber.ports.clock.now() - this.#beggedAt;
    if (waited >= ALONE && Number.isFinite(waited)) await this.#admissions.act(true);
    if (this.#chamber.log.keys.fate === 'behind') this.#askForKeys();
    else this.#chamber.again();
  }

  /** Without keys: waits for what may be on its way, then asks those who are in to let this device in again. */
  #askForKeys(): void {
    const { clock } = this.#chamber.ports;
    const now = clock.now();
    this.#keylessSince ??= now;
    const due = Math.max(this.#keylessSince + PATIENCE, this.#beggedAt + BEG_AGAIN);
    if (now < due) {
      this.#later(due - now);
      return;
    }
    this.#beggedAt = now;
    this.#chamber.run(async () => {
      // A welcome that was being read meanwhile may have brought them: who is let in twice loses the first.
      if (this.#isKeyless) await knockWith(this.#chamber, this.#way.about, this.#way.packages, null);
    });
    this.#later(BEG_AGAIN);
  }

  #later(delay: number): void {
    this.#timer?.();
    this.#timer = this.#chamber.ports.clock.after(delay, () => {
      this.#timer = null;
      if (this.#chamber.log.progress === null) this.#askForKeys();
      else this.#chamber.again();
    });
  }

  #rest(delay: number): void {
    this.#resting = this.#chamber.ports.clock.after(delay, () => {
      this.#resting = null;
      this.#chamber.again();
    });
  }

  /** The goodbye stands in the log, and the line broke before the rest was done. */
  async #finishLeaving(): Promise<void> {
    const { ports, id: room } = this.#chamber;
    await ports.connection.call('leave', { room }).catch((error: unknown) => {
      if (!(error instanceof RequestError)) throw error;
    });
    await this.#end('left');
  }

  async #end(how: 'left' | 'removed'): Promise<void> {
    await this.#way.about.set({ ended: how });
    await this.#chamber.unsendable(notInside);
    this.#chamber.events.conversation();
  }
}

const notInside = {
  code: 'not_a_member',
  message: 'You are no longer in this room, so this may not have gone out.',
};
