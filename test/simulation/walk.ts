import { ChatError } from '@aurora/chat';
import { CryptoError } from '@aurora/crypto';
import { RequestError, type RoomId } from '@aurora/protocol';
import { Owner } from './owner.ts';
import { type Person, World } from './world.ts';

const NAMES = ['Ada', 'Bo', 'Cleo', 'Dan', 'Eve', 'Finn'];
const ACTS = 36;
const MOST_ROOMS = 2;

export interface Said {
  readonly room: RoomId;
  readonly text: string;
  readonly owner: Owner;
}

/** What people do in private rooms while everything fails that can: one course of it for each seed. */
export class Walk {
  readonly world: World;
  readonly owners: Owner[] = [];
  /** What a client took and kept, and has to bring to the others whatever happens. */
  readonly said: Said[] = [];
  /** Refusals that no rule of the room explains. */
  readonly faults: string[] = [];
  /** Who ever came by a link, and where. */
  readonly knocked = new Set<string>();
  readonly #links: { readonly room: RoomId; readonly secret: string }[] = [];
  #words = 0;

  constructor(seed: number) {
    this.world = new World(seed);
  }

  async meet(): Promise<void> {
    const count = 4 + this.world.random.below(3);
    for (const name of NAMES.slice(0, count)) {
      const owner = new Owner(name, this.world);
      await owner.enter();
      this.owners.push(owner);
    }
    await this.world.pass(2_000);
  }

  async go(): Promise<void> {
    const { random, network } = this.world;
    for (let act = 0; act < ACTS; act += 1) {
      network.weather.latency = 1 + random.below(400);
      network.weather.breaks = random.chance(0.3) ? 0.02 : 0;
      await this.#act(random.pick(this.owners));
      await this.world.pass(random.below(2_500));
    }
  }

  /** Everything works again, and time passes until nothing is left to be done. */
  async repair(): Promise<void> {
    this.world.recover();
    Object.assign(this.world.network.weather, { latency: 50, breaks: 0 });
    for (const owner of this.owners) owner.line = 'whole';
    await this.world
      .until('everybody has settled', () => this.unsettled.length === 0, 600_000)
      .catch((error) => {
        throw new Error(this.unsettled.join('; '), { cause: error });
      });
  }

  /** Why the world has not settled yet. */
  get unsettled(): string[] {
    const away = this.owners.flatMap(({ nickname, person: { client } }) =>
      client.connection.status === 'connected' && client.settled ? [] : [`${nickname} is not there`],
    );
    return [...away, ...this.rooms.flatMap((room) => this.#unsettledIn(room))];
  }

  /** All private conversations that somebody has. */
  get rooms(): RoomId[] {
    const views = this.owners.flatMap(({ person }) => person.client.conversations.views);
    return [...new Set(views.flatMap(({ kind, room }) => (kind === 'open' ? [] : [room])))];
  }

  membersOf(room: RoomId): Owner[] {
    return this.owners.filter(({ person }) => person.standing(room) === 'ready');
  }

  /** Somebody writes, and has to be heard. */
  say(owner: Owner, room: RoomId): string {
    const text = `${owner.nickname} says ${this.#words}`;
    this.#words += 1;
    this.#try(`${owner.nickname} says`, () =>
      owner.person.say(text, room).then(() => {
        this.said.push({ room, text, owner });
      }),
    );
    return text;
  }

  #unsettledIn(room: RoomId): string[] {
    const members = this.membersOf(room);
    return this.owners.flatMap(({ nickname, person }) => {
      const standing = person.standing(room);
      const view = person.view(room);
      const pending = person.messagesIn(room).filter(({ delivery }) => delivery.status === 'pending');
      if (pending.length > 0 && ['ready', 'left', 'removed'].includes(standing))
        return [`${nickname} has ${pending.length} messages to send`];
      if (['waiting', 'lost'].includes(standing) && members.length > 0) return [`${nickname} is ${standing}`];
      if (standing === 'knocking' && members.length > 0)
        return isRefused(person, room) ? [] : [`${nickname} knocks`];
      if (standing !== 'ready' || view?.kind !== 'private' || view.members === members.length) return [];
      return [`${nickname} counts ${view.members} members and not ${members.length}`];
    });
  }

  async #act(owner: Owner): Promise<void> {
    const { world } = this;
    const { random, network } = world;
    const kind = random.below(24);
    const room = this.#roomOf(owner.person);
    if (kind < 6 && room !== null) this.say(owner, room);
    else if (kind === 6 || (kind < 6 && this.rooms.length < MOST_ROOMS)) this.#create(owner);
    else if (kind === 7) this.#direct(owner);
    else if (kind === 8 || kind === 9) await owner.crash();
    else if (kind === 10) owner.line = random.pick(['deaf', 'dead'] as const);
    else if (kind === 11 || kind === 12) for (const one of this.owners) one.line = 'whole';
    else if (kind === 13) network.cutAll();
    else if (kind === 14) {
      world.crash();
      await world.pass(random.below(5_000));
      world.recover();
    } else if (kind >= 22) this.#join(owner.person);
    else if (room !== null) this.#change(owner.person, room, kind);
  }

  #change(person: Person, room: RoomId, kind: number): void {
    const { random } = this.world;
    if (person.view(room)?.kind !== 'private') return;
    const { conversations } = person.client;
    const ours = conversations.private(room);
    const other = random.pick(this.owners).person.card;
    const title = `Room ${random.below(1_000)}`;
    const admin = random.chance(0.7);
    if (kind <= 16) this.#try('invite', () => ours.invite([other]));
    else if (kind === 17) this.#try('remove', () => ours.remove(other.identity));
    else if (kind === 18) this.#try('leave', () => conversations.leave(room));
    else if (kind === 19) this.#try('relink', () => this.#relink(person, room));
    else if (kind === 20) this.#try('rename', () => ours.rename(title));
    else this.#try('appoint', () => ours.appoint(other.identity, admin));
  }

  async #relink(person: Person, room: RoomId): Promise<void> {
    const secret = await person.client.conversations.private(room).relink(true);
    if (secret !== null) this.#links.push({ room, secret });
  }

  /** By a link that may have been replaced since. */
  #join({ nickname, client }: Person): void {
    if (this.#links.length === 0) return;
    const { room, secret } = this.world.random.pick(this.#links.slice(-3));
    this.knocked.add(`${nickname} ${room}`);
    this.#try('join', () => client.conversations.joinByLink(room, secret));
  }

  #create(owner: Owner): void {
    const { random } = this.world;
    const others = this.owners.filter((one) => one !== owner && random.chance(0.5));
    const { conversations } = owner.person.client;
    const title = `Room of ${owner.nickname}`;
    this.#try('create', () =>
      conversations.create(
        title,
        'none',
        others.map(({ person }) => person.card),
      ),
    );
  }

  #direct(owner: Owner): void {
    const other = this.world.random.pick(this.owners.filter((one) => one !== owner));
    this.#try('direct', () => owner.person.client.conversations.openDirect(other.person.card));
  }

  #roomOf(person: Person): RoomId | null {
    const mine = this.rooms.filter((room) => person.standing(room) === 'ready');
    return mine.length === 0 ? null : this.world.random.pick(mine);
  }

  /** Nobody waits for it: the next fault may come in the middle. */
  #try(what: string, work: () => Promise<unknown>): void {
    Promise.resolve()
      .then(work)
      .catch((error) => {
        const explained =
          [ChatError, RequestError, CryptoError].some((kind) => error instanceof kind) ||
          error.name === 'Disconnected';
        if (!explained) this.faults.push(`${what}: ${error?.stack ?? error}`);
      });
  }
}

function isRefused(person: Person, room: RoomId): boolean {
  const view = person.view(room);
  return view?.kind === 'private' && view.standing.status === 'knocking' && view.standing.failure !== null;
}
