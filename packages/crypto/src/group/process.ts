import { type Bytes, type DeviceId, equalBytes, toHex } from '@aurora/protocol';
import {
  emptyPskIndex,
  type FramedContent,
  type Proposal,
  type PublicMessage,
  processPublicMessage,
} from 'ts-mls';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Member } from '../identity/member.ts';
import { type GroupChange, requireAllowed } from './allowed.ts';
import { changeOf } from './commit.ts';
import { requireFresh } from './fresh.ts';
import { configOf, type Group, groupOf, leavesOf, MOST_DEVICES } from './group.ts';
import { encodeKeyPackage, requireKeyPackage } from './key-package.ts';
import { authenticationBy, deviceOf, isLeafOf, type Resolve } from './leaf.ts';
import { type RoomRules, rulesIn } from './rules.ts';
import { suiteOf, watched } from './suite.ts';
import { decodeMessage } from './wire.ts';

export interface Received {
  readonly group: Group;
  readonly device: Device;
  readonly frame: Bytes;
  /** Whoever the log says has sent it. */
  readonly sender: Member;
  readonly leaving: ReadonlySet<DeviceId>;
  readonly resolve: Resolve;
}

export interface Processed {
  /** Null when this device was removed. */
  readonly group: Group | null;
  readonly change: GroupChange;
}

/** Everybody in a full group replaced at once. */
const MOST_PROPOSALS = 2 * MOST_DEVICES;
/** Levels of a tree of so many leaves. */
const DEEPEST = Math.log2(MOST_DEVICES);

type CommitContent = Extract<FramedContent, { contentType: 'commit' }>;

/**
 * The group after somebody else's commit. Whatever can be judged without secrets is judged the same by every member. Throws
 * `commit_malformed` (also for a signature or tag that is wrong for all), `commit_stale`, `commit_ahead`, `group_mismatch`, `sender_mismatch`,
 * `key_package_wrong`, `commit_not_allowed`, `room_too_large`, and `commit_unprocessable` when the secrets in it do not fit this device,
 * though they may fit others.
 */
export async function processCommit(received: Received): Promise<Processed> {
  const { group, device, sender, leaving, resolve } = received;
  const message = publicCommit(received.frame);
  const { content } = message;
  if (toHex(new Uint8Array(content.groupId)) !== group.room) throw new CryptoError('group_mismatch');
  const of = Number(content.epoch);
  if (of !== group.mlsEpoch) throw new CryptoError(of < group.mlsEpoch ? 'commit_stale' : 'commit_ahead');
  requireSender(group, content, sender);
  const read = await readProposals(group, content, resolve);
  const people = await resolve([...group.devices, ...read.add.map((one) => one.device)]);
  const change = changeOf(read.add, read.remove, read.rules);
  await requireAllowed({
    group,
    change,
    by: sender,
    leaving,
    hasPath: content.commit.path !== undefined,
    identityOf: (one) => people.get(one)?.identity,
  });
  await requireFresh(group, read.remove, [...read.leafKeys, ...pathKeys(content, sender)]);
  const out = change.removed.includes(device.id) || change.readmitted.includes(device.id);
  const state = { ...group.mls, clientConfig: configOf(authenticationBy(people)) };
  const { suite, usedSecret } = watched(suiteOf(device));
  let signed = false;
  const verdict = () => {
    signed = true;
    // Who goes cannot follow, and the library does not notice when another takes its leaf; that a member said so is proven by now.
    return out ? 'reject' : 'accept';
  };
  const { newState } = await processPublicMessage(state, message, emptyPskIndex, suite, verdict).catch(
    (cause: unknown) => {
      // What fails before any secret is used fails alike for all. Nobody opens the path of a commit of their own.
      const ownFault = usedSecret() || (signed && sender.id === device.id);
      throw new CryptoError(ownFault ? 'commit_unprocessable' : 'commit_malformed', { cause });
    },
  );
  return { group: out ? null : groupOf(group.room, newState), change };
}

/** In the terms of the room, what a commit changes. Nothing of it is judged yet. */
export async function changeBy(frame: Bytes, group: Group, resolve: Resolve): Promise<GroupChange> {
  const { add, remove, rules } = await readProposals(group, publicCommit(frame).content, resolve);
  return changeOf(add, remove, rules);
}

/** The devices that a commit would let in, or let in anew. Throws `commit_malformed`. */
export function addedBy(frame: Bytes): DeviceId[] {
  return publicCommit(frame).content.commit.proposals.flatMap((one) => {
    if (one.proposalOrRefType !== 'proposal' || !('add' in one.proposal)) return [];
    return deviceOf(one.proposal.add.keyPackage.leafNode.credential) ?? [];
  });
}

/** Whether this commit, and no other, leads to the group: its confirmation tag is over everything up to it. */
export function leadsTo(frame: Bytes, { mls }: Group): boolean {
  const { auth } = publicCommit(frame);
  return auth.contentType === 'commit' && equalBytes(auth.confirmationTag, mls.confirmationTag);
}

/** Which MLS epoch a commit says that it changes: a hint, for nothing of it is proven. Null for what is no commit. */
export function commitEpoch(frame: Bytes): number | null {
  try {
    return Number(publicCommit(frame).content.epoch);
  } catch (error) {
    if (error instanceof CryptoError) return null;
    throw error;
  }
}

function publicCommit(frame: Bytes): PublicMessage & { readonly content: CommitContent } {
  const message = decodeMessage(frame, 'commit_malformed');
  if (message.wireformat !== 'mls_public_message') throw new CryptoError('commit_malformed');
  const { publicMessage } = message;
  const { content } = publicMessage;
  if (
    content.contentType !== 'commit' ||
    content.sender.senderType !== 'member' ||
    content.authenticatedData.length > 0
  )
    throw new CryptoError('commit_malformed');
  return { ...publicMessage, content };
}

/** The leaf that signed is the sender's, also where the commit replaces it: a seat in the group is nobody's to hand on. */
function requireSender(group: Group, { sender, commit }: CommitContent, { id, credential }: Member): void {
  const index = sender.senderType === 'member' ? sender.leafIndex : -1;
  const leaf = leavesOf(group.mls).find((one) => one.index === index)?.leaf;
  const after = commit.path?.leafNode ?? leaf;
  for (const one of [leaf, after]) {
    if (one === undefined || deviceOf(one.credential) !== id) throw new CryptoError('sender_mismatch');
    if (!equalBytes(one.signaturePublicKey, credential.devicePub)) throw new CryptoError('sender_mismatch');
  }
}

/** The keys that a commit's path puts into the tree. Throws `commit_not_allowed` for a leaf that newcomers would not believe. */
function pathKeys({ commit: { path } }: CommitContent, sender: Member): Uint8Array[] {
  if (path === undefined) return [];
  if (!isLeafOf(path.leafNode, sender) || path.nodes.length > DEEPEST)
    throw new CryptoError('commit_not_allowed');
  return [path.leafNode.hpkePublicKey, ...path.nodes.map(({ hpkePublicKey }) => hpkePublicKey)];
}

interface Proposed {
  readonly add: { readonly device: DeviceId }[];
  readonly leafKeys: Uint8Array[];
  readonly remove: DeviceId[];
  readonly rules: RoomRules | null;
}

/** Adds, removals and rules, each written out in the commit; of everything else that MLS has there is nothing here. */
async function readProposals(group: Group, { commit }: CommitContent, resolve: Resolve): Promise<Proposed> {
  if (commit.proposals.length > MOST_PROPOSALS) throw new CryptoError('commit_not_allowed');
  const add: { device: DeviceId }[] = [];
  const leafKeys: Uint8Array[] = [];
  const remove: DeviceId[] = [];
  let rules: RoomRules | null = null;
  for (const one of commit.proposals) {
    if (one.proposalOrRefType !== 'proposal') throw new CryptoError('commit_not_allowed');
    const read = await readProposal(group, one.proposal, resolve);
    if ('add' in read) {
      add.push({ device: read.add });
      leafKeys.push(read.leafKey);
    } else if ('remove' in read) remove.push(read.remove);
    else if (rules === null) rules = read.rules;
    else throw new CryptoError('commit_not_allowed');
  }
  return { add, leafKeys, remove, rules };
}

async function readProposal(
  group: Group,
  proposal: Proposal,
  resolve: Resolve,
): Promise<{ add: DeviceId; leafKey: Uint8Array } | { remove: DeviceId } | { rules: RoomRules }> {
  if (!('proposalData' in proposal)) {
    switch (proposal.proposalType) {
      case 'add': {
        const { keyPackage } = proposal.add;
        const { id } = await requireKeyPackage(encodeKeyPackage(keyPackage), keyPackage, resolve);
        return { add: id, leafKey: keyPackage.leafNode.hpkePublicKey };
      }
      case 'remove': {
        const leaf = leavesOf(group.mls).find(({ index }) => index === proposal.remove.removed)?.leaf;
        const device = leaf && deviceOf(leaf.credential);
        if (device) return { remove: device };
        break;
      }
      case 'group_context_extensions':
        return { rules: rulesIn(proposal.groupContextExtensions.extensions) };
    }
  }
  throw new CryptoError('commit_not_allowed');
}
