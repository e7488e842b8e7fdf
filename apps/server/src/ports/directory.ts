import type { Credential, DeviceId, IdentityId, Millis } from '@aurora/protocol';

/**
 * What a nickname looks like: two nicknames collide when one of their looks is the same. SPEC [ID10].
 * There are two because a capital I looks like an l, which it no longer does once folded to i.
 */
export type Looks = readonly [folded: string, asWritten: string];

export interface Claim {
  readonly identity: IdentityId;
  readonly device: DeviceId;
  readonly credential: Credential;
  /** What the nickname looks like; no two identities share either look. */
  readonly looks: Looks;
  readonly at: Millis;
}

export type Claimed =
  | { readonly status: 'claimed' }
  /** Somebody else has a nickname that looks the same. */
  | { readonly status: 'taken' }
  /** This identity goes by another nickname. */
  | { readonly status: 'named'; readonly nickname: string }
  /** The device has been another identity's. */
  | { readonly status: 'foreign' }
  /** The device has an entry in a log, and so keeps what it first claimed. SPEC [ID14]. */
  | { readonly status: 'fixed' };

export interface Listing {
  readonly device: DeviceId;
  readonly identity: IdentityId;
  readonly credential: Credential;
  /** When the identity was last claimed; undefined once it is retired or released. */
  readonly seen: Millis | undefined;
}

export interface Stale {
  /** Identities not seen since then go, unless one of their devices has an entry in a log. */
  readonly before: Millis;
  /** Those that stay all the same, because they are here. */
  readonly present: readonly IdentityId[];
}

/** Who goes by which nickname, and the credentials that prove it. */
export interface Directory {
  /**
   * Binds nickname, identity and device to each other, and notes that the identity was seen; durable. The credential
   * of a device with an entry in a log is never replaced.
   */
  claim(claim: Claim): Promise<Claimed>;
  /** Which of these nicknames' looks nobody has: their indexes. */
  free(looks: readonly Looks[]): Promise<readonly number[]>;
  /** What is known of these devices; unknown ones are left out. */
  find(devices: readonly DeviceId[]): Promise<readonly Listing[]>;
  /**
   * Frees the nickname and forgets memberships, registers and mailboxes; durable. Credentials of devices with an
   * entry in a log stay, so that old messages keep a name that can be checked.
   */
  retire(identity: IdentityId): Promise<void>;
  /** As `retire`, for all that have not been seen for long and never spoke; answers how many. */
  release(stale: Stale): Promise<number>;
}
