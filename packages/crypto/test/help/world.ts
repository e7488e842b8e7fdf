import {
  type Bytes,
  type DeviceId,
  type Entry,
  type EntryKind,
  type Epoch,
  equalBytes,
  toHex,
} from '@aurora/protocol';
import {
  emptyGroupRoom,
  type GroupRoom,
  groupEpochKey,
  openDevices,
  requireGroupMember,
} from '../../src/group/room.ts';
import {
  applyGroupEntries,
  beginningOf,
  commitChange,
  createGroup,
  createKeyPackage,
  decodeGroup,
  encodeGroup,
  type Group,
  groupKey,
  groupTag,
  joinGroup,
  type KeyPackage,
  type KeyPackageSecret,
  leaveFrame,
  type OwnCommit,
  type Resolve,
  type RoomRules,
  readKeyPackage,
  splitCommit,
} from '../../src/groups.ts';
import { type Handshake, openMessage, sealMessage } from '../../src/index.ts';
import { entryOf, freshId, knowing, NOW, ROOM } from './groups.ts';
import type { Person } from './people.ts';

/** What a player would change in the group. */
export interface Plan {
  readonly add?: readonly Player[];
  readonly remove?: readonly Player[];
  readonly rules?: RoomRules;
}

interface Request extends OwnCommit {
  readonly parts: readonly Bytes[];
  readonly frame: Bytes;
  readonly welcomes: readonly { readonly device: DeviceId; readonly welcome: Bytes }[];
  readonly groupInfo: Bytes;
}

interface Mail {
  readonly at: number;
  readonly epoch: Epoch;
  readonly welcome: Bytes;
  readonly groupInfo: Bytes;
}

/** Somebody who is or was or will be in the room, with a memory of their own. */
export class Player {
  readonly person: Person;
  state: GroupRoom = emptyGroupRoom(ROOM);
  /** Entries of the log that were read. */
  read = 0;
  request: Request | null = null;
  secrets: KeyPackageSecret[] = [];
  mail: Mail[] = [];
  left = false;
  /** Somebody lied to this player, or it lost its keys: from here on it may lack some. */
  excused = false;
  /** Every key that it ever held. */
  readonly keys = new Map<number, string>();

  constructor(person: Person) {
    this.person = person;
  }

  get id(): DeviceId {
    return this.person.device.id;
  }

  get follows(): boolean {
    return this.state.group !== null && this.state.fate === 'in' && !this.left;
  }

  get group(): Group {
    if (this.state.group === null) throw new RangeError('no keys');
    return decodeGroup(ROOM, this.state.group);
  }
}

/** A room, its relay and its people. Whatever is appended is checked on the way. */
export class World {
  readonly players: readonly Player[];
  readonly resolve: Resolve;
  readonly log: { entry: Entry; text: string | null; honest: boolean }[] = [];
  epoch = 0 as Epoch;
  /** By epoch: its key, and who was in it. */
  readonly known = new Map<number, { key: string; devices: string }>();

  constructor(people: readonly Person[]) {
    this.players = people.map((person) => new Player(person));
    this.resolve = knowing(people);
  }

  /** As the relay does: what names another epoch than the current one is refused. */
  append(
    by: Player,
    kind: EntryKind,
    epoch: Epoch,
    frame: Bytes,
    about: { text?: string; id?: Entry['id']; honest?: boolean } = {},
  ): boolean {
    if (epoch !== this.epoch) return false;
    const { text = null, id = freshId(), honest = false } = about;
    const entry = entryOf(this.log.length + 1, kind, by.id, epoch, frame, id);
    this.log.push({ entry, text, honest });
    if (kind === 'commit') this.epoch = (epoch + 1) as Epoch;
    return true;
  }

  async found(by: Player, rules: RoomRules): Promise<void> {
    const group = await createGroup({ room: ROOM, device: by.person.device, rules, now: NOW });
    await this.plan(by, {}, group);
    await this.send(by);
    await this.sync(by);
  }

  /** Makes a commit and keeps it, as one does before it is sent. */
  async plan(by: Player, { add = [], remove = [], rules }: Plan, founding?: Group): Promise<void> {
    const base = founding ?? by.group;
    const packages: KeyPackage[] = [];
    for (const one of add) {
      const secret = await createKeyPackage(one.person.device, { now: NOW, lastResort: false });
      one.secrets.push(secret);
      packages.push(await readKeyPackage(secret.keyPackage, { now: NOW, resolve: this.resolve }));
    }
    const made = await commitChange({
      group: base,
      device: by.person.device,
      now: NOW,
      add: packages,
      remove: remove.map(({ id }) => id),
      ...(rules && { rules }),
      leaving: new Set(by.state.leaving),
      resolve: this.resolve,
    });
    const { parts, frame } = await splitCommit(made.frame);
    const { welcomes, groupInfo } = made;
    by.request = {
      id: freshId(),
      epoch: by.state.epoch,
      base: founding === undefined ? groupTag(base) : null,
      parts,
      frame,
      group: encodeGroup(made.group),
      welcomes,
      groupInfo,
    };
  }

  /** False when another's came first. */
  async send(by: Player): Promise<boolean> {
    const { request } = by;
    if (request === null || request.epoch !== this.epoch) return false;
    for (const part of request.parts) this.append(by, 'handshake', request.epoch, part);
    this.append(by, 'commit', request.epoch, request.frame, { id: request.id, honest: true });
    for (const { device, welcome } of request.welcomes) {
      const to = this.players.find(({ id }) => id === device);
      to?.mail.push({ at: this.log.length, epoch: this.epoch, welcome, groupInfo: request.groupInfo });
    }
    return true;
  }

  async change(by: Player, plan: Plan): Promise<void> {
    await this.sync(by);
    if (!by.follows) return;
    await this.plan(by, plan);
    await this.send(by);
    await this.sync(by);
  }

  async leave(by: Player): Promise<void> {
    await this.sync(by);
    if (!by.follows) return;
    this.append(
      by,
      'handshake',
      this.epoch,
      await leaveFrame(by.person.device, { room: ROOM, epoch: this.epoch }),
    );
    by.left = true;
  }

  async say(by: Player, text: string): Promise<void> {
    await this.sync(by);
    const key = groupEpochKey(by.state, by.state.epoch);
    if (!by.follows || key === null) return;
    const id = freshId();
    const place = { room: ROOM, epoch: by.state.epoch, key, id };
    const body = { type: 'text', at: NOW, seen: null, text } as const;
    const frame = await sealMessage({ ...place, device: by.person.device, body });
    this.append(by, 'message', place.epoch, frame, { text, id });
  }

  /** Reads what there is, and comes in by a welcome if one is there. */
  async sync(who: Player, step = Number.POSITIVE_INFINITY): Promise<void> {
    for (const mail of who.mail.splice(0)) {
      await this.#readTo(who, mail.at, step);
      await this.#enter(who, mail);
    }
    await this.#readTo(who, this.log.length, step);
    if (who.request !== null && who.state.epoch > who.request.epoch) who.request = null;
  }

  async #readTo(who: Player, end: number, step: number): Promise<void> {
    if (who.state.epoch === 0 && who.request === null) return;
    while (who.read < end) {
      const page = this.log.slice(who.read, Math.min(end, who.read + step));
      who.read += page.length;
      await this.#apply(who, page);
    }
  }

  async #apply(who: Player, page: readonly World['log'][number][]): Promise<void> {
    const before = who.follows;
    const { state, refused } = await applyGroupEntries(who.state, await this.#handshakes(page), {
      device: who.person.device,
      resolve: this.resolve,
      pending: who.request,
    });
    who.state = structuredClone(state);
    if (who.state.fate === 'behind') who.excused = true;
    for (const { entry, error } of refused) {
      const honest = this.log[entry.seq - 1]?.honest;
      if (honest && before && !who.excused) throw new Error(`an honest change was refused: ${error.code}`);
    }
    await this.#witness(who);
    for (const { entry, text } of page) if (text !== null) await this.#listen(who, entry, text);
  }

  async #handshakes(page: readonly World['log'][number][]): Promise<Handshake[]> {
    const members = await this.resolve([]);
    return page.flatMap(({ entry }) => {
      const sender = members.get(entry.sender);
      return entry.kind === 'message' || sender === undefined ? [] : [{ entry, sender }];
    });
  }

  /** Every key that somebody holds is the one that everybody holds who was in, and nobody else. */
  async #witness(who: Player): Promise<void> {
    const { epochs, group } = who.state;
    for (const { epoch, key } of epochs) if (key !== null) who.keys.set(epoch, toHex(key));
    const last = epochs.at(-1);
    if (group === null || last === undefined || last.key === null || who.state.fate !== 'in') return;
    if (!equalBytes(await groupKey(who.group), last.key))
      throw new Error('the newest key is not the group’s');
    const seen = { key: toHex(last.key), devices: [...who.group.devices].sort().join() };
    const first = this.known.get(last.epoch) ?? seen;
    if (first.key !== seen.key || first.devices !== seen.devices)
      throw new Error(`epoch ${last.epoch} has two faces`);
    if ([...openDevices(who.state)].sort().join() !== seen.devices)
      throw new Error('spans differ from the group');
    this.known.set(last.epoch, first);
  }

  async #listen(who: Player, entry: Entry, text: string): Promise<void> {
    const key = groupEpochKey(who.state, entry.epoch);
    const sender = (await this.resolve([])).get(entry.sender);
    if (key === null || sender === undefined) return;
    requireGroupMember(who.state, entry);
    const { room, epoch } = { room: ROOM, epoch: entry.epoch };
    const body = await openMessage({ room, epoch, key, id: entry.id, sender, frame: entry.frame });
    if (body.type !== 'text' || body.text !== text) throw new Error('a message reads otherwise');
  }

  async #enter(who: Player, { at, epoch, welcome, groupInfo }: Mail): Promise<void> {
    if (who.follows && who.state.epoch >= epoch) return;
    const { device } = who.person;
    const { group, ref, leaving } = await joinGroup({
      room: ROOM,
      device,
      welcome,
      groupInfo,
      secrets: who.secrets,
      resolve: this.resolve,
    });
    who.secrets = who.secrets.filter((secret) => !equalBytes(secret.ref, ref));
    const before = this.log.slice(0, at).filter(({ entry }) => entry.epoch === epoch - 1);
    const began = await beginningOf(group, await this.#handshakes(before));
    if (began === null) throw new RangeError('a welcome without its commit');
    const { commit } = began;
    who.left = false;
    who.request = null;
    who.read = at;
    who.state = {
      ...emptyGroupRoom(ROOM),
      epoch,
      epochs: [{ epoch, seq: commit.seq, at: commit.at, key: await groupKey(group) }],
      spans: group.devices.map((one) => ({ device: one, since: epoch, until: null })),
      leaving: [...new Set([...leaving, ...began.leaving])],
      group: encodeGroup(group),
      rules: group.rules,
    };
    await this.#witness(who);
  }
}
