import { readFileSync } from 'node:fs';
import { credentialShape, decode, fromHex, utf8 } from '@aurora/protocol';
import { expect, test } from 'vitest';
import {
  acceptKeys,
  isMember,
  openAtRest,
  openGrant,
  openMessage,
  openSignal,
  verifyCredential,
} from '../src/index.ts';
import {
  atRest,
  body,
  cast,
  deterministic,
  type Frozen,
  inputs,
  place,
  replay,
  signal,
  vaultKey,
} from './help/frozen.ts';
import { epoch } from './help/log.ts';

const frozen: Frozen = JSON.parse(readFileSync(new URL('vectors/frozen.json', import.meta.url), 'utf8'));

test.each(Object.entries(await deterministic()))('%s is made as it always was', (name, value) => {
  expect(frozen).toMatchObject({ [name]: value });
});

test('old credentials prove who they always did', async () => {
  const ada = await verifyCredential(decode(credentialShape, fromHex(frozen.adaCredential)));
  expect(ada).toMatchObject({ nickname: 'Ada', id: frozen.adaDevice, identity: frozen.adaIdentity });
});

test('old messages and signals are still read', async () => {
  const [ada] = await cast();
  const sender = ada.member;
  expect(await openMessage({ ...place, sender, frame: fromHex(frozen.message) })).toEqual(body);
  expect(await openSignal({ ...place, sender, frame: fromHex(frozen.signal) })).toEqual(signal);
});

test('old handshakes make the same room, and old grants open it', async () => {
  const [ada, bo] = await cast();
  const frames = [fromHex(frozen.first), fromHex(frozen.admit), fromHex(frozen.ratchet)] as const;
  const { state, refused } = await replay(ada, frames);
  expect(refused).toEqual([]);
  expect(isMember(state, bo.device.id, epoch(1))).toBe(true);
  const grant = await openGrant({
    room: place.room,
    device: bo.device,
    from: ada.member,
    frame: fromHex(frozen.grant),
  });
  expect(grant.chain).toEqual({ seq: 2, chain: fromHex('0c'.repeat(32)) });
  const accepted = await acceptKeys(state, grant.keys);
  expect(accepted.state.epochs.map(({ key }) => key)).toEqual([
    fromHex(inputs.key),
    fromHex(frozen.ratchetKey),
  ]);
});

test('what was stored long ago still opens', async () => {
  expect(await openAtRest(await vaultKey(), atRest.label, fromHex(frozen.atRest))).toEqual(
    utf8(atRest.plain),
  );
});
