import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  challengeBytes,
  credentialBytes,
  deviceBytes,
  directRoomBytes,
  directRoomId,
  equalBytes,
  type IdentityId,
  isPrivateRoomId,
  LOUNGE,
  privateRoomId,
  toHex,
  utf8,
} from '../src/index.ts';

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const credential = {
  nickname: 'Ada',
  identityPub: filled(32, 1),
  devicePub: filled(32, 2),
  hpkePub: filled(1216, 3),
};
const challenge = {
  origin: 'https://chat.example',
  serverId: filled(32, 4),
  nonce: filled(32, 5),
  devicePub: filled(32, 2),
};

test('[ID2] a credential is signed as a name and a list of all its fields', () => {
  const head = `${toHex(utf8('aurora/credential/1'))}84${'63416461'}5820${'01'.repeat(32)}5820${'02'.repeat(32)}5904c0`;
  expect(toHex(credentialBytes(credential))).toBe(head + '03'.repeat(1216));
});

test('[ID19] a device signs whose it is and what to seal to, and no name', () => {
  const head = `${toHex(utf8('aurora/device/1'))}83${'5820'}${'01'.repeat(32)}5820${'02'.repeat(32)}5904c0`;
  expect(toHex(deviceBytes(credential))).toBe(head + '03'.repeat(1216));
});

test('[ID4] a challenge is signed as a name and a list of all its fields', () => {
  const origin = `74${toHex(utf8('https://chat.example'))}`;
  const rest = ['04', '05', '02'].map((byte) => `5820${byte.repeat(32)}`).join('');
  expect(toHex(challengeBytes(challenge))).toBe(`${toHex(utf8('aurora/auth/1'))}84${origin}${rest}`);
});

describe('[ID4] Mallory cannot use a proof made for another', () => {
  test.each([
    ['origin', { origin: 'https://chat.example.evil' }],
    ['relay', { serverId: filled(32, 6) }],
    ['socket', { nonce: filled(32, 6) }],
    ['device', { devicePub: filled(32, 6) }],
  ])('%s', (_, change) => {
    expect(equalBytes(challengeBytes(challenge), challengeBytes({ ...challenge, ...change }))).toBe(false);
  });
});

describe('[RM2] the room of two people', () => {
  const [one, other] = ['0f'.repeat(16), 'f0'.repeat(16)] as [IdentityId, IdentityId];

  test('is made of a name and both ids, the smaller first, whoever opens it', () => {
    const made = `${toHex(utf8('aurora/direct/1'))}${one}${other}`;
    expect(toHex(directRoomBytes(one, other))).toBe(made);
    expect(toHex(directRoomBytes(other, one))).toBe(made);
  });

  test('has an id that nobody can make a private room under, whatever the hash and the chance', () => {
    const drawn = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(drawn, (bytes) => {
        const hash = new Uint8Array(bytes);
        const [direct, own] = [directRoomId(hash), privateRoomId(hash)];
        expect([direct.length, own.length]).toEqual([32, 32]);
        expect([isPrivateRoomId(direct), isPrivateRoomId(own)]).toEqual([false, true]);
        expect(direct.slice(2)).toBe(toHex(hash.slice(1, 16)));
        expect(own.slice(2)).toBe(toHex(hash.slice(1, 16)));
        expect(hash).toEqual(new Uint8Array(bytes));
      }),
    );
    expect(isPrivateRoomId(LOUNGE)).toBe(true);
  });
});
