import {
  type Bytes,
  bytes,
  type DeviceId,
  decode,
  encode,
  equalBytes,
  type Millis,
  record,
} from '@aurora/protocol';
import { createCommit, type Proposal, type Welcome } from 'ts-mls';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import { type GroupChange, requireAllowed } from './allowed.ts';
import { requireFresh } from './fresh.ts';
import { configOf, type Group, groupOf, leafIndexOf } from './group.ts';
import { encodeKeyPackage, type KeyPackage, referenceOf } from './key-package.ts';
import { authenticationBy, type Resolve } from './leaf.ts';
import { leavingExtensions, type RoomRules, rulesExtension } from './rules.ts';
import { SUITE, suiteOf } from './suite.ts';
import { encodeMessage } from './wire.ts';

/** What a commit makes; nothing of it holds before it stands in the log. */
export interface Commit {
  /** An MLS PublicMessage. */
  readonly frame: Bytes;
  /** The group as it will be. */
  readonly group: Group;
  /** For each device that is let in, its own part of the Welcome. */
  readonly welcomes: readonly { readonly device: DeviceId; readonly welcome: Bytes }[];
  /** The encrypted GroupInfo with the ratchet tree, the same for all of them; empty when nobody is let in. */
  readonly groupInfo: Bytes;
}

export interface Wish {
  readonly group: Group;
  readonly device: Device;
  readonly now: Millis;
  readonly add?: readonly KeyPackage[];
  readonly remove?: readonly DeviceId[];
  readonly rules?: RoomRules;
  /** Devices whose signed leave stands in the log: anybody may remove them. */
  readonly leaving?: ReadonlySet<DeviceId>;
  readonly resolve: Resolve;
}

const KEM_OUTPUT = 2048;
const welcomeShape = record({
  ref: bytes(1, 64),
  kemOutput: bytes(1, KEM_OUTPUT),
  ciphertext: bytes(1, KEM_OUTPUT),
});

/**
 * Changes the group: adds, removes (a device in both is let in again), sets the rules, or, with nothing given, only changes this
 * device's own keys. Throws `commit_not_allowed` and `room_too_large` for what the others would refuse, `key_package_expired`.
 */
export async function commitChange(wish: Wish): Promise<Commit> {
  const { group, device, now, add = [], remove = [], rules, leaving = new Set(), resolve } = wish;
  if (add.some(({ until }) => until <= now)) throw new CryptoError('key_package_expired');
  const change = changeOf(add, remove, rules ?? null);
  const people = await resolve([...group.devices, ...add.map((one) => one.device)]);
  const by = people.get(device.id);
  if (by === undefined) throw new CryptoError('commit_not_allowed');
  await requireAllowed({
    group,
    change,
    by,
    leaving,
    hasPath: true,
    identityOf: (one) => people.get(one)?.identity,
  });
  const keys = add.map(({ mls }) => mls.leafNode.hpkePublicKey);
  await requireFresh(group, remove, keys);
  const proposals = proposalsOf(group, wish);
  const groupInfoExtensions = leavingExtensions([...leaving].filter((one) => !remove.includes(one)));
  const made = await createCommit(
    {
      state: { ...group.mls, clientConfig: configOf(authenticationBy(people)) },
      cipherSuite: suiteOf(device),
    },
    { wireAsPublicMessage: true, extraProposals: proposals, ratchetTreeExtension: true, groupInfoExtensions },
  ).catch((cause: unknown) => {
    throw new CryptoError('commit_not_allowed', { cause });
  });
  const secrets = made.welcome?.secrets ?? [];
  const refs = await Promise.all(
    add.map(async ({ device: one, mls }) => ({ device: one, ref: await referenceOf(encodeKeyPackage(mls)) })),
  );
  return {
    frame: encodeMessage(made.commit),
    group: groupOf(group.room, made.newState),
    welcomes: secrets.flatMap(({ newMember, encryptedGroupSecrets: { kemOutput, ciphertext } }) => {
      const ref = new Uint8Array(newMember);
      const to = refs.find((one) => equalBytes(one.ref, ref));
      const parts = { ref, kemOutput: new Uint8Array(kemOutput), ciphertext: new Uint8Array(ciphertext) };
      return to === undefined ? [] : [{ device: to.device, welcome: encode(welcomeShape, parts) }];
    }),
    groupInfo: new Uint8Array(made.welcome?.encryptedGroupInfo ?? []),
  };
}

/** One device's part of a Welcome, put together with its GroupInfo again. Throws `welcome_malformed`. */
export function readWelcome(welcome: Bytes, groupInfo: Bytes): Welcome {
  try {
    const { ref, kemOutput, ciphertext } = decode(welcomeShape, welcome);
    const secrets = [{ newMember: ref, encryptedGroupSecrets: { kemOutput, ciphertext } }];
    return { cipherSuite: SUITE, secrets, encryptedGroupInfo: groupInfo };
  } catch (cause) {
    throw new CryptoError('welcome_malformed', { cause });
  }
}

/** In the terms of the room. Throws `commit_not_allowed` for a device that is named twice. */
export function changeOf(
  add: readonly { readonly device: DeviceId }[],
  remove: readonly DeviceId[],
  rules: RoomRules | null,
): GroupChange {
  const adding = new Set(add.map(({ device }) => device));
  const removing = new Set(remove);
  if (adding.size < add.length || removing.size < remove.length) throw new CryptoError('commit_not_allowed');
  return {
    added: [...adding].filter((device) => !removing.has(device)),
    removed: [...removing].filter((device) => !adding.has(device)),
    readmitted: [...adding].filter((device) => removing.has(device)),
    rules,
  };
}

function proposalsOf(group: Group, { add = [], remove = [], rules }: Wish): Proposal[] {
  const removals = remove.map((device): Proposal => {
    const removed = leafIndexOf(group, device);
    if (removed === undefined) throw new CryptoError('commit_not_allowed');
    return { proposalType: 'remove', remove: { removed } };
  });
  const additions = add.map(({ mls }): Proposal => ({ proposalType: 'add', add: { keyPackage: mls } }));
  const setting: Proposal[] =
    rules === undefined
      ? []
      : [
          {
            proposalType: 'group_context_extensions',
            groupContextExtensions: { extensions: [rulesExtension(rules)] },
          },
        ];
  return [...removals, ...additions, ...setting];
}
