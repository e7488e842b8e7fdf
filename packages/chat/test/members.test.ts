import { type Credential, credentialShape, type DeviceId, limits } from '@aurora/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Members } from '../src/core/members.ts';
import { memoryVault, type Vault } from '../src/index.ts';
import { type Somebody, somebody } from './support/people.ts';
import { deviceNo } from './support/present.ts';

let ada: Somebody;
let bo: Somebody;
let eve: Somebody;
let vault: Vault;
let asked: DeviceId[][];
/** What the relay answers. */
let relay: Credential[];

beforeAll(async () => {
  [ada, bo, eve] = await Promise.all([somebody('Ada'), somebody('Bo'), somebody('Eve')]);
});

beforeEach(() => {
  vault = memoryVault();
  asked = [];
  relay = [ada, bo, eve].map(({ device }) => device.credential);
});

function members(): Members {
  return new Members(vault, async (devices) => {
    asked.push(devices);
    return relay;
  });
}

describe('whose device is whose', () => {
  it('is asked of the relay once, and kept over a restart', async () => {
    const first = members();
    const known = await first.of([ada.device.id, ada.device.id]);
    expect(known.get(ada.device.id)?.nickname).toBe('Ada');
    await first.of([ada.device.id]);
    expect(first.get(ada.device.id)?.nickname).toBe('Ada');
    expect(asked).toEqual([[ada.device.id]]);
    const later = members();
    expect((await later.of([ada.device.id])).get(ada.device.id)?.nickname).toBe('Ada');
    expect(asked).toHaveLength(1);
  });

  it('is not learned from a credential that somebody else signed', async () => {
    relay = [{ ...ada.device.credential, signature: eve.device.credential.signature }];
    expect((await members().of([ada.device.id])).get(ada.device.id)).toBeUndefined();
    expect(await vault.read('credentials', ada.device.id)).toBeUndefined();
  });

  it('is not learned under another nickname than was signed', async () => {
    relay = [{ ...eve.device.credential, nickname: 'Ada' }];
    expect((await members().of([eve.device.id])).get(eve.device.id)).toBeUndefined();
  });

  it('cannot be swapped: whoever answers with Eve for Ada names Eve', async () => {
    relay = [eve.device.credential];
    const known = await members().of([ada.device.id]);
    expect(known.get(ada.device.id)).toBeUndefined();
    expect(known.get(eve.device.id)?.nickname).toBe('Eve');
  });

  it('is learned beside false ones', async () => {
    relay = [{ ...eve.device.credential, nickname: 'Ada' }, bo.device.credential];
    expect((await members().of([bo.device.id])).get(bo.device.id)?.nickname).toBe('Bo');
  });

  it('is checked again when it comes from the disk: a copy that was altered is asked for anew', async () => {
    const altered = { ...ada.device.credential, nickname: 'Eve' };
    const swapped = bo.device.credential;
    await vault.commit([
      { put: 'credentials', key: ada.device.id, value: credentialShape.toWire(altered) },
      { put: 'credentials', key: eve.device.id, value: credentialShape.toWire(swapped) },
    ]);
    const known = await members().of([ada.device.id, eve.device.id]);
    expect(asked).toEqual([[ada.device.id, eve.device.id]]);
    expect(known.get(ada.device.id)?.nickname).toBe('Ada');
    expect(known.get(eve.device.id)?.nickname).toBe('Eve');
  });

  it('is asked again later when the relay did not know it', async () => {
    relay = [];
    const known = members();
    await known.of([ada.device.id]);
    relay = [ada.device.credential];
    expect((await known.of([ada.device.id])).has(ada.device.id)).toBe(true);
  });

  it('is asked for in as many questions as the relay takes', async () => {
    relay = [];
    const crowd = Array.from({ length: limits.credentials * 2 + 1 }, (_, index) => deviceNo(index + 1));
    await members().of(crowd);
    expect(asked.map((devices) => devices.length)).toEqual([limits.credentials, limits.credentials, 1]);
  });
});
