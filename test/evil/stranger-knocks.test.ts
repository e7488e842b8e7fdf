import { type Device, verifyCredential } from '@aurora/crypto';
import { createKeyPackage, proveInvite, readKeyPackage, signKnock } from '@aurora/crypto/groups';
import type { Bytes, Millis, RoomId } from '@aurora/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadDevice } from '../../packages/chat/src/core/account.ts';
import { secretOf } from '../../packages/chat/src/core/room/group/invite-link.ts';
import { encodeKeyPackage, openSecret } from '../../packages/crypto/src/group/key-package.ts';
import { labelled, vector } from '../../packages/crypto/src/group/wire.ts';
import { sign } from '../../packages/crypto/src/primitives/ed25519.ts';
import type { Evil } from './meddling.ts';
import { prepare, Scene, seeds, type Victim } from './scene.ts';

beforeAll(prepare);

/** Bytes of an Ed25519 signature as a vector. */
const SIGNATURE = 66;

async function deviceOf({ person }: Victim): Promise<Device> {
  const device = await loadDevice(person.vault);
  if (device === null) throw new Error('somebody entered');
  return device;
}

/** A sound key package of this device's, but for a leaf key that is another's too. */
async function packageWith(device: Device, leafKey: Uint8Array, now: Millis): Promise<Bytes> {
  const { publicPackage } = openSecret(await createKeyPackage(device, { now, lastResort: false }));
  const { leafNode, initKey } = publicPackage;
  const signed = async (label: string, content: Bytes) => sign(device.signKey, labelled(label, content));
  const shared = { ...publicPackage, leafNode: { ...leafNode, hpkePublicKey: leafKey } };
  // As in key-package.ts: the leaf stands between version, suite and init key, and an empty list of extensions.
  const leaf = encodeKeyPackage(shared).slice(4 + vector(initKey).length, -SIGNATURE - 1);
  const signature = await signed('MLS 1.0 LeafNodeTBS', leaf.slice(0, -SIGNATURE));
  const half = { ...shared, leafNode: { ...shared.leafNode, signature } };
  const content = encodeKeyPackage(half).slice(0, -SIGNATURE);
  return encodeKeyPackage({ ...half, signature: await signed('MLS 1.0 KeyPackageTBS', content) });
}

/** Knocks of a changed client's: with the proof of the invite, and this key in the tree. */
async function knocking(
  scene: Scene,
  who: Victim,
  room: RoomId,
  secret: Bytes,
  leafKey: Uint8Array,
): Promise<Evil> {
  const device = await deviceOf(who);
  const now = scene.world.clock.now();
  const keyPackage = await packageWith(device, leafKey, now);
  const member = await verifyCredential(device.credential);
  const resolve = async () => new Map([[device.id, member]]);
  expect(await readKeyPackage(keyPackage, { now, resolve })).toMatchObject({ device: device.id });
  const proof = await proveInvite(secret, { room, device: device.id });
  const frame = await signKnock(device, { room, keyPackage, proof });
  return { hear: (request) => (request.type === 'knock' ? { ...request, frame } : request) };
}

function turnedAway({ person }: Victim, room: RoomId): string | null {
  const view = person.view(room);
  if (view?.kind !== 'private' || view.standing.status !== 'knocking') return null;
  return view.standing.failure?.code ?? null;
}

describe.each(seeds)('strangers who knock (AURORA_SEED=%i)', (seed) => {
  it('two who bring one key: one of them is told that she is not let in, and Bo, who waits with them, comes in', async () => {
    const scene = new Scene(seed);
    const [ada, bo, dan, mallory, meg] = await scene.meet('Ada', 'Bo', 'Dan', 'Mallory', 'Meg');
    const room = await scene.room(ada, dan);
    const { conversations } = ada.person.client;
    const link = await scene.world.done('a link is made', conversations.private(room).relink(true));
    if (link === null) throw new Error('a link was made');
    const now = scene.world.clock.now();
    const own = openSecret(await createKeyPackage(await deviceOf(mallory), { now, lastResort: false }));
    const leafKey = own.publicPackage.leafNode.hpkePublicKey;
    for (const one of [mallory, meg])
      one.line.evil = await knocking(scene, one, room, secretOf(link), leafKey);

    // Ada can change nothing while they come, so that she has all three before her at once.
    ada.line.evil = {
      hear: (request) => (request.type === 'commit' ? { ...request, admins: [] } : request),
    };
    await scene.world.done('Dan leaves', dan.person.client.conversations.private(room).leave());
    await scene.world.until('Ada cannot let him go', () => ada.line.askedFor('commit').length > 1);
    const knockers = [mallory, meg, bo];
    for (const { person } of knockers) await person.client.conversations.joinByLink(room, link);
    await scene.world.until('all knock', () =>
      knockers.every(({ line }) => line.askedFor('knock').length > 0),
    );
    await scene.world.pass(1_000);
    ada.line.evil = {};

    await scene.areIn(room, ada, bo);
    const turned = () => [mallory, meg].filter((one) => turnedAway(one, room) === 'declined');
    await scene.world.until('one of the two is told', () => turned().length > 0);
    await scene.says(bo, 'hello', room);
    await scene.reads(ada, 'hello', room);
    await scene.world.pass(30_000);
    expect(turned()).toHaveLength(1);
    expect(ada.line.askedFor('dismiss_knock')).toHaveLength(1);
    expect(ada.person.faults).toEqual([]);
  });
});
