import type { Device } from '@aurora/crypto';
import type { KeyPackageSecret } from '@aurora/crypto/groups';
import {
  bool,
  bytes,
  limits,
  type Millis,
  millis,
  type RoomId,
  record,
  type Shape,
  toHex,
} from '@aurora/protocol';
import type { Vault, VaultChange } from '../ports/vault.ts';
import type { Connection } from './connection.ts';
import { groups } from './groups.ts';

/** So many one-time packages wait at the relay; below the second number more are made. */
const STOCK = 8;
const LOW = 4;
/** Made before all others, so that whoever just came can be written to at once. */
const FIRST = 2;
/** A package of last resort is replaced after so long, and opens what was sealed to it for so long again. */
const RENEWED = 30 * 24 * 60 * 60 * 1000;
/** More than ever wait. */
const MOST = 1_000;

const shape: Shape<KeyPackageSecret & { readonly at: Millis }> = record({
  ref: bytes(1, 64),
  keyPackage: bytes(1, limits.keyPackage),
  secret: bytes(1, limits.keyPackage),
  until: millis,
  lastResort: bool,
  at: millis,
});

const keyOf = ({ ref }: Pick<KeyPackageSecret, 'ref'>) => toHex(ref);

/** This device's key packages: what lets others begin a conversation with it while it is away. */
export class Packages {
  readonly #vault: Vault;
  readonly #device: Device;
  readonly #connection: Connection;
  readonly #knocks = new Map<RoomId | 'doorstep', KeyPackageSecret>();

  constructor(vault: Vault, device: Device, connection: Connection) {
    this.#vault = vault;
    this.#device = device;
    this.#connection = connection;
  }

  /** Those whose secrets this device still has. */
  async secrets(): Promise<KeyPackageSecret[]> {
    const range = { from: '', to: '~', limit: MOST, newestFirst: false };
    return (await this.#vault.range('packages', range)).map((value) => shape.fromWire(value));
  }

  /** What goes into the vault when one was used: it opens nothing a second time, but for the last resort. */
  used(secret: KeyPackageSecret): VaultChange[] {
    return secret.lastResort ? [] : [{ drop: 'packages', key: keyOf(secret) }];
  }

  /** One to knock with: the same for one purpose until it has opened something, so that asking often fills nothing. */
  async forKnocks(purpose: RoomId | 'doorstep'): Promise<KeyPackageSecret> {
    const known = this.#knocks.get(purpose);
    const isGood = known !== undefined && known.until > this.#connection.now();
    if (isGood && (await this.#vault.read('packages', keyOf(known))) !== undefined) return known;
    const [made] = await this.#make(1, false);
    if (made === undefined) throw new RangeError('a key package is always made');
    this.#knocks.set(purpose, made);
    return made;
  }

  /** Sees to it that enough of them wait at the relay. */
  async replenish(): Promise<void> {
    const { waiting } = await this.#connection.call('publish_key_packages', {
      packages: [],
      lastResort: null,
    });
    await this.#tidy();
    const missing = waiting >= LOW ? 0 : STOCK - waiting;
    const lastResort = (await this.#needsLastResort()) ? await this.#make(1, true) : [];
    for (const count of [Math.min(FIRST, missing), missing - FIRST]) {
      if (count <= 0 && lastResort.length === 0) continue;
      const made = await this.#make(Math.max(0, count), false);
      await this.#connection.call('publish_key_packages', {
        packages: made.map(({ keyPackage }) => keyPackage),
        lastResort: lastResort.shift()?.keyPackage ?? null,
      });
    }
  }

  async #needsLastResort(): Promise<boolean> {
    const range = { from: '', to: '~', limit: MOST, newestFirst: false };
    const kept = (await this.#vault.range('packages', range)).map((value) => shape.fromWire(value));
    const since = this.#connection.now() - RENEWED;
    return !kept.some(({ lastResort, at }) => lastResort && at > since);
  }

  /** Forgets what nobody may use any more. */
  async #tidy(): Promise<void> {
    const now = this.#connection.now();
    const dead = (await this.secrets()).filter(({ until }) => until < now);
    if (dead.length > 0)
      await this.#vault.commit(dead.map((secret) => ({ drop: 'packages', key: keyOf(secret) })));
  }

  /** Kept before anybody hears of them: what is sealed to one must never find its secret gone. */
  async #make(count: number, lastResort: boolean): Promise<KeyPackageSecret[]> {
    const { createKeyPackage } = await groups();
    const now = this.#connection.now();
    const made: KeyPackageSecret[] = [];
    for (let at = 0; at < count; at += 1)
      made.push(await createKeyPackage(this.#device, { now, lastResort }));
    await this.#vault.commit(
      made.map((secret) => ({
        put: 'packages',
        key: keyOf(secret),
        value: shape.toWire({ ...secret, at: now }),
      })),
    );
    return made;
  }
}
