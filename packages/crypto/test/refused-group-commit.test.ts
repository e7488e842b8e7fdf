import { type Bytes, concatBytes, type DeviceId, fromHex } from '@aurora/protocol';
import fc from 'fast-check';
import {
  type ClientState,
  createCommit,
  createGroupInfoWithExternalPubAndRatchetTree,
  createProposal,
  joinGroupExternal,
  type Proposal,
} from 'ts-mls';
import { describe, expect, it, test } from 'vitest';
import { requireAllowed } from '../src/group/allowed.ts';
import { configOf } from '../src/group/group.ts';
import { openSecret } from '../src/group/key-package.ts';
import { authenticationBy } from '../src/group/leaf.ts';
import { suiteOf } from '../src/group/suite.ts';
import { encodeMessage, vector } from '../src/group/wire.ts';
import { commitChange, commitEpoch, type Group, processCommit } from '../src/groups.ts';
import { flip } from './help/flip.ts';
import { proposing, rewritten } from './help/forged-commit.ts';
import { NOW, packageOf } from './help/groups.ts';
import { expectRefusal } from './help/refusal.ts';
import {
  ada,
  bo,
  cleo,
  dan,
  forgedByBo,
  of,
  packaged,
  receive,
  refused,
  removal,
  resolve,
  update,
} from './help/refused-group.ts';

test('what is in order is believed', async () => {
  for (const at of [0, 2] as const) expect((await receive(update, bo, at)).group).not.toBeNull();
});

test('who cannot be asked about is no reason to disbelieve: then there is no verdict', async () => {
  const offline = new Error('offline');
  const received = { frame: update, sender: bo.member, leaving: new Set<never>() };
  const resolve = () => Promise.reject(offline);
  const judged = processCommit({ group: of(0), device: ada.device, ...received, resolve });
  await expect(judged).rejects.toBe(offline);
});

describe('nothing but a commit in the clear of a member is looked at', () => {
  it.each(['', '00', '0001', '00010001', 'ff'.repeat(20)])('not %j', async (bytes) => {
    await refused(fromHex(bytes), 'commit_malformed');
    expect(commitEpoch(fromHex(bytes))).toBeNull();
  });

  it('not something before or behind one', async () => {
    await refused(new Uint8Array([...update, 0]), 'commit_malformed');
    await refused(update.slice(0, -1), 'commit_malformed');
  });

  it('not a private message', async () => {
    const state = { ...of(1).mls, clientConfig: configOf(authenticationBy(await resolve([]))) };
    const { newState } = await createCommit(
      { state, cipherSuite: suiteOf(bo.device) },
      { wireAsPublicMessage: true },
    );
    const { commit } = await createCommit({ state: newState, cipherSuite: suiteOf(bo.device) });
    await refused(encodeMessage(commit), 'commit_malformed');
  });

  it('not a proposal by itself', async () => {
    const state = { ...of(1).mls, clientConfig: configOf(authenticationBy(await resolve([]))) };
    const { message } = await createProposal(state, true, removal(cleo), suiteOf(bo.device));
    await refused(encodeMessage(message), 'commit_malformed');
  });

  it('not somebody’s own way in', async () => {
    const state = { ...of(1).mls, clientConfig: configOf(authenticationBy(await resolve([]))) };
    const info = await createGroupInfoWithExternalPubAndRatchetTree(state, [], suiteOf(bo.device));
    const { secret } = await packageOf(dan, resolve);
    const { publicPackage, privatePackage } = openSecret(secret);
    const { publicMessage } = await joinGroupExternal(
      info,
      publicPackage,
      privatePackage,
      false,
      suiteOf(dan.device),
      undefined,
      configOf(authenticationBy(await resolve([]))),
    );
    const frame = encodeMessage({ version: 'mls10', wireformat: 'mls_public_message', publicMessage });
    await refused(frame, 'commit_malformed');
  });

  it('not with something beside it', async () => {
    await refused(await forgedByBo({ authenticatedData: Uint8Array.of(1) }), 'commit_malformed');
  });

  it('not of another group, another epoch or another sender', async () => {
    const other = (context: Partial<ClientState['groupContext']>) => (state: ClientState) => ({
      ...state,
      groupContext: { ...state.groupContext, ...context },
    });
    await refused(await forgedByBo({ state: other({ groupId: new Uint8Array(16) }) }), 'group_mismatch');
    await refused(await forgedByBo({ state: other({ epoch: 0n }) }), 'commit_stale');
    const ahead = await forgedByBo({ state: other({ epoch: 9n }) });
    await refused(ahead, 'commit_ahead');
    expect(commitEpoch(ahead)).toBe(9);
    expect(commitEpoch(update)).toBe(1);
    await refused(update, 'sender_mismatch', ada);
  });
});

test('no bit of a commit can be flipped', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(update.length * 8 - 1), async (bit) => {
      const codes = await Promise.all(
        ([0, 2] as const).map((at) =>
          receive(flip(update, bit), bo, at).then(
            () => 'believed',
            (error) => error.code,
          ),
        ),
      );
      expect(codes[0]).not.toBe('believed');
      expect(codes[0]).toBe(codes[1]);
    }),
    { numRuns: 150 },
  );
});

describe('proposals', () => {
  it('are written out, never referred to', async () => {
    const state = { ...of(1).mls, clientConfig: configOf(authenticationBy(await resolve([]))) };
    const cipherSuite = suiteOf(bo.device);
    const { newState } = await createProposal(state, true, await packaged(dan), cipherSuite);
    const { commit } = await createCommit({ state: newState, cipherSuite }, { wireAsPublicMessage: true });
    await refused(encodeMessage(commit), 'commit_not_allowed');
  });

  it('are adds, removals and rules, and nothing else', async () => {
    const psk = { psktype: 'external', pskId: new Uint8Array(4), pskNonce: new Uint8Array(64) } as const;
    const leafNode = of(1).mls.ratchetTree[2];
    if (leafNode?.nodeType !== 'leaf') throw new TypeError();
    const others: unknown[] = [
      { proposalType: 'psk', psk: { preSharedKeyId: psk } },
      { proposalType: 'external_init', externalInit: { kemOutput: new Uint8Array(8) } },
      { proposalType: 'update', update: { leafNode: { ...leafNode.leaf, leafNodeSource: 'update' } } },
      { proposalType: 0xf0a0, proposalData: new Uint8Array(8) },
    ];
    for (const other of others) await refused(proposing(update, other as Proposal), 'commit_not_allowed');
    const reinit = {
      proposalType: 'reinit',
      reinit: {
        groupId: new Uint8Array(16),
        version: 'mls10',
        cipherSuite: of(1).mls.groupContext.cipherSuite,
        extensions: [],
      },
    } satisfies Proposal;
    await refused(await forgedByBo({ proposals: [reinit] }), 'commit_not_allowed');
  });

  it('are not so many that looking at them takes long', async () => {
    // Where the proposals of a commit begin: behind group, epoch, sender, nothing beside it, and that it is a commit.
    const at = 4 + 17 + 8 + 5 + 1 + 1;
    expect(update[at]).toBe(0);
    const one = fromHex('01000300000002');
    const many = new Uint8Array(one.length * 60_000).map((_, index) => one[index % one.length] ?? 0);
    const frame = concatBytes(update.slice(0, at), vector(many), update.slice(at + 1));
    const start = performance.now();
    await refused(frame, 'commit_not_allowed');
    expect(performance.now() - start).toBeLessThan(4_000);
  });

  it('come with fresh keys, unless somebody is only let in', async () => {
    const pathless = (frame: Bytes) =>
      rewritten(frame, (content) => {
        const { path: _, ...commit } = content.commit;
        return { ...content, commit: { ...commit, path: undefined } };
      });
    await refused(pathless(update), 'commit_not_allowed');
    await refused(pathless(proposing(update, removal(cleo), await packaged(cleo))), 'commit_not_allowed');
  });
});

describe('removing', () => {
  it('is for admins', async () => {
    await refused(await forgedByBo({ proposals: [removal(cleo)] }), 'commit_not_allowed');
    await expectRefusal(
      commitChange({
        group: of(1),
        device: bo.device,
        now: NOW,
        remove: [cleo.device.id],
        resolve,
      }),
      'commit_not_allowed',
    );
  });

  it('is for anybody of who said goodbye', async () => {
    const leaving = new Set([cleo.device.id]);
    const remove = [...leaving];
    const made = await commitChange({
      group: of(1),
      device: bo.device,
      now: NOW,
      remove,
      leaving,
      resolve,
    });
    expect((await receive(made.frame, bo, 0, remove)).change.removed).toEqual(remove);
    await refused(made.frame, 'commit_not_allowed');
  });

  it('is of somebody who is there, once, and not of oneself', async () => {
    await refused(proposing(update, removal(bo)), 'commit_not_allowed');
    await refused(proposing(update, removal(cleo), removal(cleo)), 'commit_not_allowed');
    await refused(
      proposing(update, { proposalType: 'remove', remove: { removed: 200 } }),
      'commit_not_allowed',
    );
    const remove = [dan.device.id];
    const wish = { group: of(0), device: ada.device, now: NOW, remove, resolve };
    await expectRefusal(commitChange(wish), 'commit_not_allowed');
    const twice = { ...wish, remove: [bo.device.id, bo.device.id] };
    await expectRefusal(commitChange(twice), 'commit_not_allowed');
  });
});

describe('adding', () => {
  it('is of somebody who is not there yet, once', async () => {
    await refused(proposing(update, await packaged(cleo)), 'commit_not_allowed');
    await refused(proposing(update, await packaged(dan), await packaged(dan)), 'commit_not_allowed');
    const { open } = await packageOf(cleo, resolve);
    const wish = { group: of(1), device: bo.device, now: NOW, add: [open], resolve };
    await expectRefusal(commitChange(wish), 'commit_not_allowed');
  });

  it('is by a key package of the device itself', async () => {
    const add = await packaged(dan);
    if (add.proposalType !== 'add') throw new TypeError();
    const { keyPackage } = add.add;
    const { leafNode } = keyPackage;
    const lies: (typeof keyPackage)[] = [
      { ...keyPackage, initKey: new Uint8Array(1216) },
      { ...keyPackage, extensions: [{ extensionType: 0xf0a0, extensionData: new Uint8Array(1) }] },
      { ...keyPackage, cipherSuite: 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519' },
      { ...keyPackage, leafNode: { ...leafNode, signaturePublicKey: bo.device.credential.devicePub } },
      {
        ...keyPackage,
        leafNode: { ...leafNode, credential: { credentialType: 'basic', identity: new Uint8Array(16) } },
      },
      {
        ...keyPackage,
        leafNode: { ...leafNode, credential: { credentialType: 'basic', identity: new Uint8Array(3) } },
      },
      { ...keyPackage, leafNode: { ...leafNode, lifetime: { notBefore: 0n, notAfter: 1n } } },
      { ...keyPackage, signature: leafNode.signature },
    ];
    for (const lie of lies)
      await refused(
        proposing(update, { proposalType: 'add', add: { keyPackage: lie } }),
        'key_package_wrong',
      );
  });

  it('does not take an expired one', async () => {
    const { open } = await packageOf(dan, resolve);
    const wish = { group: of(1), device: bo.device, add: [open], resolve };
    await expectRefusal(commitChange({ ...wish, now: open.until }), 'key_package_expired');
  });

  it('ends at 256 devices', async () => {
    const devices = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(32, '0') as DeviceId);
    const [first = ''] = devices;
    const group = { ...of(0), devices } as Group;
    const change = { added: [dan.device.id], removed: [], readmitted: [], rules: null };
    const by = { ...ada.member, id: first as DeviceId };
    const identityOf = () => ada.device.identity;
    const judged = { group, change, by, leaving: new Set<DeviceId>(), hasPath: true, identityOf };
    await expectRefusal(requireAllowed(judged), 'room_too_large');
  });
});
