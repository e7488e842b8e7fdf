import {
  type Bytes,
  concatBytes,
  type DeviceId,
  encodeCbor,
  fromHex,
  type IdentityId,
} from '@aurora/protocol';
import fc from 'fast-check';
import {
  type CiphersuiteImpl,
  type ClientState,
  createCommit,
  createGroupInfoWithExternalPubAndRatchetTree,
  createProposal,
  joinGroupExternal,
  type Proposal,
} from 'ts-mls';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { requireAllowed } from '../src/group/allowed.ts';
import { configOf, leafIndexOf } from '../src/group/group.ts';
import { openSecret } from '../src/group/key-package.ts';
import { authenticationBy } from '../src/group/leaf.ts';
import { RULES_EXTENSION, rulesExtension } from '../src/group/rules.ts';
import { suiteOf } from '../src/group/suite.ts';
import { encodeMessage, vector } from '../src/group/wire.ts';
import {
  commitChange,
  commitEpoch,
  type Group,
  processCommit,
  type Resolve,
  type RoomRules,
} from '../src/groups.ts';
import type { CryptoErrorCode } from '../src/index.ts';
import { flip } from './help/flip.ts';
import { forgedCommit, proposing, rewritten, sealingNonsense } from './help/forged-commit.ts';
import { direct, groupOf, knowing, NOW, packageOf, people, privateOf } from './help/groups.ts';
import type { Person } from './help/people.ts';
import { expectRefusal } from './help/refusal.ts';

/** Ada is the room's admin; Bo, who is none, tries things; Dan is not in it. */
let [ada, bo, cleo, dan]: Person[] = [];
let resolve: Resolve;
let groups: Group[];
/** A commit of Bo's that is in order. */
let update: Bytes;

const some = <T>(value: T | undefined): T => {
  if (value === undefined) throw new RangeError('nothing there');
  return value;
};
const who = (one: Person | undefined): Person => some(one);
const of = (index: number): Group => some(groups[index]);
const leaf = (person: Person | undefined): number => some(leafIndexOf(of(0), who(person).device.id));

beforeAll(async () => {
  [ada, bo, cleo, dan] = await people('Ada', 'Bo', 'Cleo', 'Dan');
  resolve = knowing([who(ada), who(bo), who(cleo), who(dan)]);
  groups = await groupOf(privateOf(who(ada)), [who(ada), who(bo), who(cleo)], resolve);
  update = (await commitChange({ group: of(1), device: who(bo).device, now: NOW, resolve })).frame;
});

const receive = (frame: Bytes, sender: Person, at: number, leaving: readonly DeviceId[] = []) =>
  processCommit({
    group: of(at),
    device: who([ada, bo, cleo][at]).device,
    frame,
    sender: sender.member,
    leaving: new Set(leaving),
    resolve,
  });

/** Everybody else comes to the same verdict. */
async function refused(frame: Bytes, code: CryptoErrorCode, sender = who(bo)): Promise<void> {
  for (const at of sender === bo ? [0, 2] : [1, 2]) await expectRefusal(receive(frame, sender, at), code);
}

const forgedByBo = async (forgery: Parameters<typeof forgedCommit>[3]): Promise<Bytes> =>
  (await forgedCommit(of(1), who(bo).device, resolve, forgery)).frame;
const gce = (...extensions: { extensionType: number; extensionData: Uint8Array }[]): Proposal => ({
  proposalType: 'group_context_extensions',
  groupContextExtensions: { extensions },
});
const removal = (person: Person | undefined): Proposal => ({
  proposalType: 'remove',
  remove: { removed: leaf(person) },
});
const packaged = async (person: Person | undefined): Promise<Proposal> => ({
  proposalType: 'add',
  add: { keyPackage: (await packageOf(who(person), resolve)).open.mls },
});

test('what is in order is believed', async () => {
  for (const at of [0, 2]) expect((await receive(update, who(bo), at)).group).not.toBeNull();
});

test('who cannot be asked about is no reason to disbelieve: then there is no verdict', async () => {
  const offline = new Error('offline');
  const received = { frame: update, sender: who(bo).member, leaving: new Set<never>() };
  const resolve = () => Promise.reject(offline);
  const judged = processCommit({ group: of(0), device: who(ada).device, ...received, resolve });
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
      { state, cipherSuite: suiteOf(who(bo).device) },
      { wireAsPublicMessage: true },
    );
    const { commit } = await createCommit({ state: newState, cipherSuite: suiteOf(who(bo).device) });
    await refused(encodeMessage(commit), 'commit_malformed');
  });

  it('not a proposal by itself', async () => {
    const state = { ...of(1).mls, clientConfig: configOf(authenticationBy(await resolve([]))) };
    const { message } = await createProposal(state, true, removal(cleo), suiteOf(who(bo).device));
    await refused(encodeMessage(message), 'commit_malformed');
  });

  it('not somebody’s own way in', async () => {
    const state = { ...of(1).mls, clientConfig: configOf(authenticationBy(await resolve([]))) };
    const info = await createGroupInfoWithExternalPubAndRatchetTree(state, [], suiteOf(who(bo).device));
    const { secret } = await packageOf(who(dan), resolve);
    const { publicPackage, privatePackage } = openSecret(secret);
    const { publicMessage } = await joinGroupExternal(
      info,
      publicPackage,
      privatePackage,
      false,
      suiteOf(who(dan).device),
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
    await refused(ahead, 'commit_stale');
    expect(commitEpoch(ahead)).toBe(9);
    expect(commitEpoch(update)).toBe(1);
    await refused(update, 'sender_mismatch', who(ada));
  });
});

test('no bit of a commit can be flipped', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(update.length * 8 - 1), async (bit) => {
      const codes = await Promise.all(
        [0, 2].map((at) =>
          receive(flip(update, bit), who(bo), at).then(
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
    const cipherSuite = suiteOf(who(bo).device);
    const { newState } = await createProposal(state, true, await packaged(dan), cipherSuite);
    const { commit } = await createCommit({ state: newState, cipherSuite }, { wireAsPublicMessage: true });
    await refused(encodeMessage(commit), 'commit_not_allowed');
  });

  it('are adds, removals and rules, and nothing else', async () => {
    const psk = { psktype: 'external', pskId: new Uint8Array(4), pskNonce: new Uint8Array(64) } as const;
    const leafNode = some(of(1).mls.ratchetTree[2]);
    if (leafNode.nodeType !== 'leaf') throw new TypeError();
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
        device: who(bo).device,
        now: NOW,
        remove: [who(cleo).device.id],
        resolve,
      }),
      'commit_not_allowed',
    );
  });

  it('is for anybody of who said goodbye', async () => {
    const leaving = new Set([who(cleo).device.id]);
    const remove = [...leaving];
    const made = await commitChange({
      group: of(1),
      device: who(bo).device,
      now: NOW,
      remove,
      leaving,
      resolve,
    });
    expect((await receive(made.frame, who(bo), 0, remove)).change.removed).toEqual(remove);
    await refused(made.frame, 'commit_not_allowed');
  });

  it('is of somebody who is there, once, and not of oneself', async () => {
    await refused(proposing(update, removal(bo)), 'commit_not_allowed');
    await refused(proposing(update, removal(cleo), removal(cleo)), 'commit_not_allowed');
    await refused(
      proposing(update, { proposalType: 'remove', remove: { removed: 200 } }),
      'commit_not_allowed',
    );
    const remove = [who(dan).device.id];
    const wish = { group: of(0), device: who(ada).device, now: NOW, remove, resolve };
    await expectRefusal(commitChange(wish), 'commit_not_allowed');
    const twice = { ...wish, remove: [who(bo).device.id, who(bo).device.id] };
    await expectRefusal(commitChange(twice), 'commit_not_allowed');
  });
});

describe('adding', () => {
  it('is of somebody who is not there yet, once', async () => {
    await refused(proposing(update, await packaged(cleo)), 'commit_not_allowed');
    await refused(proposing(update, await packaged(dan), await packaged(dan)), 'commit_not_allowed');
    const { open } = await packageOf(who(cleo), resolve);
    const wish = { group: of(1), device: who(bo).device, now: NOW, add: [open], resolve };
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
      { ...keyPackage, leafNode: { ...leafNode, signaturePublicKey: who(bo).device.credential.devicePub } },
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
    const { open } = await packageOf(who(dan), resolve);
    const wish = { group: of(1), device: who(bo).device, add: [open], resolve };
    await expectRefusal(commitChange({ ...wish, now: open.until }), 'key_package_expired');
  });

  it('ends at 256 devices', async () => {
    const devices = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(32, '0') as DeviceId);
    const [first = ''] = devices;
    const group = { ...of(0), devices } as Group;
    const change = { added: [who(dan).device.id], removed: [], readmitted: [], rules: null };
    const by = { ...who(ada).member, id: first as DeviceId };
    const identityOf = () => who(ada).device.identity;
    const judged = { group, change, by, leaving: new Set<DeviceId>(), hasPath: true, identityOf };
    await expectRefusal(requireAllowed(judged), 'room_too_large');
  });
});

describe('rules', () => {
  const setting = async (rules: RoomRules, by = 0): Promise<Bytes> => {
    const proposals = [gce(rulesExtension(rules) as never)];
    return (await forgedCommit(of(by), who([ada, bo][by]).device, resolve, { proposals })).frame;
  };
  const raw = (rules: object): Proposal =>
    gce({ extensionType: RULES_EXTENSION, extensionData: encodeCbor(rules) });

  it('are set by admins', async () => {
    await refused(await setting(privateOf(who(ada), who(bo)), 1), 'commit_not_allowed');
  });

  it('keep what the room is, and what newcomers see', async () => {
    const rules = privateOf(who(ada));
    await refused(await setting({ ...rules, history: 'all' }), 'commit_not_allowed', who(ada));
    await refused(await setting(direct), 'commit_not_allowed', who(ada));
  });

  it('have admins, who are there, in order and once', async () => {
    await refused(await setting(privateOf(who(ada), who(dan))), 'commit_not_allowed', who(ada));
    const own = (await forgedCommit(of(0), who(ada).device, resolve)).frame;
    const ids = [ada, bo]
      .map((one) => who(one).device.identity)
      .sort()
      .map((one) => fromHex(one));
    const base = { kind: 'private', history: 'none' };
    for (const admins of [[], [...ids].reverse(), [ids[0], ids[0]], [new Uint8Array(4)], 3])
      await refused(proposing(own, raw({ ...base, admins })), 'group_malformed', who(ada));
  });

  it('stand alone: one set of them, and no other extension', async () => {
    const own = (await forgedCommit(of(0), who(ada).device, resolve)).frame;
    const rules = rulesExtension(privateOf(who(ada), who(bo))) as never;
    const other = { extensionType: 0xf0ff, extensionData: new Uint8Array(1) };
    await refused(proposing(own, gce(rules, other)), 'group_malformed', who(ada));
    await refused(proposing(own, gce(other)), 'group_malformed', who(ada));
    await refused(proposing(own, gce()), 'group_malformed', who(ada));
    await refused(proposing(own, gce(rules), gce(rules)), 'commit_not_allowed', who(ada));
    await refused(proposing(own, gce(rules), removal(cleo)), 'commit_not_allowed', who(ada));
    await refused(proposing(own, raw({ a: 1 })), 'group_malformed', who(ada));
  });

  it('are not offered by commitChange either', async () => {
    const wish = { group: of(0), device: who(ada).device, now: NOW, resolve };
    const admins: IdentityId[] = [];
    await expectRefusal(
      commitChange({ ...wish, rules: { ...privateOf(who(ada)), admins } }),
      'commit_not_allowed',
    );
    await expectRefusal(
      commitChange({ ...wish, rules: privateOf(who(ada), who(dan)) }),
      'commit_not_allowed',
    );
    await expectRefusal(
      commitChange({ ...wish, rules: privateOf(who(ada)), remove: [who(bo).device.id] }),
      'commit_not_allowed',
    );
  });
});

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
  const keyOf = (person: Person | undefined) => () => {
    const node = of(0).mls.ratchetTree[leaf(person) * 2];
    if (node?.nodeType !== 'leaf') throw new TypeError();
    return node.leaf.hpkePublicKey;
  };

  it('by a leaf that newcomers would not believe', async () => {
    const { capabilities } = await packageOf(who(bo), resolve).then(({ open }) => open.mls.leafNode);
    for (const edit of [
      () => ({ capabilities: { ...capabilities, extensions: [] } }),
      () => ({ capabilities: { ...capabilities, ciphersuites: [] } }),
      () => ({ capabilities: { ...capabilities, versions: [] } }),
    ])
      await refused(await forgedByBo({ state: tamper(edit) }), 'commit_not_allowed');
  });

  it('by a leaf in somebody else’s name', async () => {
    const credential = { credentialType: 'basic', identity: fromHex(who(dan).device.id) } as const;
    await refused(await forgedByBo({ state: tamper(() => ({ credential })) }), 'sender_mismatch');
    const signaturePublicKey = who(dan).device.credential.devicePub;
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
    const verdicts = await Promise.allSettled([0, 2].map((at) => receive(one, who(bo), at)));
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
    const pair = [who(ada), who(bo)];
    const [a, b] = await groupOf(direct, pair, resolve);
    const wish = { group: some(a), device: who(ada).device, now: NOW, resolve };
    const { open } = await packageOf(who(cleo), resolve);
    await expectRefusal(commitChange({ ...wish, add: [open] }), 'commit_not_allowed');
    const leaving = new Set([who(bo).device.id]);
    const alone = await commitChange({ ...wish, remove: [...leaving], leaving });
    await expectRefusal(commitChange({ ...wish, group: alone.group, add: [open] }), 'commit_not_allowed');
    const forged = await forgedCommit(some(a), who(ada).device, resolve, {
      proposals: [await packaged(cleo)],
    });
    const received = { group: some(b), device: who(bo).device, sender: who(ada).member, leaving, resolve };
    await expectRefusal(processCommit({ ...received, frame: forged.frame }), 'commit_not_allowed');
  });

  it('puts nobody out', async () => {
    const [a, b] = await groupOf(direct, [who(ada), who(bo)], resolve);
    const removed = some(leafIndexOf(some(a), who(bo).device.id));
    const proposals = [{ proposalType: 'remove', remove: { removed } }] as const;
    const { frame } = await forgedCommit(some(a), who(ada).device, resolve, { proposals });
    const received = { group: some(b), device: who(bo).device, sender: who(ada).member, resolve };
    await expectRefusal(processCommit({ ...received, frame, leaving: new Set() }), 'commit_not_allowed');
  });
});
