import {
  type Bytes,
  credentialShape,
  type Entry,
  encode,
  fromHex,
  id,
  type MessageId,
  toHex,
} from '@aurora/protocol';
import { dangerouslySealWithNonce } from '../../src/content/envelope.ts';
import { encodeHeader } from '../../src/content/header.ts';
import { dangerouslyRawContentKey } from '../../src/content/keys.ts';
import {
  applyHandshakes,
  EMPTY_CHAIN,
  emptyRoom,
  encodeBody,
  extendChain,
  keyIdOf,
  type MessageBody,
  proveDevice,
  type SignalBody,
  sealAtRest,
  sealGrant,
} from '../../src/index.ts';
import { ratchetKey } from '../../src/room/ratchet.ts';
import { signStatement } from '../../src/room/statement.ts';
import { chained } from './chained.ts';
import { epoch, millis, room, seq } from './log.ts';
import { type Person, personFromSeeds } from './people.ts';

/** What the frozen vectors are made from: secrets that are nobody's. */
export const inputs = {
  ada: {
    nickname: 'Ada',
    identitySeed: '01'.repeat(32),
    deviceSeed: '02'.repeat(32),
    hpkeSeed: '03'.repeat(32),
  },
  bo: {
    nickname: 'Bo',
    identitySeed: '04'.repeat(32),
    deviceSeed: '05'.repeat(32),
    hpkeSeed: '06'.repeat(32),
  },
  key: '07'.repeat(32),
  nonce: '08'.repeat(12),
  id: '0190163d8694739baea5966c26f8ad91',
  vaultKey: '09'.repeat(32),
  challenge: { origin: 'https://chat.example', serverId: '0a'.repeat(32), nonce: '0b'.repeat(32) },
  text: 'Grüße, 👩‍👩‍👧‍👦!',
} as const;

export const place = {
  room: room(1),
  epoch: epoch(1),
  key: fromHex(inputs.key),
  id: id<MessageId>().fromWire(fromHex(inputs.id)),
};
export const body: MessageBody = {
  type: 'text',
  at: millis(1_800_000_000_000),
  seen: [seq(2), fromHex('0c'.repeat(32))],
  text: inputs.text,
};
export const signal: SignalBody = { type: 'typing', at: millis(1_800_000_000_000), typing: true };
export const atRest = { label: 'rooms/1', plain: 'secret' } as const;

export function cast(): Promise<[Person, Person]> {
  return Promise.all([personFromSeeds(inputs.ada), personFromSeeds(inputs.bo)]);
}

export function vaultKey(): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', fromHex(inputs.vaultKey), 'AES-GCM', false, ['encrypt', 'decrypt']);
}

export type Frozen = Readonly<
  Record<keyof Awaited<ReturnType<typeof deterministic>> | keyof Awaited<ReturnType<typeof random>>, string>
>;

/** Every structure that the inputs determine, as hex. */
export async function deterministic() {
  const [ada, bo] = await cast();
  const { challenge } = inputs;
  const header = { room: place.room, epoch: place.epoch, device: ada.device.id, id: place.id };
  const nonce = fromHex(inputs.nonce);
  const sealing = { header, key: place.key, device: ada.device, keys: undefined };
  const message = await dangerouslySealWithNonce({ ...sealing, purpose: 'message', body }, nonce);
  const of = { ...place, device: ada.device.id };
  const next = await ratchetKey(place.room, epoch(2), place.key);
  const { first, admit, ratchet } = await handshakes(ada, bo, next);
  const chain = await extendChain(EMPTY_CHAIN, chained(1, first));
  return hexOf({
    adaCredential: encode(credentialShape, ada.device.credential),
    boCredential: encode(credentialShape, bo.device.credential),
    adaDevice: fromHex(ada.device.id),
    adaIdentity: fromHex(ada.device.identity),
    proof: await proveDevice(ada.device, {
      origin: challenge.origin,
      serverId: fromHex(challenge.serverId),
      nonce: fromHex(challenge.nonce),
    }),
    keyId: await keyIdOf(place.key),
    contentKey: await dangerouslyRawContentKey(of, 'message'),
    signalKey: await dangerouslyRawContentKey(of, 'signal'),
    header: encodeHeader({ ...header, nonce }),
    textBody: encodeBody(body),
    typingBody: encodeBody(signal),
    message,
    signal: await dangerouslySealWithNonce({ ...sealing, purpose: 'signal', body: signal }, nonce),
    first,
    admit,
    ratchetKey: next,
    ratchet,
    chain1: chain,
    chain2: await extendChain(chain, chained(2, admit)),
  });
}

/** What is sealed with fresh randomness, and so can only be opened again. */
export async function random() {
  const [ada, bo] = await cast();
  const keys = [{ epoch: place.epoch, key: place.key }];
  const chain = { seq: seq(2), chain: fromHex('0c'.repeat(32)) };
  return hexOf({
    grant: await sealGrant({ room: place.room, device: ada.device, to: bo.member, keys, chain }),
    atRest: await sealAtRest(await vaultKey(), atRest.label, new TextEncoder().encode(atRest.plain)),
  });
}

/** Ada opens the room, admits Bo, and ratchets. */
async function handshakes(
  ada: Person,
  bo: Person,
  next: Bytes,
): Promise<{ first: Bytes; admit: Bytes; ratchet: Bytes }> {
  const keyId = await keyIdOf(place.key);
  const by = { room: place.room, device: ada.device.id, history: 'week' } as const;
  return {
    first: await signStatement(ada.device, {
      ...by,
      type: 'epoch',
      epoch: epoch(1),
      keyId,
      previous: null,
      how: 'fresh',
    }),
    admit: await signStatement(ada.device, {
      type: 'admit',
      room: place.room,
      epoch: epoch(1),
      devices: [bo.device.id],
      device: ada.device.id,
    }),
    ratchet: await signStatement(ada.device, {
      ...by,
      type: 'epoch',
      epoch: epoch(2),
      keyId: await keyIdOf(next),
      previous: keyId,
      how: 'ratchet',
    }),
  };
}

/** The room that three frozen handshakes make. */
export async function replay(ada: Person, frames: readonly [first: Bytes, admit: Bytes, ratchet: Bytes]) {
  const kinds = ['commit', 'handshake', 'commit'] as const;
  const entries = frames.map((frame, i): Entry => {
    const at = { seq: seq(i + 1), kind: kinds[i] ?? 'commit', epoch: epoch(i === 0 ? 0 : 1), at: millis(i) };
    return { ...at, sender: ada.device.id, id: place.id, frame };
  });
  return applyHandshakes(
    emptyRoom(place.room),
    entries.map((entry) => ({ entry, sender: ada.member })),
  );
}

function hexOf<K extends string>(values: Readonly<Record<K, Bytes>>): Record<K, string> {
  const out = {} as Record<K, string>;
  for (const name in values) out[name] = toHex(values[name]);
  return out;
}
