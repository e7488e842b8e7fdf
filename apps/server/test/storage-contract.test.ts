import {
  type Delivery,
  type DeliveryId,
  type DeviceId,
  type Epoch,
  LOUNGE,
  limits,
  type Millis,
  utf8,
} from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { looksOf } from '../src/core/nickname/key.ts';
import type { Storage } from '../src/ports/ports.ts';
import { claimOf } from './support/claim.ts';
import { Device, newMessageId, randomBytes } from './support/keys.ts';
import { storages } from './support/storages.ts';

function delivery(text: string, sender: DeviceId): Delivery {
  const id: string = newMessageId();
  return { id: id as DeliveryId, room: LOUNGE, sender, at: 1 as Millis, frame: utf8(text) };
}

function speak({ log }: Storage, { id, identityId: identity }: Device) {
  return log.append({
    room: LOUNGE,
    kind: 'message',
    sender: id,
    identity,
    id: newMessageId(),
    epoch: 0 as Epoch,
    at: 1 as Millis,
    frame: utf8('x'),
  });
}

describe.each(storages)('a directory in %s', (_name, open) => {
  it('gives Ada her nickname, and again when she comes back', async () => {
    const { directory } = await open();
    const ada = new Device('Ada');
    expect(await directory.claim(claimOf(ada))).toEqual({ status: 'claimed' });
    expect(await directory.claim(claimOf(ada, 2000))).toEqual({ status: 'claimed' });
    expect(await directory.find([ada.id, new Device('Bo').id])).toEqual([
      { device: ada.id, identity: ada.identityId, credential: ada.credential, seen: 2000 },
    ]);
  });

  it('[ID11] gives nobody else a nickname that looks like Ada’s', async () => {
    const { directory } = await open();
    await directory.claim(claimOf(new Device('Ada')));
    for (const nickname of ['Ada', 'ADA', 'Аda', 'Ａda']) {
      expect(await directory.claim(claimOf(new Device(nickname)))).toEqual({ status: 'taken' });
    }
    expect(await directory.free(['Ada', 'Bo', 'aDa'].map(looksOf))).toEqual([1]);
  });

  it('[ID12] [ID20] gives an identity one nickname, and a device one identity', async () => {
    const { directory } = await open();
    const ada = new Device('Ada');
    await directory.claim(claimOf(ada));
    const other = { ...claimOf(ada), credential: ada.renamed('Eve'), looks: looksOf('Eve') };
    expect(await directory.claim(other)).toEqual({ status: 'named', nickname: 'Ada' });
    const thief = { ...claimOf(new Device('Bo')), device: ada.id };
    expect(await directory.claim(thief)).toEqual({ status: 'foreign' });
  });

  it('lets Ada have two devices', async () => {
    const { directory } = await open();
    const phone = new Device('Ada');
    const laptop = new Device('Ada', phone.identity);
    await directory.claim(claimOf(phone));
    expect(await directory.claim(claimOf(laptop))).toEqual({ status: 'claimed' });
    expect((await directory.find([phone.id, laptop.id])).map(({ identity }) => identity)).toEqual([
      phone.identityId,
      phone.identityId,
    ]);
  });

  it('[OP25] forgets Ada when she retires: nickname, rooms, registers, mailbox', async () => {
    const storage = await open();
    const { directory, members, mailbox, registers } = storage;
    const ada = new Device('Ada');
    await directory.claim(claimOf(ada));
    await members.add(LOUNGE, ada.identityId);
    await mailbox.put(ada.id, delivery('x', ada.id));
    await registers.put(LOUNGE, 0, { sender: ada.id, at: 1 as Millis, frame: utf8('x') });
    await directory.retire(ada.identityId);
    expect(await directory.find([ada.id])).toEqual([]);
    expect(await members.rooms(ada.identityId)).toEqual([]);
    expect((await mailbox.waiting(ada.id, 10, 1e6)).deliveries).toEqual([]);
    expect((await registers.page(LOUNGE, 0, null, 10)).registers).toEqual([]);
    expect(await directory.claim(claimOf(new Device('ada')))).toEqual({ status: 'claimed' });
  });

  it('[ID14] keeps the credential of a retired device that has spoken', async () => {
    const storage = await open();
    const ada = new Device('Ada');
    await storage.directory.claim(claimOf(ada));
    await speak(storage, ada);
    await storage.directory.retire(ada.identityId);
    expect(await storage.directory.find([ada.id])).toEqual([
      { device: ada.id, identity: ada.identityId, credential: ada.credential, seen: undefined },
    ]);
  });

  it('[ID14] keeps what a device first claimed once it has spoken, and lets it come back with just that', async () => {
    const storage = await open();
    const ada = new Device('Ada');
    const again = new Device('Ada', ada.identity, (claims) => ({ ...claims, hpkePub: randomBytes(1216) }));
    const rekeyed = { ...again.credential, devicePub: ada.credential.devicePub };
    await storage.directory.claim(claimOf(ada));
    expect(await storage.directory.claim(claimOf(ada, 1000, rekeyed))).toEqual({ status: 'claimed' });
    expect(await storage.directory.claim(claimOf(ada))).toEqual({ status: 'claimed' });
    await speak(storage, ada);
    expect(await storage.directory.claim(claimOf(ada, 2000, rekeyed))).toEqual({ status: 'fixed' });
    const resigned = { ...ada.credential, signature: randomBytes(64) };
    expect(await storage.directory.claim(claimOf(ada, 3000, resigned))).toEqual({ status: 'claimed' });
    expect(await storage.directory.find([ada.id])).toMatchObject([
      { credential: ada.credential, seen: 3000 },
    ]);
    await storage.directory.retire(ada.identityId);
    const renamed = claimOf(ada, 4000, ada.renamed('Lovelace'));
    expect(await storage.directory.claim(renamed)).toEqual({ status: 'fixed' });
    expect(await storage.directory.claim(claimOf(ada))).toEqual({ status: 'claimed' });
  });

  it('[ID13] releases who was not seen for long, never spoke and is not here', async () => {
    const storage = await open();
    const { directory } = storage;
    const people = ['Ada', 'Bo', 'Cy', 'Di'].map((nickname) => new Device(nickname));
    const [ada, bo, cy, di] = people;
    if (!(ada && bo && cy && di)) throw new Error('unreachable');
    for (const one of people) await directory.claim(claimOf(one, one === di ? 5000 : 1000));
    await speak(storage, bo);
    expect(await directory.release({ before: 4000 as Millis, present: [cy.identityId] })).toBe(1);
    expect(await directory.free(['Ada', 'Bo', 'Cy', 'Di'].map(looksOf))).toEqual([0]);
  });
});

describe.each(storages)('memberships, mailboxes and registers in %s', (_name, open) => {
  it('[OP6] a membership lasts and is one', async () => {
    const { members } = await open();
    const { identityId } = new Device('Ada');
    await members.add(LOUNGE, identityId);
    await members.add(LOUNGE, identityId);
    expect(await members.rooms(identityId)).toEqual([LOUNGE]);
  });

  it('[OP22] [OP23] a mailbox gives the oldest first, in pages, until they are collected', async () => {
    const { mailbox } = await open();
    const ada = new Device('Ada');
    const sent = ['a', 'b', 'c'].map((text) => delivery(text, ada.id));
    for (const one of sent) await mailbox.put(ada.id, one);
    expect(await mailbox.waiting(ada.id, 2, 1e6)).toEqual({ deliveries: sent.slice(0, 2), more: true });
    expect(await mailbox.waiting(ada.id, 9, 2)).toEqual({ deliveries: sent.slice(0, 2), more: true });
    const collected = sent.slice(0, 2).map(({ id }) => id);
    await mailbox.collect(new Device('Bo').id, collected);
    await mailbox.collect(ada.id, [...collected, 'ee'.repeat(16) as DeliveryId]);
    expect(await mailbox.waiting(ada.id, 9, 1e6)).toEqual({ deliveries: sent.slice(2), more: false });
  });

  it('[KY10] thirty-two of one sender fill their share of a mailbox, until one is collected or expires', async () => {
    const { mailbox } = await open();
    const ada = new Device('Ada');
    const sender = new Device('Eve').id;
    const sent = Array.from({ length: limits.mailboxOfSender + 1 }, (_, n) => ({
      ...delivery(String(n), sender),
      at: n as Millis,
    }));
    const outcomes = await Promise.all(sent.map((one) => mailbox.put(ada.id, one)));
    expect(outcomes).toEqual([...Array(limits.mailboxOfSender).fill('kept'), 'full']);
    expect(await mailbox.put(ada.id, { ...delivery('x', ada.id), at: 3 as Millis })).toBe('kept');
    await mailbox.expire(3 as Millis);
    const left = (await mailbox.waiting(ada.id, 99, 1e6)).deliveries.map(({ at }) => at);
    expect(left).toEqual([...Array(limits.mailboxOfSender).keys()].slice(3).concat(3));
    expect(await mailbox.put(ada.id, delivery('again', sender))).toBe('kept');
  });

  it('[OP14] [OP15] the latest value of a register stands, by sender, in pages', async () => {
    const { registers } = await open();
    const senders = ['aa', 'bb', 'cc'].map((byte) => byte.repeat(16) as DeviceId);
    const value = (sender: DeviceId, text: string) => ({ sender, at: 1 as Millis, frame: utf8(text) });
    for (const sender of senders.toReversed()) await registers.put(LOUNGE, 0, value(sender, 'old'));
    await registers.put(LOUNGE, 1, value(senders[0] as DeviceId, 'other kind'));
    await Promise.all(senders.map((sender) => registers.put(LOUNGE, 0, value(sender, sender))));
    const first = await registers.page(LOUNGE, 0, null, 2);
    expect(first).toEqual({ registers: senders.slice(0, 2).map((one) => value(one, one)), more: true });
    const rest = await registers.page(LOUNGE, 0, senders[1] as DeviceId, 2);
    expect(rest).toEqual({ registers: senders.slice(2).map((one) => value(one, one)), more: false });
  });
});
