import { CryptoError, type Member, openDevices } from '@aurora/crypto';
import type { KeyPackage, Letter } from '@aurora/crypto/groups';
import { type DeviceId, type Epoch, type Knock, limits, type ReplyOf, RequestError } from '@aurora/protocol';
import type { Cancel } from '../../../ports/clock.ts';
import type { Contacts } from '../../contacts.ts';
import { groups } from '../../groups.ts';
import type { Chamber } from '../chamber.ts';
import { encodeMail } from './mail.ts';
import type { GroupState } from './ring.ts';
import { isFinal, type Submissions } from './submit.ts';

/** Everybody in a room hears a knock: each waits a random while that grows with the room, and the first spares the others. */
const SPREAD_EACH = 40;
const LONGEST_SPREAD = 2_000;
/** Devices let in by one commit. */
const BATCH = 16;
const TRY_AGAIN = 5_000;

interface Waiting {
  readonly knock: Knock;
  readonly due: number;
}

type Refusal = Extract<Letter, { type: 'refusal' }>['code'];

type Verdict =
  | { readonly type: 'admit'; readonly knock: Knock; readonly add: KeyPackage; readonly again: boolean }
  | { readonly type: 'refuse'; readonly to: Member; readonly code: Refusal }
  | { readonly type: 'ignore' };

type Admitted = Extract<Verdict, { type: 'admit' }>;

/** Who knocks: looked at, and let in or turned down. */
export class Admissions {
  readonly #chamber: Chamber<GroupState>;
  readonly #contacts: Contacts;
  readonly #submissions: Submissions;
  readonly #waiting = new Map<DeviceId, Waiting>();
  /** Somebody may have been let in since they were heard. */
  #outdated = false;
  #timer: Cancel = () => {};

  constructor(chamber: Chamber<GroupState>, contacts: Contacts, submissions: Submissions) {
    this.#chamber = chamber;
    this.#contacts = contacts;
    this.#submissions = submissions;
  }

  /** Those who knocked while nobody was here. */
  async fetch(): Promise<void> {
    for (const knock of await this.#knocks()) this.heard(knock);
  }

  async #knocks(): Promise<Knock[]> {
    const { id: room, ports } = this.#chamber;
    const knocks: Knock[] = [];
    let after: DeviceId | null = null;
    for (let more = true; more; ) {
      const page: ReplyOf<'knocks'> = await ports.connection.call('knocks', { room, after });
      knocks.push(...page.knocks);
      after = page.knocks.at(-1)?.device ?? null;
      more = page.more && after !== null;
    }
    return knocks;
  }

  heard(knock: Knock): void {
    const { ports, log } = this.#chamber;
    if (knock.device === ports.device.id || this.#waiting.size >= limits.knocks) return;
    const devices = log.progress === null ? 1 : log.keys.spans.length;
    const spread = ports.random.fraction() * Math.min(LONGEST_SPREAD, SPREAD_EACH * devices);
    this.#waiting.set(knock.device, { knock, due: ports.clock.now() + spread });
    this.#arm();
  }

  /** Another member changed the group: the relay knows whom that let in, who then waits no more. */
  sawLife(): void {
    this.#outdated ||= this.#waiting.size > 0;
    this.#waiting.clear();
  }

  lost(): void {
    this.#timer();
    this.#waiting.clear();
  }

  /** `alone`: nobody is left who follows the group, so that only those are let in who are in it and ask as well. */
  async act(alone = false): Promise<void> {
    if (this.#outdated) {
      this.#outdated = false;
      await this.fetch();
    }
    const now = this.#chamber.ports.clock.now();
    const { epoch } = this.#chamber.log.keys;
    const heard = [...this.#waiting.values()].filter(({ knock }) => !alone || this.#isIn(knock.device));
    const ripe = heard.filter((one) => one.due <= now).slice(0, BATCH);
    for (const { knock } of ripe) this.#waiting.delete(knock.device);
    this.#arm();
    const due = await this.#stillWaiting(ripe);
    if (due.length === 0) return;
    const admitted: Admitted[] = [];
    for (const { knock } of due) {
      const verdict = await this.#judge(knock);
      if (verdict.type === 'admit') admitted.push(verdict);
      if (verdict.type === 'refuse') await this.#refuse(verdict.to, verdict.code);
    }
    if (admitted.length === 0) return;
    try {
      await this.#admitAll(admitted, epoch, now);
    } catch (error) {
      // Whoever waited goes on waiting, until this device may try again or another member is faster.
      for (const { knock } of due) this.#waiting.set(knock.device, { knock, due: now + TRY_AGAIN });
      this.#arm();
      throw error;
    }
  }

  /**
   * Without those who are in the group and were let in again since: the knock may have been told before the change that answered it, and
   * heard of after. The relay's answer is older than any change that this device could still make from where it stands.
   */
  async #stillWaiting(heard: readonly Waiting[]): Promise<readonly Waiting[]> {
    if (!heard.some(({ knock }) => this.#isIn(knock.device))) return heard;
    const knocking = new Set((await this.#knocks()).map(({ device }) => device));
    return heard.filter(({ knock: { device } }) => !this.#isIn(device) || knocking.has(device));
  }

  /** Looks again when the next one is due; a timer may come a moment early. */
  #arm(): void {
    const { clock } = this.#chamber.ports;
    this.#timer();
    const next = Math.min(...[...this.#waiting.values()].map(({ due }) => due));
    if (next === Number.POSITIVE_INFINITY) return;
    this.#timer = clock.after(Math.max(1, next - clock.now()), () => this.#chamber.again());
  }

  async #judge(knock: Knock): Promise<Verdict> {
    const { device, frame } = knock;
    const { id: room, ports, log } = this.#chamber;
    const sender = (await ports.members.of([device])).get(device);
    if (sender === undefined || this.#contacts.isBlocked(sender.identity)) return { type: 'ignore' };
    const { openKnock, checkInvite } = await groups();
    const { link } = log.keys;
    try {
      const now = ports.connection.now();
      const resolve = (devices: readonly DeviceId[]) => ports.members.of(devices);
      const { keyPackage, proof } = await openKnock(frame, { room, now, sender, resolve });
      if (this.#isIn(device)) return { type: 'admit', knock, add: keyPackage, again: true };
      if (proof === null) return { type: 'refuse', to: sender, code: 'declined' };
      if (link === null) return { type: 'refuse', to: sender, code: 'invite_revoked' };
      const holds = await checkInvite(link, { room, device, proof });
      if (!holds) return { type: 'refuse', to: sender, code: 'invite_wrong' };
      if (openDevices(log.keys).length >= limits.members)
        return { type: 'refuse', to: sender, code: 'room_full' };
      return { type: 'admit', knock, add: keyPackage, again: false };
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      return { type: 'refuse', to: sender, code: 'declined' };
    }
  }

  #isIn(device: DeviceId): boolean {
    return openDevices(this.#chamber.log.keys).includes(device);
  }

  /**
   * All at once, or each for itself when the relay or the group takes not all of them: one full mailbox keeps nobody else outside, nor do
   * two who knock with one key. Who is not taken alone is told so, for the same knock would never be.
   */
  async #admitAll(admitted: readonly Admitted[], judged: Epoch, now: number): Promise<void> {
    let at = judged;
    const alone = admitted.length === 1;
    if (!alone)
      try {
        await this.#admit(admitted, at);
        return;
      } catch (error) {
        if (!isFinal(error) && !(error instanceof CryptoError)) throw error;
      }
    for (const one of admitted) {
      try {
        at = await this.#admit([one], at);
      } catch (error) {
        if (error instanceof CryptoError) await this.#refuse(one.add.member, codeOf(error));
        else if (isFinal(error) && !alone)
          this.#waiting.set(one.knock.device, { knock: one.knock, due: now + TRY_AGAIN });
        else throw error;
      }
    }
    this.#arm();
  }

  /**
   * First those who come, then those who come again: each sort in a commit of its own. Whether somebody who is in the group waits still,
   * only the relay knows once another changed the group since `judged`.
   */
  async #admit(admitted: readonly Admitted[], judged: Epoch): Promise<Epoch> {
    let at = judged;
    for (const again of [false, true]) {
      const some = admitted.filter((one) => one.again === again);
      if (some.length === 0) continue;
      await this.#submissions.change(async (state) => {
        if (again && state.epoch !== at) {
          this.#outdated = true;
          this.#chamber.again();
          return null;
        }
        const inside = new Set(openDevices(state));
        // Another member may have been faster.
        const add = some.map((one) => one.add).filter(({ device }) => inside.has(device) === again);
        if (add.length === 0) return null;
        return again ? { add, remove: add.map(({ device }) => device) } : { add };
      });
      at = this.#chamber.log.keys.epoch;
    }
    return at;
  }

  async #refuse(to: Member, code: Refusal): Promise<void> {
    const { id: room, ports } = this.#chamber;
    const { device, connection } = ports;
    const { sealLetter } = await groups();
    try {
      const letter = await sealLetter({ room, device, to, letter: { type: 'refusal', code } });
      await connection.call('dismiss_knock', {
        room,
        device: to.id,
        frame: encodeMail({ type: 'refusal', letter }),
      });
    } catch (error) {
      // Another member was faster, or nothing can be sealed to it or fits its mailbox: then it hears nothing.
      const theirs = error instanceof RequestError && error.code !== 'rate_limited';
      if (!theirs && !(error instanceof CryptoError)) throw error;
    }
  }
}

/** What somebody is told whom the group’s rules keep out. */
function codeOf({ code }: CryptoError): Refusal {
  return code === 'room_too_large' ? 'room_full' : 'declined';
}
