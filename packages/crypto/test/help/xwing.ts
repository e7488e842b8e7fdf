import type { Bytes } from '@aurora/protocol';
import { XWing } from '@hpke/hybridkem-x-wing';

const kem = new XWing();

/** The public key of an X-Wing seed. */
export async function hpkePubOf(seed: Bytes): Promise<Bytes> {
  const { publicKey } = await kem.generateKeyPairDerand(seed.slice());
  return new Uint8Array(await kem.serializePublicKey(publicKey));
}
