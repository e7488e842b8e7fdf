import type { RoomId } from '@aurora/protocol';
import { Client, type ClientOptions, type ClientPorts } from '../core/client.ts';
import { ChatError, failureOf } from '../core/failures.ts';
import type { Change, Failure, FromEngine, FromPage, IntentName, Intents } from '../view/contract.ts';

/** A page on the other side of a message port. */
export interface Page {
  tell(message: FromEngine): void;
}

interface Tab {
  readonly page: Page;
  room: RoomId | null;
  focused: boolean;
  /** When it last had the focus, in order of events. */
  turn: number;
}

type Handlers = {
  [Name in IntentName]: (args: Intents[Name]['args'], tab: Tab) => Promise<Intents[Name]['answer']>;
};

const superseded: Failure = {
  code: 'superseded',
  message: 'A newer version of Aurora is open in another tab. Reload this one to go on here.',
};

/** One client for all the tabs of a browser: takes their intents, and tells each of them every change. */
export class Engine {
  readonly #client: Client;
  readonly #tabs = new Set<Tab>();
  readonly #loaded: Promise<void>;
  #turn = 0;
  #superseded = false;

  constructor(ports: ClientPorts, options: ClientOptions = {}) {
    this.#client = new Client(ports, options, {
      changed: (change) => this.#broadcast(change),
      rang: (room) => this.#ring(room),
    });
    this.#loaded = this.#client.load();
    this.#loaded.catch((error: unknown) => {
      this.#broadcast({ type: 'toast', level: 'error', failure: failureOf(error) });
    });
  }

  /** A page is here: tells it where everything stands. Gives back what to call with its messages. */
  attach(page: Page): (message: FromPage) => void {
    const tab: Tab = { page, room: null, focused: false, turn: 0 };
    this.#tabs.add(tab);
    for (const change of this.#standing()) page.tell({ type: 'change', change });
    return (message) => {
      switch (message.type) {
        case 'detach':
          this.#tabs.delete(tab);
          return;
        case 'intent':
          void this.#answer(message, tab);
      }
    };
  }

  /** A newer engine has taken over the storage: leaves it alone from now on. */
  supersede(): void {
    this.#client.stop();
    this.#superseded = true;
    this.#broadcast({ type: 'toast', level: 'error', failure: superseded });
  }

  #standing(): Change[] {
    const client = this.#client;
    const changes: Change[] = [
      { type: 'account', account: client.account },
      { type: 'connection', connection: client.connection },
      {
        type: 'conversations',
        conversations: client.account.status === 'in' ? client.conversations.views : [],
      },
      { type: 'blocked', blocked: client.blocked },
    ];
    if (client.preferences !== null) changes.push({ type: 'preferences', preferences: client.preferences });
    for (const room of client.rooms) {
      changes.push({ type: 'people', room: room.id, people: room.people });
      changes.push({ type: 'typing', room: room.id, nicknames: room.typing });
    }
    return changes;
  }

  async #answer<Name extends IntentName>(
    { call, name, args }: { call: number; name: Name; args: Intents[Name]['args'] },
    tab: Tab,
  ): Promise<void> {
    try {
      await this.#loaded;
      if (this.#superseded) throw new ChatError(superseded);
      const handle: Handlers[Name] = this.#handlers[name];
      tab.page.tell({ type: 'answer', call, answer: await handle(args, tab) });
    } catch (error) {
      tab.page.tell({ type: 'refusal', call, failure: failureOf(error) });
    }
  }

  readonly #handlers: Handlers = {
    enter: async ({ nickname }) => this.#done(this.#client.enter(nickname)),
    signOut: async () => this.#done(this.#client.signOut()),
    send: async ({ room, text }) => ({ id: await this.#client.send(room, text) }),
    retry: async ({ room, id }) => this.#done(this.#client.room(room).retry(id)),
    discard: async ({ room, id }) => this.#done(this.#client.discard(room, id)),
    sendFiles: async ({ room, text, files }) => ({ id: await this.#client.sendFiles(room, text, files) }),
    acceptFile: async (place) => this.#done(this.#client.acceptFile(place)),
    rejectFile: async ({ rejected, ...place }) => this.#done(this.#client.rejectFile(place, rejected)),
    steerFile: async ({ to, ...place }) => this.#done((await this.#client.files()).steer(place, to)),
    openFile: async (place) => (await this.#client.files()).open(place),
    readFile: async ({ reader }) => ({ bytes: await (await this.#client.files()).read(reader) }),
    closeFile: async ({ reader }) => {
      (await this.#client.files()).close(reader);
      return null;
    },
    typing: async ({ room, typing }) => this.#done(this.#client.room(room).tellTyping(typing)),
    page: async ({ room, side, position, limit }) => this.#client.room(room).page(side, position, limit),
    people: async ({ room, search, after }) => this.#client.room(room).search(search, after),
    look: async ({ room, focused }, tab) => {
      this.#turn += 1;
      tab.room = room;
      tab.focused = focused;
      if (focused) tab.turn = this.#turn;
      return null;
    },
    read: async ({ room, position }) => this.#done(this.#client.room(room).read(position)),
    prefer: async (change) => this.#done(this.#client.prefer(change)),
    draft: async ({ room, text }) => this.#done(this.#client.draft(room, text)),
    drafts: async () => this.#client.drafts(),
    message: async (person) => ({ room: await this.#client.conversations.openDirect(person) }),
    show: async ({ room, shown }) => {
      await this.#client.conversations.private(room).show(shown);
      this.#client.conversations.changed();
      return null;
    },
    createRoom: async ({ title, history, people }) => ({
      room: await this.#client.conversations.create(title, history, people),
    }),
    joinByLink: async ({ room, secret }) => this.#done(this.#client.conversations.joinByLink(room, secret)),
    panel: async ({ room }) => this.#client.conversations.private(room).panel(),
    rename: async ({ room, title }) => this.#done(this.#client.conversations.private(room).rename(title)),
    invite: async ({ room, people }) => this.#done(this.#client.conversations.private(room).invite(people)),
    remove: async ({ room, identity }) =>
      this.#done(this.#client.conversations.private(room).remove(identity)),
    appoint: async ({ room, identity, admin }) =>
      this.#done(this.#client.conversations.private(room).appoint(identity, admin)),
    relink: async ({ room, link }) => ({ link: await this.#client.conversations.private(room).relink(link) }),
    leave: async ({ room }) => this.#done(this.#client.conversations.leave(room)),
    safety: async ({ identity, device }) => (await this.#client.trust()).safety(identity, device),
    verify: async (args) => this.#done((await this.#client.trust()).verify(args)),
    acceptChange: async ({ identity }) => this.#done(this.#client.acceptChange(identity)),
    block: async ({ identity, nickname, blocked }) =>
      this.#done(this.#client.block(identity, nickname, blocked)),
    reconnect: async () => {
      this.#client.reconnect();
      return null;
    },
  };

  async #done(work: Promise<void>): Promise<null> {
    await work;
    return null;
  }

  #broadcast(change: Change): void {
    for (const { page } of this.#tabs) page.tell({ type: 'change', change });
  }

  /** One tab rings, and none while somebody looks at that conversation. */
  #ring(room: RoomId): void {
    const tabs = [...this.#tabs].sort((a, b) => b.turn - a.turn);
    if (!this.#client.preferences?.sounds || tabs.some((tab) => tab.focused && tab.room === room)) return;
    tabs[0]?.page.tell({ type: 'change', change: { type: 'ring', room } });
  }
}
