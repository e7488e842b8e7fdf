import { type Bytes, encodeCbor, fromHex, type IdentityId } from '@aurora/protocol';
import type { Proposal } from 'ts-mls';
import { describe, it } from 'vitest';
import { RULES_EXTENSION, rulesExtension } from '../src/group/rules.ts';
import { commitChange, type RoomRules } from '../src/groups.ts';
import { forgedCommit, proposing } from './help/forged-commit.ts';
import { direct, NOW, privateOf } from './help/groups.ts';
import { expectRefusal } from './help/refusal.ts';
import { ada, bo, cleo, dan, of, refused, removal, resolve } from './help/refused-group.ts';

const gce = (...extensions: { extensionType: number; extensionData: Uint8Array }[]): Proposal => ({
  proposalType: 'group_context_extensions',
  groupContextExtensions: { extensions },
});

describe('rules', () => {
  const setting = async (rules: RoomRules, by: 0 | 1 = 0): Promise<Bytes> => {
    const proposals = [gce(rulesExtension(rules) as never)];
    return (await forgedCommit(of(by), ([ada, bo] as const)[by].device, resolve, { proposals })).frame;
  };
  const raw = (rules: object): Proposal =>
    gce({ extensionType: RULES_EXTENSION, extensionData: encodeCbor(rules) });

  it('are set by admins', async () => {
    await refused(await setting(privateOf(ada, bo), 1), 'commit_not_allowed');
  });

  it('keep what the room is, and what newcomers see', async () => {
    const rules = privateOf(ada);
    await refused(await setting({ ...rules, history: 'all' }), 'commit_not_allowed', ada);
    await refused(await setting(direct), 'commit_not_allowed', ada);
  });

  it('have admins, who are there, in order and once', async () => {
    await refused(await setting(privateOf(ada, dan)), 'commit_not_allowed', ada);
    const own = (await forgedCommit(of(0), ada.device, resolve)).frame;
    const ids = [ada, bo]
      .map((one) => one.device.identity)
      .sort()
      .map((one) => fromHex(one));
    const base = { kind: 'private', history: 'none' };
    for (const admins of [[], [...ids].reverse(), [ids[0], ids[0]], [new Uint8Array(4)], 3])
      await refused(proposing(own, raw({ ...base, admins })), 'group_malformed', ada);
  });

  it('stand alone: one set of them, and no other extension', async () => {
    const own = (await forgedCommit(of(0), ada.device, resolve)).frame;
    const rules = rulesExtension(privateOf(ada, bo)) as never;
    const other = { extensionType: 0xf0ff, extensionData: new Uint8Array(1) };
    await refused(proposing(own, gce(rules, other)), 'group_malformed', ada);
    await refused(proposing(own, gce(other)), 'group_malformed', ada);
    await refused(proposing(own, gce()), 'group_malformed', ada);
    await refused(proposing(own, gce(rules), gce(rules)), 'commit_not_allowed', ada);
    await refused(proposing(own, gce(rules), removal(cleo)), 'commit_not_allowed', ada);
    await refused(proposing(own, raw({ a: 1 })), 'group_malformed', ada);
  });

  it('are not offered by commitChange either', async () => {
    const wish = { group: of(0), device: ada.device, now: NOW, resolve };
    const admins: IdentityId[] = [];
    await expectRefusal(
      commitChange({ ...wish, rules: { ...privateOf(ada), admins } }),
      'commit_not_allowed',
    );
    await expectRefusal(commitChange({ ...wish, rules: privateOf(ada, dan) }), 'commit_not_allowed');
    await expectRefusal(
      commitChange({ ...wish, rules: privateOf(ada), remove: [bo.device.id] }),
      'commit_not_allowed',
    );
  });
});
