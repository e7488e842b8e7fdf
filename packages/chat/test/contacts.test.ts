import type { IdentityId } from '@aurora/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Contacts } from '../src/core/contacts.ts';
import { memoryVault, type Vault } from '../src/index.ts';
import { type Somebody, somebody } from './support/people.ts';

let bo: Somebody;
/** Who took the nickname when Bo had signed out, as lookalike letters can be typed. */
let impostor: Somebody;
let vault: Vault;
let told: number;

beforeAll(async () => {
  [bo, impostor] = await Promise.all([somebody('Bo'), somebody('BO')]);
});

beforeEach(() => {
  vault = memoryVault();
  told = 0;
});

async function contacts(): Promise<Contacts> {
  const all = new Contacts(vault, () => {
    told += 1;
  });
  await all.load();
  return all;
}

describe('whom a person talked with', () => {
  it('is pinned at first sight and kept over a restart', async () => {
    const first = await contacts();
    await first.meet(bo.member);
    await first.meet(bo.member);
    expect(told).toBe(1);
    const later = await contacts();
    expect(later.get(bo.member.identity)?.identityPub).toEqual(bo.member.credential.identityPub);
    expect(later.changeOf(bo.member.identity, 'Bo')).toBeNull();
  });

  it('is told from whoever comes under the nickname later, which only a verified one blocks', async () => {
    const all = await contacts();
    await all.meet(bo.member);
    const { identity } = impostor.member;
    expect(all.changeOf(identity, 'BO')).toEqual({ blocking: false });
    await all.verify(bo.member.identity, 'Bo', true);
    expect(all.changeOf(identity, 'BO')).toEqual({ blocking: true });
    expect(all.changeOf(identity, 'Bob')).toBeNull();
  });

  it('is gone on with knowingly, or by verifying the new one', async () => {
    const all = await contacts();
    await all.meet(bo.member);
    await all.verify(bo.member.identity, 'Bo', true);
    const { identity, nickname } = impostor.member;
    await all.accept(identity, nickname);
    expect((await contacts()).changeOf(identity, nickname)).toBeNull();
    const other = 'f'.repeat(32) as IdentityId;
    expect(all.changeOf(other, 'bo')).toEqual({ blocking: true });
    await all.verify(other, 'bo', true);
    expect(all.changeOf(other, 'bo')).toBeNull();
  });

  it('is blocked and unblocked on this device alone, and keeps being verified', async () => {
    const all = await contacts();
    await all.verify(bo.member.identity, 'Bo', true);
    await all.block(bo.member.identity, 'Bo', true);
    const later = await contacts();
    expect(later.isBlocked(bo.member.identity)).toBe(true);
    expect(later.isVerified(bo.member.identity)).toBe(true);
    expect(later.blocked.map(({ nickname }) => nickname)).toEqual(['Bo']);
    await later.block(bo.member.identity, 'Bo', false);
    expect((await contacts()).blocked).toEqual([]);
  });
});
