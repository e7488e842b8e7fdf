import { describe, expect, test } from 'vitest';
import { challengeBytes, credentialBytes, deviceBytes, equalBytes, toHex, utf8 } from '../src/index.ts';

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
