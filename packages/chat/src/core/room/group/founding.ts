import { CryptoError } from '@aurora/crypto';
import type { KeyPackage, RoomRules } from '@aurora/crypto/groups';
import type { Bytes, DeviceId } from '@aurora/protocol';
import { ChatError } from '../../failures.ts';
import { groups } from '../../groups.ts';
import type { Chamber } from '../chamber.ts';
import type { GroupWay } from './keeper.ts';
import type { Peer } from './peer.ts';
import type { GroupState } from './ring.ts';
import type { Submissions } from './submit.ts';

/**
 * Makes the group: with the other of a direct conversation in it, or with this device alone in a room that others are invited to. False
 * while the other has no key package. Throws ChatError when somebody else's comes instead.
 */
export async function found(
  chamber: Chamber<GroupState>,
  { about, contacts }: GroupWay,
  submissions: Submissions,
  peer: Peer | null,
): Promise<boolean> {
  const { id: room, ports, log } = chamber;
  const { device, connection } = ports;
  const { kind, history, title } = about.is;
  const add = peer === null ? [] : await packagesOf(chamber, peer);
  if (add === null) return false;
  for (const { member } of add.slice(0, 1)) await contacts.meet(member);
  const { createGroup, encodeGroup } = await groups();
  const rules: RoomRules = { kind, history, admins: kind === 'direct' ? [] : [device.identity] };
  const base = encodeGroup(await createGroup({ room, device, rules, now: connection.now() }));
  const from = log.keys.epoch;
  await submissions.change(async ({ epoch }) => (epoch === from ? { base, add } : null));
  await about.set({ renewedAt: connection.now() });
  if (kind === 'private' && title !== null) await chamber.say({ type: 'title', title });
  return true;
}

async function packagesOf(chamber: Chamber<GroupState>, peer: Peer): Promise<KeyPackage[] | null> {
  const { identity, nickname } = peer.view;
  const answer = await chamber.ports.connection.call('key_packages', { identities: [identity] });
  if (answer.gone.length > 0) {
    peer.left();
    return null;
  }
  const read = await readPackages(chamber, answer.packages);
  const theirs = read.filter(({ member }) => member.identity === identity && member.nickname === nickname);
  if (theirs.length > 0) return theirs;
  if (answer.packages.length > 0) throw new ChatError(impostor(nickname));
  return null;
}

/** Those key packages of the relay's that are in order. */
export async function readPackages(
  { ports }: Chamber<GroupState>,
  packages: readonly { readonly package: Bytes }[],
): Promise<KeyPackage[]> {
  const { connection, members } = ports;
  const { readKeyPackage } = await groups();
  const resolve = (devices: readonly DeviceId[]) => members.of(devices);
  const read = await Promise.all(
    packages.map((one) =>
      readKeyPackage(one.package, { now: connection.now(), resolve }).catch((error: unknown) => {
        if (error instanceof CryptoError) return null;
        throw error;
      }),
    ),
  );
  return read.filter((one) => one !== null);
}

const impostor = (nickname: string) => ({
  code: 'identity_differs',
  message: `The server answered with somebody else’s keys for ${nickname}. Nothing was sent. Reload and try again; if it stays, do not trust this server.`,
});
