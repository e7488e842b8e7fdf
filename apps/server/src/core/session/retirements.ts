import { type IdentityId, RequestError } from '@aurora/protocol';

/** A session that is on its way to being opened. */
export interface Arrival {
  /** Throws once the identity signs out, or has done so, since the arrival began. */
  check(): void;
  /** It has arrived, or never will. */
  end(): void;
}

interface Arriving {
  readonly identity: IdentityId;
  overtaken: boolean;
}

/**
 * Identities that are signing out: nothing of theirs may follow their going. A session that was being opened when its
 * identity went would come after the sweep, and could put into the log what no credential proves.
 */
export class Retirements {
  readonly #going = new Set<IdentityId>();
  readonly #arriving = new Set<Arriving>();

  has(identity: IdentityId): boolean {
    return this.#going.has(identity);
  }

  /** Runs `act` as the going of an identity. */
  async run(identity: IdentityId, act: () => Promise<void>): Promise<void> {
    this.#going.add(identity);
    for (const arriving of this.#arriving) {
      if (arriving.identity === identity) arriving.overtaken = true;
    }
    try {
      await act();
    } finally {
      this.#going.delete(identity);
    }
  }

  arrive(identity: IdentityId): Arrival {
    const arriving: Arriving = { identity, overtaken: this.has(identity) };
    this.#arriving.add(arriving);
    return {
      check() {
        if (!arriving.overtaken) return;
        throw new RequestError('auth_failed', 'You have signed out meanwhile. Sign in anew.');
      },
      end: () => void this.#arriving.delete(arriving),
    };
  }
}
