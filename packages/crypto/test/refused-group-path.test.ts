import { fromHex } from '@aurora/protocol';
import type { CiphersuiteImpl, ClientState } from 'ts-mls';
import { describe, expect, it } from 'vitest';
import { leafIndexOf } from '../src/group/group.ts';
import { commitChange, type Group, processCommit } from '../src/groups.ts';
import { forgedCommit, sealingNonsense } from './help/forged-commit.ts';
import { direct, groupOf, NOW, packageOf } from './help/groups.ts';
import type { Person } from './help/people.ts';
import { expectRefusal } from './help/refusal.ts';
import {
  ada,
  bo,
  cleo,
  dan,
  forgedByBo,
  leaf,
  of,
  packaged,
  receive,
  refused,
  resolve,
} from './help/refused-group.ts';

describe('a path that would stop the room', () => {
  const tamper = (edit: (leaf: never) => object) => (state: ClientState) => {
    const ratchetTree = state.ratchetTree.map((node, at) =>
      node?.nodeType === 'leaf' && at === leaf(bo) * 2
        ? { ...node, leaf: { ...node.leaf, ...edit(node.leaf as never) } }
        : node,
    );
    return { ...state, ratchetTree };
  };
  const exporting =
    (turn: number, key: () => Uint8Array) =>
    (suite: CiphersuiteImpl): CiphersuiteImpl => {
      let at = 0;
      const exportPublicKey: CiphersuiteImpl['hpke']['exportPublicKey'] = async (one) => {
        at += 1;
        return at - 1 === turn ? key() : suite.hpke.exportPublicKey(one);
      };
      return { ...suite, hpke: { ...suite.hpke, exportPublicKey } };
    };
  const keyOf = (person: Person) => () => {
    const node = of(0).mls.ratchetTree[leaf(person) * 2];
    if (node?.nodeType !== 'leaf') throw new TypeError();
    return node.leaf.hpkePublicKey;
  };

  it('by a leaf that newcomers would not believe', async () => {
    const { capabilities } = await packageOf(bo, resolve).then(({ open }) => open.mls.leafNode);
    for (const edit of [
      () => ({ capabilities: { ...capabilities, extensions: [] } }),
      () => ({ capabilities: { ...capabilities, ciphersuites: [] } }),
      () => ({ capabilities: { ...capabilities, versions: [] } }),
    ])
      await refused(await forgedByBo({ state: tamper(edit) }), 'commit_not_allowed');
  });

  it('by a leaf in somebody else’s name', async () => {
    const credential = { credentialType: 'basic', identity: fromHex(dan.device.id) } as const;
    await refused(await forgedByBo({ state: tamper(() => ({ credential })) }), 'sender_mismatch');
    const signaturePublicKey = dan.device.credential.devicePub;
    await refused(await forgedByBo({ state: tamper(() => ({ signaturePublicKey })) }), 'sender_mismatch');
  });

  it('by a key that is another’s, or none', async () => {
    for (const turn of [0, 1]) {
      await refused(await forgedByBo({ suite: exporting(turn, keyOf(cleo)) }), 'commit_not_allowed');
      await refused(
        await forgedByBo({ suite: exporting(turn, () => new Uint8Array(9)) }),
        'commit_not_allowed',
      );
      const none = () => new Uint8Array(1216).fill(0xff);
      await refused(await forgedByBo({ suite: exporting(turn, none) }), 'commit_not_allowed');
    }
  });

  it('of some only is theirs to find out', async () => {
    const frame = await forgedByBo({ suite: (suite) => sealingNonsense(suite, () => true) });
    await refused(frame, 'commit_unprocessable');
    const one = await forgedByBo({ suite: (suite) => sealingNonsense(suite, (turn) => turn === 0) });
    const verdicts = await Promise.allSettled(([0, 2] as const).map((at) => receive(one, bo, at)));
    expect(verdicts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a confirmation that is wrong', () => {
  const lying = (suite: CiphersuiteImpl): CiphersuiteImpl => {
    let turn = 0;
    const mac: CiphersuiteImpl['hash']['mac'] = async (key, data) => {
      turn += 1;
      return turn === 1 ? new Uint8Array(64) : suite.hash.mac(key, data);
    };
    return { ...suite, hash: { ...suite.hash, mac } };
  };

  it('may come of a secret that only this device was told', async () => {
    await refused(await forgedByBo({ suite: lying }), 'commit_unprocessable');
  });

  it('is wrong for all where nobody is told a secret', async () => {
    await refused(await forgedByBo({ suite: lying, proposals: [await packaged(dan)] }), 'commit_malformed');
  });
});

describe('a conversation of two', () => {
  it('takes in nobody else, also when a seat is free', async () => {
    const pair = [ada, bo];
    const [a, b] = (await groupOf(direct, pair, resolve)) as [Group, Group];
    const wish = { group: a, device: ada.device, now: NOW, resolve };
    const { open } = await packageOf(cleo, resolve);
    await expectRefusal(commitChange({ ...wish, add: [open] }), 'commit_not_allowed');
    const leaving = new Set([bo.device.id]);
    const alone = await commitChange({ ...wish, remove: [...leaving], leaving });
    await expectRefusal(commitChange({ ...wish, group: alone.group, add: [open] }), 'commit_not_allowed');
    const forged = await forgedCommit(a, ada.device, resolve, {
      proposals: [await packaged(cleo)],
    });
    const received = { group: b, device: bo.device, sender: ada.member, leaving, resolve };
    await expectRefusal(processCommit({ ...received, frame: forged.frame }), 'commit_not_allowed');
  });

  it('puts nobody out', async () => {
    const [a, b] = (await groupOf(direct, [ada, bo], resolve)) as [Group, Group];
    const removed = leafIndexOf(a, bo.device.id) ?? -1;
    const proposals = [{ proposalType: 'remove', remove: { removed } }] as const;
    const { frame } = await forgedCommit(a, ada.device, resolve, { proposals });
    const received = { group: b, device: bo.device, sender: ada.member, resolve };
    await expectRefusal(processCommit({ ...received, frame, leaving: new Set() }), 'commit_not_allowed');
  });
});
