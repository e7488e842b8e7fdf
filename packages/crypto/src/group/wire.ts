import { type Bytes, concatBytes, utf8 } from '@aurora/protocol';
import { decodeMlsMessage, encodeMlsMessage, type MLSMessage } from 'ts-mls';
import { CryptoError, type CryptoErrorCode } from '../errors.ts';

/** Bytes of an MLSMessage before what it carries: version and wire format (RFC 9420 section 6). */
export const MESSAGE_HEAD = 4;

/** A variable-size vector: its length as a QUIC integer (RFC 9420 section 2.1.2), then its bytes. */
export function vector(bytes: Uint8Array): Bytes {
  const { length } = bytes;
  if (length < 0x40) return concatBytes(Uint8Array.of(length), bytes);
  if (length < 0x4000) return concatBytes(Uint8Array.of(0x40 | (length >> 8), length & 0xff), bytes);
  const prefix = new Uint8Array(4);
  new DataView(prefix.buffer).setUint32(0, 0x8000_0000 + length);
  return concatBytes(prefix, bytes);
}

/** What is signed, or hashed, under a label of MLS (RFC 9420 sections 5.1.2, 5.2). */
export function labelled(label: string, content: Uint8Array): Bytes {
  return concatBytes(vector(utf8(label)), vector(content));
}

export function encodeMessage(message: MLSMessage): Bytes {
  return new Uint8Array(encodeMlsMessage(message));
}

/** The one message in some bytes. Throws the code for anything else. */
export function decodeMessage(encoded: Uint8Array, code: CryptoErrorCode): MLSMessage {
  let decoded: ReturnType<typeof decodeMlsMessage>;
  try {
    decoded = decodeMlsMessage(encoded, 0);
  } catch (cause) {
    throw new CryptoError(code, { cause });
  }
  if (decoded === undefined || decoded[1] !== encoded.length) throw new CryptoError(code);
  return decoded[0];
}
