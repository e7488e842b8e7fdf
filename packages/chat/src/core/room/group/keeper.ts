import { CryptoError } from '@aurora/crypto';
import type { KeyPackage, RoomRules } from '@aurora/crypto/groups';
import {
  type Bytes,
  CodecError,
  type Delivery,
  type DeviceId,
  type Head,
  RequestError,
} from '@aurora/protocol';
import type { Cancel } from '../../../ports/clock.ts';
import type { PeerView, Standing } from '../../../view/contract.ts';
import type { Contacts } from '../../contacts.ts';
import { ChatError, Disconnected } from '../../failures.ts';
import { groups } from '../../groups.ts';
import type { Packages } from '../../packages.ts';
import type { Chamber } from '../chamber.ts';
import type { Facet, Keeper, KeyNews } from '../keeper.ts';
import type { About } from './about.ts';
import { Admissions } from './admissions.ts';
import { adopt } from './adopt.ts';
import { Arrivals, openWelcome } from './arrival.ts';
import { knockWith, refusalOf } from './knock.ts';
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
  /** The other of a direct conversation signed out for good. */
  #gone = false;

  constructor(chamber: Chamber<GroupState>, way: GroupWay) {
    this.#chamber = chamber;
    this.#way = way;
    this.submissions = new Submissions(chamber, way.about);
    this.#admissions = new Admissions(chamber, way.contacts, this.submissions);
  }

  get facet(): Facet {
    const { is } = this.#way.about;
    const standing = this.#standing;
    const state = this.#state;
    if (is.kind === 'direct') {
      const peer = this.#peer;
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
  get identities(): PeerView['identity'][] {
    const { members } = this.#chamber.ports;
    return this.devices.flatMap((device) => members.get(device)?.identity ?? []);
  }

  get devices(): DeviceId[] {
    return (this.#state?.spans ?? []).flatMap(({ device, until }) => (until === null ? [device] : []));
  }

  get open(): boolean {
    const state = this.#state;
    return this.#standing.status === 'ready' && state !== null && state.leaving.length === 0 && !state.renew;
  }

  async enter(): Promise<Head | null> {
    const { about } = this.#way;
    if (about.is.ended !== null) return null;
    const head = await this.#join();
    if (head === null) return null;
    await this.submissions.load();
    await this.#lookForPeer();
    if (this.#chamber.log.progress === null && head.epoch > 0) {
      this.#askForKeys();
      return null;
    }
    if (about.is.kind === 'private') await this.#admissions.fetch();
    return head;
  }

  async decide(): Promise<void> {
    if (this.#resting !== null || this.#chamber.log.progress === null) return;
    try {
      await this.#act();
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
      for (const { mail, info } of whole) {
        const arrival = await openWelcome(this.#chamber, await this.#way.packages.secrets(), by, mail, info);
        if (!(await adopt(this.#chamber, this.#way, arrival))) continue;
        this.#keylessSince = null;
        this.#chamber.rejoin();
      }
    } catch (error) {
      // What cannot be believed or opened is as if it had not come: then this device asks again.
      if (!(error instanceof CryptoError || error instanceof CodecError)) throw error;
      if (this.#state === null || this.#state.group === null) this.#askForKeys();
    }
    events.conversation();
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
    if (ended !== null) return { status: ended };
    const state = this.#state;
    if (secret !== null && state?.group == null) return { status: 'knocking', failure: refusal };
    if (state === null) return { status: 'waiting' };
    if (state.fate === 'behind' && this.#beggedAt > Number.NEGATIVE_INFINITY) return { status: 'lost' };
    return this.#chamber.log.currentKey === null || state.group === null
      ? { status: 'waiting' }
      : { status: 'ready' };
  }

  get #peer(): PeerView {
    const { is } = this.#way.about;
    if (is.peer === null) throw new RangeError('a direct conversation has another person in it');
    const { identity, nickname } = is.peer;
    const { contacts } = this.#way;
    const changed = contacts.changeOf(identity, nickname);
    const gone = this.#gone || this.#saidGoodbye(identity);
    return { identity, nickname, verified: contacts.isVerified(identity), changed, gone };
  }

  /** Nobody leaves a direct conversation but who signs out: then all devices of the other say so, or are out already. */
  #saidGoodbye(identity: PeerView['identity']): boolean {
    const state = this.#state;
    if (state === null) return false;
    const { members } = this.#chamber.ports;
    const theirs = state.spans.filter(({ device }) => members.get(device)?.identity === identity);
    return (
      theirs.length > 0 &&
      theirs.every(({ device, until }) => until !== null || state.leaving.includes(device))
    );
  }

  /** Comes in at the relay, making the room or knocking at it if need be. */
  async #join(): Promise<Head | null> {
    const { ports, id: room } = this.#chamber;
    const { connection } = ports;
    const { about, packages } = this.#way;
    const { kind, peer, founder, secret } = about.is;
    try {
      return await connection.call('join', { room });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.code !== 'no_such_room' && error.code !== 'not_a_member') throw error;
      if (kind === 'direct' && peer !== null) return this.#openDirect(peer.identity);
      if (founder && error.code === 'no_such_room') {
        await connection.call('create_room', { room });
        return connection.call('join', { room });
      }
      if (secret !== null) await knockWith(this.#chamber, about, packages, secret);
      else await this.#end('removed');
      return null;
    }
  }

  async #openDirect(peer: PeerView['identity']): Promise<Head | null> {
    const { ports, id: room } = this.#chamber;
    try {
      await ports.connection.call('open_direct', { with: peer });
    } catch (error) {
      if (!(error instanceof RequestError && error.code === 'no_such_person')) throw error;
      this.#gone = true;
      this.#chamber.events.conversation();
      return null;
    }
    return ports.connection.call('join', { room });
  }

  async #lookForPeer(): Promise<void> {
    const { peer } = this.#way.about.is;
    if (peer === null) return;
    const { members } = await this.#chamber.ports.connection.call('members', { room: this.#chamber.id });
    this.#gone = !members.some(({ identity }) => identity === peer.identity);
  }

  async #act(): Promise<void> {
    const { about } = this.#way;
    if (about.is.ended !== null) return;
    await this.submissions.resume();
    const state = this.#chamber.log.keys;
    if (state.fate === 'removed') return this.#end('removed');
    if (state.epoch === 0) return this.#found(state);
    if (state.group === null) return this.#askForKeys();
    if (state.fate === 'behind') return this.#catchUpAlone();
    this.#keylessSince = null;
    if (state.leaving.length > 0) await this.#letGo();
    if (!(await this.#mend(this.#chamber.log.keys))) return;
    await this.#admissions.act();
    if (this.#renewing) await this.#renew();
  }

  /** Makes the group: the other's key package, or this device alone in a room that others are invited to. */
  async #found(state: GroupState): Promise<void> {
    const { kind, peer, founder, history } = this.#way.about.is;
    const { ports, id: room } = this.#chamber;
    const { device, connection } = ports;
    if (kind === 'private' && !founder) return;
    const add = kind === 'direct' && peer !== null ? await this.#packageOf(peer) : [];
    if (add === null) return this.#later(PACKAGE_AGAIN);
    const { createGroup, encodeGroup } = await groups();
    const admins = kind === 'direct' ? [] : [device.identity];
    const rules: RoomRules = { kind, history, admins };
    const group = await createGroup({ room, device, rules, now: connection.now() });
    const base = encodeGroup(group);
    await this.submissions.change(async ({ epoch }) => (epoch === state.epoch ? { base, add } : null));
    await this.#way.about.set({ renewedAt: connection.now() });
    const { title } = this.#way.about.is;
    if (kind === 'private' && title !== null) await this.#chamber.say({ type: 'title', title });
  }

  /** Null while there is none. Throws ChatError when somebody else's comes instead. */
  async #packageOf({ identity, nickname }: { identity: PeerView['identity']; nickname: string }) {
    const { packages, gone } = await this.#chamber.ports.connection.call('key_packages', {
      identities: [identity],
    });
    if (gone.length > 0) {
      this.#gone = true;
      return null;
    }
    const read = await this.read(packages.map((one) => one.package));
    const theirs = read.filter(({ member }) => member.identity === identity && member.nickname === nickname);
    const [first] = theirs;
    if (first === undefined) {
      if (packages.length > 0) throw new ChatError(impostor(nickname));
      return null;
    }
    await this.#way.contacts.meet(first.member);
    return theirs;
  }

  /** Those key packages that are in order. */
  async read(encoded: readonly Bytes[]): Promise<KeyPackage[]> {
    const { connection, members } = this.#chamber.ports;
    const { readKeyPackage } = await groups();
    const resolve = (devices: readonly DeviceId[]) => members.of(devices);
    const read = await Promise.all(
      encoded.map((one) =>
        readKeyPackage(one, { now: connection.now(), resolve }).catch((error: unknown) => {
          if (error instanceof CryptoError) return null;
          throw error;
        }),
      ),
    );
    return read.filter((one) => one !== null);
  }

  async #letGo(): Promise<void> {
    await this.submissions.change(async ({ leaving }) => (leaving.length === 0 ? null : { remove: leaving }));
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
    if (
      this.#chamber.ports.clock.now() - this.#beggedAt >= ALONE &&
      this.#beggedAt > Number.NEGATIVE_INFINITY
    )
      await this.#admissions.act(true);
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

  async #end(how: 'left' | 'removed'): Promise<void> {
    await this.#way.about.set({ ended: how });
    this.#chamber.events.conversation();
  }
}

const impostor = (nickname: string) => ({
  code: 'identity_differs',
  message: `The server answered with somebody else’s keys for ${nickname}. Nothing was sent. Reload and try again; if it stays, do not trust this server.`,
});
