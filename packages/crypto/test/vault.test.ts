import { utf8 } from '@aurora/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createVaultKey, openAtRest, sealAtRest } from '../src/index.ts';
import { flip } from './help/flip.ts';
import { expectRefusal, isRefused } from './help/refusal.ts';

test('what Ada’s device stores comes back with its key and label only', async () => {
  const [key, other] = await Promise.all([createVaultKey(), createVaultKey()]);
  const sealed = await sealAtRest(key, 'rooms/1', utf8('secret'));
  expect(await openAtRest(key, 'rooms/1', sealed)).toEqual(utf8('secret'));
  await expectRefusal(openAtRest(key, 'rooms/2', sealed), 'at_rest_wrong');
  await expectRefusal(openAtRest(other, 'rooms/1', sealed), 'at_rest_wrong');
});

test('the vault’s key cannot be read', async () => {
  const key = await createVaultKey();
  expect(key).toMatchObject({ extractable: false, algorithm: { name: 'AES-GCM', length: 256 } });
  await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
});

test('any bytes come back, and any flipped bit is noticed', async () => {
  const key = await createVaultKey();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(), async (data, at) => {
      const sealed = await sealAtRest(key, 'x', new Uint8Array(data));
      expect([...(await openAtRest(key, 'x', sealed))]).toEqual([...data]);
      const bit = at % (sealed.length * 8);
      expect(await isRefused(openAtRest(key, 'x', flip(sealed, bit)))).toBe(true);
      expect(await isRefused(openAtRest(key, 'x', sealed.slice(0, at % 28)))).toBe(true);
    }),
  );
});
