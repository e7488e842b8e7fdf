import { type DeviceId, type EntryKind, type Request, RequestError } from '@aurora/protocol';
import type { Settings } from '../settings.ts';
import { type Bucket, Buckets, fullBucket, take } from './bucket.ts';

/** Throws `rate_limited` when there is something to wait for. */
function refuseBefore(retryAfter: number): void {
  if (retryAfter === 0) return;
  const seconds = Math.ceil(retryAfter / 1000);
  throw new RequestError(
    'rate_limited',
    `That was too much at once. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    { retryAfter },
  );
}

/** What a session alone is counted by. */
export interface SessionBuckets {
  readonly other: Bucket;
  readonly refused: Bucket;
}

/** Whose bytes the relay keeps for others. */
const KEPT: ReadonlySet<Request['type']> = new Set([
  'append',
  'commit',
  'deliver',
  'dismiss_knock',
  'knock',
  'publish_key_packages',
  'register',
]);

/** Who asks. */
export interface Asker {
  readonly device: DeviceId;
  readonly address: string;
  readonly buckets: SessionBuckets;
}

/** How much a device or a session may ask. A device's buckets outlive its sessions, so that reconnecting buys nothing. */
export class Rates {
  readonly #settings: Settings['rates'];
  readonly #append: Readonly<Record<EntryKind, Buckets<DeviceId>>>;
  readonly #signal: Buckets<DeviceId>;
  readonly #join: Buckets<DeviceId>;
  readonly #deliver: Buckets<DeviceId>;
  readonly #search: Buckets<DeviceId>;
  readonly #room: Buckets<DeviceId>;
  readonly #change: Buckets<DeviceId>;
  readonly #packages: Buckets<DeviceId>;
  readonly #knock: Buckets<DeviceId>;
  readonly #upload: Buckets<DeviceId>;
  readonly #newcomer: Buckets<string>;
  readonly #bytes: Buckets<DeviceId>;
  readonly #bytesOfAddress: Buckets<string>;
  readonly #filesOfAddress: Buckets<string>;

  constructor(settings: Settings['rates']) {
    this.#settings = settings;
    this.#append = {
      message: new Buckets(settings.append),
      commit: new Buckets(settings.commit),
      handshake: new Buckets(settings.handshake),
    };
    this.#signal = new Buckets(settings.signal);
    this.#join = new Buckets(settings.join);
    this.#deliver = new Buckets(settings.deliver);
    this.#search = new Buckets(settings.search);
    this.#room = new Buckets(settings.room);
    this.#change = new Buckets(settings.change);
    this.#packages = new Buckets(settings.packages);
    this.#knock = new Buckets(settings.knock);
    this.#upload = new Buckets(settings.upload);
    this.#newcomer = new Buckets(settings.newcomer);
    this.#bytes = new Buckets(settings.bytes);
    this.#bytesOfAddress = new Buckets(settings.bytesOfAddress);
    this.#filesOfAddress = new Buckets(settings.filesOfAddress);
  }

  newBuckets(now: number): SessionBuckets {
    return {
      other: fullBucket(this.#settings.other, now),
      refused: fullBucket(this.#settings.refused, now),
    };
  }

  /** Counts a request that was too much; false when it was one too many. */
  forgives({ refused }: SessionBuckets, now: number): boolean {
    return take(refused, this.#settings.refused, now) === 0;
  }

  /** Counts a request of so many bytes. Throws `rate_limited`; then its bytes are not counted. */
  count(request: Request, bytes: number, { device, address, buckets }: Asker, now: number): void {
    // Numbers alone would let a device fill the disk with messages that are few and large.
    const kept = KEPT.has(request.type) ? bytes : 0;
    refuseBefore(
      Math.max(this.#bytes.wait(device, now, kept), this.#bytesOfAddress.wait(address, now, kept)),
    );
    refuseBefore(this.#take(request, device, buckets, now));
    this.#bytes.spend(device, now, kept);
    this.#bytesOfAddress.spend(address, now, kept);
  }

  /** Counts a new membership. Throws `rate_limited`. */
  countMembership(device: DeviceId, now: number): void {
    refuseBefore(this.#join.take(device, now));
  }

  /** Counts a room that is new to somebody. Throws `rate_limited`. */
  countRoom(device: DeviceId, now: number): void {
    refuseBefore(this.#room.take(device, now));
  }

  /** Counts a device that comes for the first time. Throws `rate_limited`. */
  countNewcomer(address: string, now: number): void {
    refuseBefore(this.#newcomer.take(address, now));
  }

  /** Counts a file of so many bytes; answers how to take that back when nothing came of it. Throws `rate_limited`. */
  countFile(address: string, bytes: number, now: number): () => void {
    refuseBefore(this.#filesOfAddress.wait(address, now, bytes));
    this.#filesOfAddress.spend(address, now, bytes);
    return () => this.#filesOfAddress.spend(address, now, -bytes);
  }

  #take(request: Request, device: DeviceId, session: SessionBuckets, now: number): number {
    switch (request.type) {
      case 'append':
        return this.#append[request.kind].take(device, now);
      case 'people':
        if (request.search !== '') return this.#search.take(device, now);
        break;
      case 'signal':
        return this.#signal.take(device, now);
      case 'deliver':
        return this.#deliver.take(device, now);
      case 'commit':
        return this.#change.take(device, now);
      case 'key_packages':
        return this.#packages.take(device, now);
      case 'knock':
        return this.#knock.take(device, now);
      case 'open_upload':
        return this.#upload.take(device, now);
    }
    return take(session.other, this.#settings.other, now);
  }

  sweep(now: number): void {
    for (const buckets of Object.values(this.#append)) buckets.sweep(now);
    const others = [
      this.#signal,
      this.#join,
      this.#deliver,
      this.#search,
      this.#room,
      this.#change,
      this.#packages,
      this.#knock,
      this.#upload,
      this.#bytes,
    ];
    for (const buckets of others) buckets.sweep(now);
    for (const buckets of [this.#newcomer, this.#bytesOfAddress, this.#filesOfAddress]) buckets.sweep(now);
  }
}
