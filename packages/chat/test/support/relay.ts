import { createHash } from 'node:crypto';
import {
  type Bytes,
  type Credential,
  type Delivery,
  type DeliveryId,
  type DeviceId,
  type Entry,
  type Epoch,
  type Event,
  type Generation,
  type Head,
  type IdentityId,
  LOUNGE,
  type OperationName,
  type ReplyOf,
  type Request,
  RequestError,
  type RequestId,
  type RequestOf,
  type Seq,
  toHex,
} from '@aurora/protocol';
import type { Clock } from '../../src/index.ts';
import { answer } from './answer.ts';
import { hello } from './connected.ts';
import { type Line, Lines } from './line.ts';

interface Guest {
  readonly line: Line;
  device: DeviceId | null;
}

type Handlers = { [O in OperationName]: (request: RequestOf<O>, from: Guest) => ReplyOf<O> };
type Asked<O extends OperationName> = { type: O; request: RequestId } & RequestOf<O>;

const idOf = (publicKey: Bytes) => toHex(createHash('sha256').update(publicKey).digest().subarray(0, 16));
const deviceOf = ({ devicePub }: Credential) => idOf(devicePub) as DeviceId;

/** A relay of one room, small enough to be read at once, that answers whatever a test wants. */
export class SmallRelay {
  entries: Entry[] = [];
  generation = 1 as Generation;
  readonly credentials = new Map<DeviceId, Credential>();
  readonly asked: Request[] = [];
  /** Requests that are heard and never answered. */
  readonly unanswered = new Set<OperationName>();
  /** Wake-ups for new entries are lost. */
  muted = false;
  readonly #clock: Clock;
  readonly #guests = new Set<Guest>();
  readonly #mail: (Delivery & { readonly to: DeviceId })[] = [];
  #deliveries = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The way for one person. */
  sockets(): Lines {
    const guests = new Map<Line, Guest>();
    return new Lines(
      (line) => {
        guests.set(line, { line, device: null });
        queueMicrotask(() => line.tell(hello(undefined, this.#clock.now())));
      },
      (line, request) => {
        this.asked.push(request);
        const guest = guests.get(line);
        if (guest === undefined || this.unanswered.has(request.type)) return;
        queueMicrotask(() => this.#answer(request, guest));
      },
    );
  }

  /** Answers something else from now on. */
  instead<O extends OperationName>(operation: O, handle: Handlers[O]): void {
    Object.assign(this.#handlers, { [operation]: handle });
  }

  /** How it answers now. */
  handler<O extends OperationName>(operation: O): Handlers[O] {
    return this.#handlers[operation];
  }

  /** To everybody whose line is open. */
  tell(...events: Event[]): void {
    for (const { line } of this.#present()) line.tell(...events);
  }

  /** As when the network breaks for everybody. */
  dropAll(code = 1006): void {
    for (const { line } of this.#present()) line.drop(code);
  }

  get head(): Head {
    const seq = this.entries.length as Seq;
    const epoch = this.entries.filter(({ kind }) => kind === 'commit').length as Epoch;
    return { room: LOUNGE, kind: 'open', generation: this.generation, seq, epoch };
  }

  /** Takes an entry into the log and tells everybody of it. */
  add(entry: Omit<Entry, 'seq' | 'at'>): Entry {
    const added = { ...entry, seq: (this.entries.length + 1) as Seq, at: this.#clock.now() };
    this.entries.push(added);
    if (!this.muted) this.tell({ type: 'entries', room: LOUNGE, entries: [added] });
    return added;
  }

  /** Puts something into a mailbox. */
  deliver(sender: DeviceId, to: DeviceId, frame: Bytes): void {
    this.#deliveries += 1;
    const id = this.#deliveries.toString(16).padStart(32, '0') as DeliveryId;
    const delivery = { id, room: LOUNGE, sender, at: this.#clock.now(), frame };
    this.#mail.push({ ...delivery, to });
    for (const { line, device } of this.#present()) {
      if (device === to) line.tell({ type: 'delivery', delivery });
    }
  }

  #present(): Guest[] {
    return [...this.#guests].filter(({ line }) => line.open);
  }

  #answer<O extends OperationName>(asked: Asked<O>, guest: Guest): void {
    const { type, request } = asked;
    const { line } = guest;
    try {
      const handle: Handlers[O] = this.#handlers[type];
      line.tell(answer(type, request, handle(asked, guest)));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const { code, message, retryAfter, suggestion } = error;
      line.tell({
        type: 'error',
        request,
        code,
        message,
        retryAfter: retryAfter ?? null,
        suggestion: suggestion ?? null,
      });
    }
  }

  readonly #handlers: Handlers = {
    auth: ({ credential }, guest) => {
      const device = deviceOf(credential);
      guest.device = device;
      this.credentials.set(device, credential);
      this.#guests.add(guest);
      const identity = idOf(credential.identityPub) as IdentityId;
      return { device, identity, time: this.#clock.now(), rooms: [] };
    },
    join: () => this.head,
    append: ({ id, kind, epoch, frame }, { device: sender }) => {
      const before = this.entries.find((entry) => entry.id === id);
      if (before !== undefined) return { seq: before.seq, at: before.at, duplicate: true };
      if (epoch !== this.head.epoch) throw new RequestError('stale_epoch', 'The key changed.');
      if (sender === null) throw new RequestError('unauthenticated', 'Who are you?');
      const { seq, at } = this.add({ id, kind, epoch, frame, sender });
      return { seq, at, duplicate: false };
    },
    read: ({ side, seq, limit, handshakes }) => {
      const wanted = this.entries.filter(
        (entry) =>
          (side === 'after' ? entry.seq > seq : entry.seq < seq) && !(handshakes && entry.kind === 'message'),
      );
      const entries = side === 'after' ? wanted.slice(0, limit) : wanted.slice(-limit);
      return { entries, more: wanted.length > entries.length, head: this.head };
    },
    signal: ({ frame }, { device: sender }) => {
      if (sender !== null) this.tell({ type: 'signals', room: LOUNGE, signals: [{ sender, frame }] });
      return {};
    },
    register: () => ({}),
    registers: () => ({ registers: [], more: false }),
    people: () => ({ count: 0, people: [], more: false }),
    credentials: ({ devices }) => ({
      credentials: devices.flatMap((device) => this.credentials.get(device) ?? []),
    }),
    request_keys: ({ epochs }, { device }) => {
      const others = this.#present().filter((guest) => guest.device !== device);
      const requests = device === null ? [] : [{ device, epochs }];
      for (const { line } of others) line.tell({ type: 'keys_requested', room: LOUNGE, requests });
      return { holders: others.length };
    },
    hold_keys: () => ({}),
    deliver: ({ device, frame }, { device: sender }) => {
      if (sender !== null) this.deliver(sender, device, frame);
      return {};
    },
    mailbox: (_, { device }) => ({
      deliveries: this.#mail.flatMap(({ to, ...delivery }) => (to === device ? [delivery] : [])),
      more: false,
    }),
    collect: ({ deliveries }) => {
      const kept = this.#mail.filter(({ id }) => !deliveries.includes(id));
      this.#mail.splice(0, this.#mail.length, ...kept);
      return {};
    },
    ping: () => ({ time: this.#clock.now(), rooms: [this.head] }),
    retire: () => ({}),
    // Nobody here has a private room: those are for tests with the real relay.
    publish_key_packages: () => ({ waiting: 32 }),
    key_packages: ({ identities }) => ({ packages: [], gone: identities }),
    create_room: nowhere,
    open_direct: nowhere,
    commit: nowhere,
    leave: nowhere,
    members: nowhere,
    knock: nowhere,
    withdraw_knock: nowhere,
    knocks: nowhere,
    dismiss_knock: nowhere,
    open_upload: nowhere,
    open_download: nowhere,
    drop_blob: nowhere,
  };
}

const nowhere = (): never => {
  throw new RequestError('no_such_room', 'There is no such room.');
};

/** Refuses whatever is asked with this. */
export function refuse(...[code, message, more]: ConstructorParameters<typeof RequestError>): () => never {
  return () => {
    throw new RequestError(code, message, more);
  };
}
