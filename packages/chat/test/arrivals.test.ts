import type { Member } from '@aurora/crypto';
import type { Bytes, Delivery, DeliveryId, DeviceId, Epoch, Millis, RoomId } from '@aurora/protocol';
import { beforeAll, expect, it } from 'vitest';
import { Arrivals } from '../src/core/room/group/arrival.ts';
import { encodeMail, type Mail } from '../src/core/room/group/mail.ts';
import { somebody } from './support/people.ts';

const bytes = (value: number, length = 32): Bytes => new Uint8Array(length).fill(value);
let ada: Member;
let mal: Member;

beforeAll(async () => {
  [ada, mal] = [(await somebody('Ada')).member, (await somebody('Mal')).member];
});

const delivery = (mail: Mail): Delivery => ({
  id: '0a'.repeat(16) as DeliveryId,
  room: '0b'.repeat(16) as RoomId,
  sender: '0c'.repeat(16) as DeviceId,
  at: 0 as Millis,
  frame: encodeMail(mail),
});
const welcome = (hash: number, pieces: number) =>
  delivery({
    type: 'welcome',
    epoch: 3 as Epoch,
    welcome: bytes(1),
    info: bytes(9, pieces === 0 ? 2 : 0),
    hash: bytes(hash),
    pieces,
    letter: bytes(2),
  });
const piece = (hash: number, index: number) =>
  delivery({ type: 'piece', hash: bytes(hash), index, bytes: bytes(index, 1) });

it('puts a welcome together from its pieces, in whatever order they come', () => {
  for (const order of [
    [0, 1, 2],
    [2, 0, 1],
  ]) {
    const arrivals = new Arrivals();
    const taken = [welcome(7, 3), ...order.map((at) => piece(7, at))].map(
      (one) => arrivals.take(ada, one).whole,
    );
    expect(taken.slice(0, -1)).toEqual([null, null, null]);
    expect(taken.at(-1)).toMatchObject({ mail: { hash: bytes(7) }, info: new Uint8Array([0, 1, 2]) });
    expect(arrivals.take(ada, piece(7, 0)).whole).toBeNull();
  }
  expect(new Arrivals().take(ada, welcome(7, 0)).whole).toMatchObject({ info: bytes(9, 2) });
});

it('takes no piece of another, nor one that no welcome names', () => {
  const arrivals = new Arrivals();
  arrivals.take(ada, piece(7, 0));
  arrivals.take(ada, welcome(7, 2));
  arrivals.take(mal, piece(7, 0));
  arrivals.take(ada, piece(8, 0));
  arrivals.take(ada, piece(7, 5));
  expect(arrivals.take(ada, piece(7, 1)).whole).toBeNull();
  expect(arrivals.take(ada, piece(7, 0)).whole).toMatchObject({ info: new Uint8Array([0, 1]) });
});

it('lets nobody push out another’s, however much they send', () => {
  const arrivals = new Arrivals();
  arrivals.take(ada, welcome(7, 2));
  arrivals.take(ada, piece(7, 0));
  for (let hash = 10; hash < 100; hash += 1) {
    arrivals.take(mal, welcome(hash, 2));
    arrivals.take(mal, piece(hash, 0));
  }
  expect(arrivals.take(ada, piece(7, 1)).whole).toMatchObject({ info: new Uint8Array([0, 1]) });
});
