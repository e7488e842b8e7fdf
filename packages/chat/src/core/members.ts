import { CryptoError, type Member, verifyCredential } from '@aurora/crypto';
import { type Credential, credentialShape, type DeviceId, limits } from '@aurora/protocol';
import type { Vault } from '../ports/vault.ts';

type Fetch = (devices: DeviceId[]) => Promise<Credential[]>;

/**
 * Whose device is whose: credentials by DeviceId, checked before anything else sees them. They name themselves (the id
 * is a hash of the key), so neither the relay nor a copy on disk can put one in another's place.
 */
export class Members {
  readonly #vault: Vault;
  readonly #fetch: Fetch;
  readonly #known = new Map<DeviceId, Member>();

  constructor(vault: Vault, fetch: Fetch) {
    this.#vault = vault;
    this.#fetch = fetch;
  }

  /** Those that can be had; the others the relay does not know or gave a false credential for. */
  async of(devices: Iterable<DeviceId>): Promise<ReadonlyMap<DeviceId, Member>> {
    const wanted = [...new Set(devices)].filter((device) => !this.#known.has(device));
    const absent = (await Promise.all(wanted.map((device) => this.#kept(device)))).filter((d) => d !== null);
    for (let at = 0; at < absent.length; at += limits.credentials) {
      await this.#ask(absent.slice(at, at + limits.credentials));
    }
    return this.#known;
  }

  /** A member already known, without asking anybody. */
  get(device: DeviceId): Member | undefined {
    return this.#known.get(device);
  }

  /** Null when the vault has it, else the device to ask for. */
  async #kept(device: DeviceId): Promise<DeviceId | null> {
    const stored = await this.#vault.read('credentials', device);
    if (stored === undefined) return device;
    return (await this.#learn(credentialShape.fromWire(stored))) === device ? null : device;
  }

  async #ask(devices: DeviceId[]): Promise<void> {
    const credentials = await this.#fetch(devices);
    const learned = await Promise.all(credentials.map((credential) => this.#learn(credential)));
    await this.#vault.commit(
      credentials.flatMap((credential, index) => {
        const device = learned[index];
        if (device === undefined) return [];
        return { put: 'credentials' as const, key: device, value: credentialShape.toWire(credential) };
      }),
    );
  }

  async #learn(credential: Credential): Promise<DeviceId | undefined> {
    try {
      const member = await verifyCredential(credential);
      this.#known.set(member.id, member);
      return member.id;
    } catch (error) {
      if (error instanceof CryptoError) return undefined;
      throw error;
    }
  }
}
