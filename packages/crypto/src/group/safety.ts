import { type Bytes, concatBytes, utf8 } from '@aurora/protocol';

/** As many as Signal's numeric fingerprints have (libsignal, "Fingerprint"): each try at a look-alike key costs them all. */
const ROUNDS = 5200;
const LABEL = utf8('aurora/safety/1');
/** Bytes of a fingerprint in a code. */
const FINGERPRINT = 32;
const PREFIX = 'aurora:1:';

/** What two people compare: 60 digits that both see alike, and what this person's QR code says. */
export async function safetyNumber(
  mine: Bytes,
  theirs: Bytes,
): Promise<{ readonly digits: string; readonly code: string }> {
  const [own, other] = await Promise.all([fingerprint(mine), fingerprint(theirs)]);
  const digits = [digitsOf(own), digitsOf(other)].sort().join('');
  const code = `${PREFIX}${text(own)}.${text(other)}`;
  return { digits, code };
}

/** Whether a code that the other's device shows is about the same two identities, the other way round. */
export async function checkSafetyCode(
  code: string,
  mine: Bytes,
  theirs: Bytes,
): Promise<'same' | 'differs' | 'unreadable'> {
  const match = /^aurora:1:([\w-]{43})\.([\w-]{43})$/.exec(code.trim());
  const [shown, seen] = [match?.[1], match?.[2]];
  if (shown === undefined || seen === undefined) return 'unreadable';
  const [own, other] = await Promise.all([fingerprint(mine), fingerprint(theirs)]);
  return shown === text(other) && seen === text(own) ? 'same' : 'differs';
}

async function fingerprint(identityPub: Bytes): Promise<Bytes> {
  let hash = concatBytes(LABEL, identityPub);
  for (let round = 0; round < ROUNDS; round += 1) {
    hash = new Uint8Array(await crypto.subtle.digest('SHA-512', concatBytes(hash, identityPub)));
  }
  return hash.slice(0, FINGERPRINT);
}

/** Six groups of five digits, each from five bytes. */
function digitsOf(hash: Bytes): string {
  const view = new DataView(hash.buffer, hash.byteOffset);
  return Array.from({ length: 6 }, (_, group) => {
    const value = view.getUint8(group * 5) * 2 ** 32 + view.getUint32(group * 5 + 1);
    return String(value % 100_000).padStart(5, '0');
  }).join('');
}

function text(bytes: Bytes): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
