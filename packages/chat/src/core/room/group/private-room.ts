import { groupEpochKey, openDevices } from '@aurora/crypto';
import { type DeviceId, type IdentityId, limits, RequestError, type Seq } from '@aurora/protocol';
import type { Invitee, MemberView, RoomPanelView } from '../../../view/contract.ts';
import { toBase64Url } from '../../base64url.ts';
import { ChatError, Disconnected } from '../../failures.ts';
import { groups } from '../../groups.ts';
import type { Chamber, RoomEvents, RoomPorts } from '../chamber.ts';
import { Receipts } from '../receipts.ts';
import { Room } from '../room.ts';
import { readPackages } from './founding.ts';
import { GroupKeeper, type GroupWay } from './keeper.ts';
import { type GroupState, groupRing } from './ring.ts';

type Wish = Parameters<GroupKeeper['submissions']['change']>[0];

/** So often others may be faster while one leaves. */
const MOST_GOODBYES = 8;
const END = Number.MAX_SAFE_INTEGER as Seq;

const refusal = (code: string, message: string) => new ChatError({ code, message });
const notReady = () =>
  refusal(
    'not_ready',
    'The keys of this room have not come yet. Try again when somebody who has them is here.',
  );
const notAllowed = () => refusal('not_allowed', 'Only an admin of the room may do this.');

/** A private or direct conversation: a room whose keys are those of an MLS group. */
export class PrivateRoom {
  readonly room: Room<GroupState>;
  readonly way: GroupWay;
  readonly #chamber: Chamber<GroupState>;
  readonly #keeper: GroupKeeper;

  constructor(way: GroupWay, ports: RoomPorts, events: RoomEvents) {
    this.way = way;
    let keeper: GroupKeeper | undefined;
    let chamber: Chamber<GroupState> | undefined;
    const { device, members } = ports;
    this.room = new Room<GroupState>(
      way.about.room,
      {
        tellsPresence: false,
        ring: groupRing({ device, members, pending: () => keeper?.submissions.pending ?? null }),
        keeper: (its) => {
          chamber = its;
          keeper = new GroupKeeper(its, way);
          return keeper;
        },
        receipts: (its) => receiptsOf(its, way),
      },
      ports,
      events,
    );
    if (keeper === undefined || chamber === undefined) throw new RangeError('a room makes its keeper');
    this.#keeper = keeper;
    this.#chamber = chamber;
    this.room.shown = way.about.is.shown;
  }

  /** Whether this person wants to see nothing of it: of somebody it blocked, or that such a one pulled it into. */
  get hidden(): boolean {
    const { peer, inviter } = this.way.about.is;
    const { contacts } = this.way;
    if (peer !== null) return contacts.isBlocked(peer.identity);
    return inviter !== null && contacts.isBlocked(inviter);
  }

  /** What the vault kept, and who they are that are in it: counting and removing them needs that. */
  async load(): Promise<void> {
    await this.room.load();
    await this.#chamber.ports.members.of(this.#keeper.devices).catch(ignoreBrokenLine);
  }

  async show(shown: boolean): Promise<void> {
    this.room.shown = shown;
    await this.way.about.set({ shown });
  }

  /** Makes the room at the relay and in MLS, and lets the first people in. Throws ChatError or RequestError. */
  async found(people: readonly Invitee[]): Promise<void> {
    this.room.live();
    await this.#chamber.turn(async () => {});
    if (this.#chamber.log.progress === null || this.#chamber.log.keys.group === null) throw notReady();
    if (people.length > 0) await this.invite(people);
  }

  panel(): Promise<RoomPanelView> {
    return this.#chamber.turn(async () => {
      const { log, ports, isPresent } = this.#chamber;
      if (log.progress === null) return { members: [], link: null };
      const known = await ports.members.of(this.#keeper.devices);
      const { rules, link } = log.keys;
      const members = new Map<IdentityId, MemberView>();
      for (const device of this.#keeper.devices) {
        const member = known.get(device);
        if (member === undefined) continue;
        const { identity, nickname } = member;
        members.set(identity, {
          identity,
          device,
          nickname,
          admin: rules?.admins.includes(identity) ?? false,
          me: identity === ports.device.identity,
          online: isPresent(identity),
          verified: this.way.contacts.isVerified(identity),
        });
      }
      return { members: [...members.values()], link: link && toBase64Url(link) };
    });
  }

  /** Throws ChatError or RequestError. */
  async invite(people: readonly Invitee[]): Promise<void> {
    const { connection } = this.#chamber.ports;
    for (let at = 0; at < people.length; at += limits.identities) {
      const some = people.slice(at, at + limits.identities);
      const identities = some.map(({ identity }) => identity);
      const { packages, gone } = await connection.call('key_packages', { identities });
      const wanted = new Map(some.map(({ identity, nickname }) => [identity, nickname]));
      const read = await readPackages(this.#chamber, packages);
      const add = read.filter(({ member }) => wanted.get(member.identity) === member.nickname);
      const absent = some.filter(({ identity }) => !add.some(({ member }) => member.identity === identity));
      await this.#change(async (state) => {
        const inside = new Set(openDevices(state));
        const fresh = add.filter(({ device }) => !inside.has(device));
        return fresh.length === 0 ? null : { add: fresh };
      });
      const [first] = absent;
      if (first !== undefined)
        throw cannotInvite(
          absent.map(({ nickname }) => nickname),
          gone.includes(first.identity),
        );
    }
  }

  /** Also while this device seems to be behind and nobody lets it in: whoever spoils epoch after epoch must not keep admins from ending it. Throws ChatError or RequestError. */
  async remove(identity: IdentityId): Promise<void> {
    this.#requireAdmin();
    // A room keeps no admin that is not in it.
    if (this.#chamber.log.keys.rules?.admins.includes(identity))
      await this.#change(this.#appointing(identity, false), { behind: true });
    const removing = async (state: GroupState) => {
      const { members } = this.#chamber.ports;
      const remove = openDevices(state).filter((device) => members.get(device)?.identity === identity);
      return remove.length === 0 ? null : { remove };
    };
    await this.#change(removing, { behind: true });
  }

  /** Throws ChatError or RequestError. */
  appoint(identity: IdentityId, admin: boolean): Promise<void> {
    this.#requireAdmin();
    return this.#change(this.#appointing(identity, admin));
  }

  #appointing(identity: IdentityId, admin: boolean): Wish {
    return async (state) => {
      const { rules } = state;
      if (rules === null || rules.admins.includes(identity) === admin) return null;
      // An admin who left is one no more, and nobody can be who is not in.
      const inside = new Set(this.#keeper.identities);
      const others = rules.admins.filter((one) => one !== identity && inside.has(one));
      if (!admin && others.length === 0)
        throw refusal('last_admin', 'A room needs an admin. Make somebody else one first.');
      return { rules: { ...rules, admins: admin ? [...others, identity].sort() : others } };
    };
  }

  async rename(title: string): Promise<void> {
    this.#requireAdmin();
    const words = title.toWellFormed().trim().slice(0, 200).toWellFormed();
    if (words === '') throw refusal('empty', 'Type a name for the room.');
    await this.#chamber.say({ type: 'title', title: words });
  }

  /** Makes a new invite link, which ends the one before it, or only ends it. */
  async relink(link: boolean): Promise<string | null> {
    this.#requireAdmin();
    const { createInviteSecret } = await groups();
    const secret = link ? createInviteSecret() : null;
    await this.#chamber.say({ type: 'link', secret });
    return secret && toBase64Url(secret);
  }

  /** Gives up the invite by which one asked to be let in again; false when one did not. */
  async withdraw(): Promise<boolean> {
    const { ended, secret } = this.way.about.is;
    if (ended === null || secret === null) return false;
    await this.#chamber.turn(async () => {
      const { ports, id: room } = this.#chamber;
      await this.way.about.set({ secret: null, refusal: null });
      await ports.connection.call('withdraw_knock', { room }).catch(ignoreRefusal);
    });
    this.#chamber.events.conversation();
    return true;
  }

  /** Says goodbye in the log, so that those who stay change the keys, and gives up the membership. */
  async leave(): Promise<void> {
    const { ports, id: room, log } = this.#chamber;
    const { connection } = ports;
    await this.#handOver();
    await this.#chamber.turn(async () => {
      const { ended, secret } = this.way.about.is;
      if (secret !== null) await connection.call('withdraw_knock', { room }).catch(ignoreRefusal);
      if (ended !== null || log.progress === null || log.keys.group === null) return;
      await this.way.about.set({ goodbye: true });
      await this.#sayGoodbye().catch(ignoreRefusal);
      await connection.call('leave', { room }).catch(ignoreRefusal);
    });
    await this.way.about.set({ ended: 'left', goodbye: false, secret: null });
    // The relay tells this device nothing more of it, also not what was said before.
    this.room.lost();
    this.room.live();
    this.#chamber.events.conversation();
  }

  /** The word that one leaves holds in one epoch, so that it cannot be told again to who comes back; others may change it meanwhile. */
  async #sayGoodbye(): Promise<void> {
    const { ports, id: room, log, newId } = this.#chamber;
    const { connection, device } = ports;
    const { leaveFrame } = await groups();
    let { epoch } = log.keys;
    for (let attempt = 1; ; attempt += 1) {
      const frame = await leaveFrame(device, { room, epoch });
      try {
        await connection.call('append', { room, id: newId(), kind: 'handshake', epoch, frame, blobs: [] });
        return;
      } catch (error) {
        const lost = error instanceof RequestError && error.code === 'stale_epoch';
        if (!lost || attempt === MOST_GOODBYES) throw error;
        const newest = { room, side: 'before', seq: END, limit: 1, handshakes: true } as const;
        ({ epoch } = (await connection.call('read', newest)).head);
      }
    }
  }

  /** A room whose only admin goes would have nobody to remove or rename: whoever has been in it longest becomes one. */
  async #handOver(): Promise<void> {
    if (this.way.about.is.ended !== null) return;
    await this.#change(async ({ rules, spans }) => {
      const { device, members } = this.#chamber.ports;
      const inside = new Set(this.#keeper.identities);
      const admins = rules?.admins.filter((one) => inside.has(one)) ?? [];
      if (rules === null || admins.length !== 1 || admins[0] !== device.identity) return null;
      const others = spans.filter(({ device: one, until }) => until === null && one !== device.id);
      const [longest] = others.sort((one, other) => one.since - other.since);
      const heir = longest && (await members.of([longest.device])).get(longest.device);
      return heir === undefined ? null : { rules: { ...rules, admins: [heir.identity] } };
    }).catch(ignoreRefusal);
  }

  #change(wanted: Wish, { behind = false } = {}): Promise<void> {
    return this.#chamber.turn(async () => {
      const { log } = this.#chamber;
      if (log.progress === null || log.keys.group === null) throw notReady();
      if (log.keys.fate !== 'in' && !(behind && this.#keeper.unanswered)) throw notReady();
      await this.#keeper.submissions.change(wanted);
      this.#chamber.events.changed({ type: 'panel', room: this.#chamber.id });
      this.#chamber.events.conversation();
      this.#chamber.again();
    });
  }

  #requireAdmin(): void {
    if (!this.#keeper.mayArrange) throw notAllowed();
  }
}

function cannotInvite(names: readonly string[], gone: boolean): ChatError {
  const who = names.join(', ');
  return gone
    ? refusal('person_gone', `${who} signed out for good and cannot be invited any more.`)
    : refusal(
        'no_key_package',
        `${who} cannot be invited yet: their device has left no key for that. Ask them to open Aurora once.`,
      );
}

function receiptsOf(
  { id: room, ports, log, contentKeys, refresh, run }: Chamber<GroupState>,
  way: GroupWay,
): Receipts {
  const { device, vault, clock, connection, members } = ports;
  return new Receipts({
    room,
    device,
    vault,
    clock,
    connection,
    members,
    keys: contentKeys,
    key: () => log.currentKey,
    keyOf: (epoch) => groupEpochKey(log.keys, epoch),
    audience: (at) => audience(log.keys, at, device.id),
    sharesSeen: () => ports.preferences().seen,
    silent: () => way.about.is.peer !== null && ports.blocked(way.about.is.peer.identity),
    log,
    refresh,
    run,
  });
}

/** The devices of others that were in the group when an entry was written, and are still. */
function audience({ spans, epochs }: GroupState, at: Seq, me: DeviceId): DeviceId[] {
  const epoch = epochs.findLast(({ seq }) => seq < at)?.epoch ?? 0;
  return spans.flatMap(({ device, since, until }) =>
    device !== me && until === null && since <= epoch ? [device] : [],
  );
}

/** Whom the vault does not know is asked for when there is a line. */
function ignoreBrokenLine(error: unknown): void {
  if (!(error instanceof Disconnected)) throw error;
}

/** Who goes does not wait for the relay or for keys to agree. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof RequestError || error instanceof ChatError)) throw error;
}
