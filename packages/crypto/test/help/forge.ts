import { type Bytes, concatBytes, utf8 } from '@aurora/protocol';
import { encodeHeader, type Header } from '../../src/content/header.ts';
import { dangerouslyRawContentKey, type Purpose } from '../../src/content/keys.ts';
import { type ContentKeyOf, type Device, encodeBody, keyIdOf, sha256 } from '../../src/index.ts';
import { pad } from '../../src/padding.ts';
import { importAead, seal } from '../../src/primitives/aead.ts';
import { sign } from '../../src/primitives/ed25519.ts';
import { millis } from './log.ts';

/** A frame's parts; each left out is what it should be, so that a test lies about one thing only. */
export interface Forgery {
  readonly header: Header;
  readonly device: Device;
  readonly key: Bytes;
  readonly purpose?: Purpose;
  /** Bytes that stand where the encoded header would. */
  readonly rawHeader?: Bytes;
  readonly signature?: Bytes;
  readonly signer?: CryptoKey;
  readonly keyId?: Bytes;
  readonly body?: Bytes;
  readonly padded?: Bytes;
  readonly plain?: Bytes;
  readonly sealedFor?: ContentKeyOf;
}

const LABELS = {
  message: 'aurora/message/1',
  signal: 'aurora/signal/1',
  register: 'aurora/register/1',
} as const;

/** A frame made by hand, beside the product's own code, by somebody who holds the room's key. */
export async function forge(parts: Forgery): Promise<Bytes> {
  const { header, device, key, purpose = 'message' } = parts;
  const clear = parts.rawHeader ?? encodeHeader(header);
  const keyId = parts.keyId ?? (await keyIdOf(key));
  const body = parts.body ?? encodeBody({ type: 'text', at: millis(1), seen: null, text: 'Hello' });
  const signed = concatBytes(utf8(LABELS[purpose]), clear, keyId, await sha256(body));
  const signature = parts.signature ?? (await sign(parts.signer ?? device.signKey, signed));
  const plain = parts.plain ?? concatBytes(signature, keyId, parts.padded ?? pad(body));
  const of = parts.sealedFor ?? { room: header.room, epoch: header.epoch, key, device: header.device };
  const aead = await importAead(await dangerouslyRawContentKey(of, purpose));
  return concatBytes(clear, await seal(aead, header.nonce, clear, plain));
}
