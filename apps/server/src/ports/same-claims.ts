import { type Credential, equalBytes } from '@aurora/protocol';

/** Whether two credentials claim the same; their signatures may differ, since Ed25519 may be signed with randomness. */
export function sameClaims(one: Credential, other: Credential): boolean {
  return (
    one.nickname === other.nickname &&
    equalBytes(one.identityPub, other.identityPub) &&
    equalBytes(one.devicePub, other.devicePub) &&
    equalBytes(one.hpkePub, other.hpkePub)
  );
}
