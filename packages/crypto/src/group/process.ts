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
import { configOf, type Group, groupOf, leavesOf } from './group.ts';
import { encodeKeyPackage, requireKeyPackage } from './key-package.ts';
import { deviceOf, type Resolve } from './leaf.ts';
import { type RoomRules, rulesIn } from './rules.ts';
import { suiteOf } from './suite.ts';
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

type CommitContent = Extract<FramedContent, { contentType: 'commit' }>;

/**
 * The group after somebody else's commit. Whatever can be judged without secrets is judged the same by every member. Throws
 * `commit_malformed`, `commit_stale`, `group_mismatch`, `sender_mismatch`, `key_package_wrong`, `commit_not_allowed`,
 * `room_too_large`, and `commit_unprocessable` when the secrets in it do not fit this device.
 */
export async function processCommit(received: Received): Promise<Processed> {
  const { group, device, sender, leaving, resolve } = received;
  const message = publicCommit(received.frame);
  const { content } = message;
  if (toHex(new Uint8Array(content.groupId)) !== group.room) throw new CryptoError('group_mismatch');
  if (Number(content.epoch) !== group.mlsEpoch) throw new CryptoError('commit_stale');
  requireSender(group, content, sender);
  const read = await readProposals(group, content, resolve);
  const people = await resolve([...group.devices, ...read.add.map((one) => one.device)]);
  const change = changeOf(read.add, read.remove, read.rules);
  requireAllowed({
    group,
    change,
    by: sender,
    leaving,
    hasPath: content.commit.path !== undefined,
    identityOf: (one) => people.get(one)?.identity,
  });
  const out = change.removed.includes(device.id) || change.readmitted.includes(device.id);
  const state = { ...group.mls, clientConfig: configOf(resolve) };
  // Who goes cannot follow; that a member said so is proven before the library asks whether to go on.
  const verdict = () => (out ? 'reject' : 'accept');
  const { newState } = await processPublicMessage(
    state,
    message,
    emptyPskIndex,
    suiteOf(device),
    verdict,
  ).catch((cause: unknown) => {
    throw new CryptoError('commit_unprocessable', { cause });
  });
  return { group: out ? null : groupOf(group.room, newState), change };
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

interface Proposed {
  readonly add: { readonly device: DeviceId }[];
  readonly remove: DeviceId[];
  readonly rules: RoomRules | null;
}

/** Adds, removals and rules, each written out in the commit; of everything else that MLS has there is nothing here. */
async function readProposals(group: Group, { commit }: CommitContent, resolve: Resolve): Promise<Proposed> {
  const add: { device: DeviceId }[] = [];
  const remove: DeviceId[] = [];
  let rules: RoomRules | null = null;
  for (const one of commit.proposals) {
    if (one.proposalOrRefType !== 'proposal') throw new CryptoError('commit_not_allowed');
    const read = await readProposal(group, one.proposal, resolve);
    if ('add' in read) add.push({ device: read.add });
    else if ('remove' in read) remove.push(read.remove);
    else if (rules === null) rules = read.rules;
    else throw new CryptoError('commit_not_allowed');
  }
  const twice =
    new Set(add.map(({ device }) => device)).size < add.length || new Set(remove).size < remove.length;
  if (twice) throw new CryptoError('commit_not_allowed');
  return { add, remove, rules };
}

async function readProposal(
  group: Group,
  proposal: Proposal,
  resolve: Resolve,
): Promise<{ add: DeviceId } | { remove: DeviceId } | { rules: RoomRules }> {
  if (!('proposalData' in proposal)) {
    switch (proposal.proposalType) {
      case 'add': {
        const { keyPackage } = proposal.add;
        return { add: (await requireKeyPackage(encodeKeyPackage(keyPackage), keyPackage, resolve)).id };
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
