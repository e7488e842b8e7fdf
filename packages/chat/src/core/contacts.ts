import type { Member } from '@aurora/crypto';
import {
  bool,
  bytes,
  type IdentityId,
  identityId,
  limits,
  nullable,
  type Of,
  record,
  text,
} from '@aurora/protocol';
import type { Vault } from '../ports/vault.ts';

const contactShape = record({
  identity: identityId,
  nickname: text(limits.nicknameBytes),
  /** Ed25519, once a credential of theirs was checked. */
  identityPub: nullable(bytes(32)),
  /** This person compared safety numbers with them. */
  verified: bool,
  blocked: bool,
  /** This person knows that somebody else had the nickname before. */
  accepted: bool,
});
export type Contact = Of<typeof contactShape>;

/** More than anybody talks with. */
const MOST = 100_000;

/** Nicknames that a person would take for the same. The relay lets no two live ones collide; here old and new ones meet. */
const folded = (nickname: string): string => nickname.normalize('NFKC').toLowerCase();

/**
 * Whom this person talked with, pinned at first sight: a nickname that comes back with another identity is noticed, whatever the
 * relay says. Also whom it verified and blocked. Known to this device alone.
 */
export class Contacts {
  readonly #vault: Vault;
  readonly #changed: () => void;
  readonly #known = new Map<IdentityId, Contact>();
  /** By folded nickname: what is shown asks for each conversation whenever anything changes. */
  readonly #named = new Map<string, Map<IdentityId, Contact>>();

  /** `changed` is told of all that could change what is shown. */
  constructor(vault: Vault, changed: () => void) {
    this.#vault = vault;
    this.#changed = changed;
  }

  async load(): Promise<void> {
    const range = { from: '', to: '~', limit: MOST, newestFirst: false };
    for (const value of await this.#vault.range('contacts', range)) {
      this.#remember(contactShape.fromWire(value));
    }
  }

  get blocked(): Contact[] {
    return [...this.#known.values()].filter(({ blocked }) => blocked);
  }

  get(identity: IdentityId): Contact | undefined {
    return this.#known.get(identity);
  }

  isBlocked(identity: IdentityId): boolean {
    return this.#known.get(identity)?.blocked ?? false;
  }

  isVerified(identity: IdentityId): boolean {
    return this.#known.get(identity)?.verified ?? false;
  }

  /**
   * Whether somebody else was known by this nickname before: it blocks writing when that one was verified. Null when not, or when
   * the person went on knowingly.
   */
  changeOf(identity: IdentityId, nickname: string): { blocking: boolean } | null {
    const own = this.#known.get(identity);
    if (own?.accepted || own?.verified) return null;
    const namesakes = this.#named.get(folded(nickname)) ?? new Map<IdentityId, Contact>();
    const others = [...namesakes.values()].filter((other) => other.identity !== identity);
    return others.length === 0 ? null : { blocking: others.some(({ verified }) => verified) };
  }

  /** Pins whoever this person talks with. */
  async meet({ identity, nickname, credential }: Member): Promise<void> {
    const before = this.#known.get(identity);
    if (before !== undefined && before.identityPub !== null) return;
    await this.#put({ ...this.#of(identity, nickname), identityPub: credential.identityPub });
  }

  async verify(identity: IdentityId, nickname: string, verified: boolean): Promise<void> {
    await this.#put({ ...this.#of(identity, nickname), verified });
  }

  async block(identity: IdentityId, nickname: string, blocked: boolean): Promise<void> {
    await this.#put({ ...this.#of(identity, nickname), blocked });
  }

  async accept(identity: IdentityId, nickname: string): Promise<void> {
    await this.#put({ ...this.#of(identity, nickname), accepted: true });
  }

  #of(identity: IdentityId, nickname: string): Contact {
    const known = this.#known.get(identity);
    return (
      known ?? { identity, nickname, identityPub: null, verified: false, blocked: false, accepted: false }
    );
  }

  #remember(contact: Contact): void {
    this.#known.set(contact.identity, contact);
    const name = folded(contact.nickname);
    const namesakes = this.#named.get(name) ?? new Map<IdentityId, Contact>();
    this.#named.set(name, namesakes.set(contact.identity, contact));
  }

  async #put(contact: Contact): Promise<void> {
    this.#remember(contact);
    const value = contactShape.toWire(contact);
    await this.#vault.commit([{ put: 'contacts', key: contact.identity, value }]);
    this.#changed();
  }
}
