import type { Bytes, DeviceId, IdentityId } from '@aurora/protocol';

export interface Taken {
  readonly packages: readonly {
    readonly identity: IdentityId;
    readonly device: DeviceId;
    readonly package: Bytes;
  }[];
  /** Those who signed out for good, or never were. */
  readonly gone: readonly IdentityId[];
}

/** Key packages that devices left for others. Both verbs are durable before they resolve, so that none is given out twice. */
export interface KeyPackages {
  /** Adds some, of which the oldest go when there are too many, and replaces the last resort unless it is null; answers how many wait. */
  publish(device: DeviceId, packages: readonly Bytes[], lastResort: Bytes | null): Promise<number>;
  /** The oldest of each device of these identities, which is then forgotten; its last resort, which stays, when there is no other. */
  take(identities: readonly IdentityId[]): Promise<Taken>;
}
