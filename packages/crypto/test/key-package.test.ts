import { type Bytes, equalBytes, limits, type Millis } from '@aurora/protocol';
import { generateKeyPackageWithKey } from 'ts-mls';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { encodeKeyPackage } from '../src/group/key-package.ts';
import { capabilities, credentialOf } from '../src/group/leaf.ts';
import { NO_SIGNING_KEY, suiteOf } from '../src/group/suite.ts';
import {
  commitChange,
  createGroup,
  createKeyPackage,
  decodeGroup,
  encodeGroup,
  joinGroup,
  type Resolve,
  readKeyPackage,
} from '../src/groups.ts';
import type { Device } from '../src/index.ts';
import { flip } from './help/flip.ts';
import {
  direct,
  directRoom,
  groupOf,
  knowing,
  NOW,
  packageOf,
  people,
  privateOf,
  ROOM,
} from './help/groups.ts';
import type { Person } from './help/people.ts';
import { expectRefusal, isRefused } from './help/refusal.ts';

const DAY = 24 * 60 * 60 * 1000;
let ada: Person;
let bo: Person;
let cleo: Person;
let resolve: Resolve;

beforeAll(async () => {
  [ada, bo, cleo] = (await people('Ada', 'Bo', 'Cleo')) as [Person, Person, Person];
  resolve = knowing([ada, bo, cleo]);
});

/** A key package that another program made. */
async function foreign(
  device: Device,
  changed: { capabilities?: object; notAfter?: number; leaf?: never[]; extensions?: never[] },
): Promise<Bytes> {
  const { publicPackage } = await generateKeyPackageWithKey(
    credentialOf(device.id),
    { ...capabilities, ...changed.capabilities },
    { notBefore: 0n, notAfter: BigInt(Math.floor((changed.notAfter ?? NOW + DAY) / 1000)) },
    changed.extensions ?? [],
    { signKey: NO_SIGNING_KEY, publicKey: device.credential.devicePub },
    suiteOf(device),
    changed.leaf ?? [],
  );
  return encodeKeyPackage(publicPackage);
}

const read = (encoded: Bytes, now: Millis = NOW) => readKeyPackage(encoded, { now, resolve });

describe('a key package', () => {
  it('says whose it is, lives 90 days, and is small', async () => {
    const made = await createKeyPackage(bo.device, { now: NOW, lastResort: true });
    expect(made).toMatchObject({ until: NOW + 90 * DAY, lastResort: true });
    expect(made.keyPackage.length).toBeLessThan(limits.keyPackage / 2);
    const open = await read(made.keyPackage);
    expect(open).toMatchObject({ device: bo.device.id, member: bo.member, until: made.until });
    expect((await read(made.keyPackage, (made.until - 1) as Millis)).device).toBe(bo.device.id);
    await expectRefusal(read(made.keyPackage, made.until), 'key_package_expired');
  });

  it('is believed in its one spelling only, each bit of it', async () => {
    const { keyPackage } = await createKeyPackage(bo.device, { now: NOW, lastResort: false });
    for (const bytes of [new Uint8Array(0), keyPackage.slice(0, -1), new Uint8Array([...keyPackage, 0])])
      await expectRefusal(read(bytes), 'key_package_malformed');
    await expectRefusal(read(new Uint8Array(limits.keyPackage + 1)), 'key_package_malformed');
    for (let bit = 0; bit < keyPackage.length * 8; bit += 37)
      expect(await isRefused(read(flip(keyPackage, bit)))).toBe(true);
  });

  it('does not live too long, and is of a device that can be proven', async () => {
    const days = (count: number) => foreign(bo.device, { notAfter: NOW + count * DAY });
    expect((await read(await days(100))).device).toBe(bo.device.id);
    await expectRefusal(read(await days(101)), 'key_package_wrong');
    const { keyPackage } = await createKeyPackage(bo.device, { now: NOW, lastResort: false });
    const stranger = readKeyPackage(keyPackage, { now: NOW, resolve: async () => new Map() });
    await expectRefusal(stranger, 'key_package_wrong');
    const impostor = async () => new Map([[bo.device.id, ada.member]]);
    await expectRefusal(readKeyPackage(keyPackage, { now: NOW, resolve: impostor }), 'key_package_wrong');
  });

  it('can do what every member must', async () => {
    const extension = [{ extensionType: 0xf0a0, extensionData: new Uint8Array(1) }] as never[];
    for (const changed of [
      { capabilities: { extensions: [] } },
      { capabilities: { credentials: [] } },
      { capabilities: { ciphersuites: [] } },
      { leaf: extension },
      { extensions: extension },
    ])
      await expectRefusal(read(await foreign(bo.device, changed)), 'key_package_wrong');
    expect((await read(await foreign(bo.device, {}))).device).toBe(bo.device.id);
  });
});

describe('a welcome', () => {
  const invite = async (room = ROOM, others: Person[] = []) => {
    const group = await createGroup({ room, device: ada.device, rules: privateOf(ada), now: NOW });
    const { secret, open } = await packageOf(bo, resolve);
    const more = await Promise.all(others.map(async (one) => (await packageOf(one, resolve)).open));
    const made = await commitChange({ group, device: ada.device, now: NOW, add: [open, ...more], resolve });
    const welcome = made.welcomes.find(({ device }) => device === bo.device.id)?.welcome ?? new Uint8Array();
    return { made, secret, welcome, groupInfo: made.groupInfo };
  };
  const join = (
    of: Partial<Parameters<typeof joinGroup>[0]> &
      Pick<Parameters<typeof joinGroup>[0], 'welcome' | 'groupInfo' | 'secrets'>,
  ) => joinGroup({ room: ROOM, device: bo.device, resolve, ...of });

  it('brings who it is for into the group, and names the key package that it used up', async () => {
    const { made, secret, welcome, groupInfo } = await invite(ROOM, [cleo]);
    const spare = (await packageOf(bo, resolve)).secret;
    const joined = await join({ welcome, groupInfo, secrets: [spare, secret] });
    expect(joined.ref).toEqual(secret.ref);
    expect(joined.group).toMatchObject({ devices: made.group.devices, mlsEpoch: 1, rules: privateOf(ada) });
    expect(made.welcomes).toHaveLength(2);
  });

  it('opens with its own key package alone', async () => {
    const { secret, welcome, groupInfo } = await invite();
    const spare = (await packageOf(bo, resolve)).secret;
    await expectRefusal(join({ welcome, groupInfo, secrets: [] }), 'welcome_unknown');
    await expectRefusal(join({ welcome, groupInfo, secrets: [spare] }), 'welcome_unknown');
    const confused = { ...spare, ref: secret.ref };
    await expectRefusal(join({ welcome, groupInfo, secrets: [confused] }), 'welcome_malformed');
  });

  it('is believed as it was made, each bit of it', async () => {
    const { secret, welcome, groupInfo } = await invite();
    const secrets = [secret];
    await expectRefusal(join({ welcome: new Uint8Array(3), groupInfo, secrets }), 'welcome_malformed');
    for (let bit = 0; bit < welcome.length * 8; bit += 211)
      expect(await isRefused(join({ welcome: flip(welcome, bit), groupInfo, secrets }))).toBe(true);
    for (let bit = 0; bit < groupInfo.length * 8; bit += 997)
      await expectRefusal(join({ welcome, groupInfo: flip(groupInfo, bit), secrets }), 'welcome_malformed');
  });

  it('leads to the room that it is said to, and to people who can be proven', async () => {
    const { secret, welcome, groupInfo } = await invite();
    const secrets = [secret];
    const room = '01'.repeat(16) as typeof ROOM;
    await expectRefusal(join({ room, welcome, groupInfo, secrets }), 'group_mismatch');
    const halfway: Resolve = async () => new Map([[bo.device.id, bo.member]]);
    await expectRefusal(join({ resolve: halfway, welcome, groupInfo, secrets }), 'key_package_wrong');
    const offline = new Error('offline');
    const unreachable = join({ resolve: () => Promise.reject(offline), welcome, groupInfo, secrets });
    await expect(unreachable).rejects.toBe(offline);
  });

  it('leads to nobody’s conversation of two but one’s own', async () => {
    const room = await directRoom(ada, cleo);
    const group = await createGroup({ room, device: ada.device, rules: direct, now: NOW });
    const { open } = await packageOf(bo, resolve);
    const wish = { group, device: ada.device, now: NOW, add: [open], resolve };
    await expectRefusal(commitChange(wish), 'commit_not_allowed');
  });

  it('tells newcomers who had said goodbye before', async () => {
    const [a, b] = await groupOf(privateOf(ada), [ada, bo], resolve);
    if (a === undefined || b === undefined) throw new RangeError();
    const { secret, open } = await packageOf(cleo, resolve);
    const leaving = new Set([bo.device.id]);
    const made = await commitChange({
      group: a,
      device: ada.device,
      now: NOW,
      add: [open],
      leaving,
      resolve,
    });
    const [welcome] = made.welcomes;
    const secrets = [secret];
    const { groupInfo } = made;
    const invited = {
      room: ROOM,
      device: cleo.device,
      welcome: welcome?.welcome ?? new Uint8Array(),
      groupInfo,
      secrets,
      resolve,
    };
    expect((await joinGroup(invited)).leaving).toEqual([bo.device.id]);
  });
});

test('a stored group is what it was, or refused', async () => {
  const [group] = await groupOf(privateOf(ada), [ada, bo], resolve);
  if (group === undefined) throw new RangeError();
  const encoded = encodeGroup(group);
  const { mls: _, ...seen } = decodeGroup(ROOM, encoded);
  expect(group).toMatchObject(seen);
  expect(equalBytes(encodeGroup(decodeGroup(ROOM, encoded)), encoded)).toBe(true);
  const room = '01'.repeat(16) as typeof ROOM;
  await expectRefusal((async () => decodeGroup(room, encoded))(), 'group_mismatch');
  for (const bad of [
    new Uint8Array(0),
    encoded.slice(0, -1),
    new Uint8Array([...encoded, 0]),
    new Uint8Array(200),
  ])
    await expectRefusal((async () => decodeGroup(ROOM, bad))(), 'group_malformed');
  expect(Buffer.from(encoded).includes(Buffer.from(ada.device.hpkeKey))).toBe(false);
});
