import type { SeededRandom } from './random.ts';

/** What comes before a private key in PKCS #8, for the two curves whose keys devices make. */
const PKCS8: Record<string, string> = {
  Ed25519: '302e020100300506032b657004220420',
  X25519: '302e020100300506032b656e04220420',
};

let random: SeededRandom | null = null;

/** From here on every key and nonce comes from a seed: the order of devices, and with it who is first, is the same again. */
export function seedCrypto(seeded: SeededRandom): void {
  if (random === null) takeOver();
  random = seeded;
}

function takeOver(): void {
  const subtle = Object.getPrototypeOf(crypto.subtle);
  const generateKey = subtle.generateKey;
  crypto.getRandomValues = (array) => {
    if (array === null) return array;
    const { buffer, byteOffset, byteLength } = array as unknown as Uint8Array;
    new Uint8Array(buffer, byteOffset, byteLength).set(random?.bytes(byteLength) ?? []);
    return array;
  };
  subtle.generateKey = async function (
    algorithm: string | { name: string },
    extractable: boolean,
    usages: KeyUsage[],
  ) {
    const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
    const prefix = PKCS8[name];
    if (prefix === undefined || random === null)
      return generateKey.call(this, algorithm, extractable, usages);
    const secret = Buffer.concat([Buffer.from(prefix, 'hex'), random.bytes(32)]);
    const whole = await crypto.subtle.importKey('pkcs8', secret, { name }, true, usages.filter(isPrivate));
    const { d: _d, key_ops: _ops, ...open } = await crypto.subtle.exportKey('jwk', whole);
    return {
      privateKey: extractable
        ? whole
        : await crypto.subtle.importKey('pkcs8', secret, { name }, false, usages.filter(isPrivate)),
      publicKey: await crypto.subtle.importKey(
        'jwk',
        open,
        { name },
        true,
        usages.filter((one) => one === 'verify'),
      ),
    };
  };
}

const isPrivate = (usage: KeyUsage) => usage !== 'verify';
