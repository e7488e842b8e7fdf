import {
  type Epoch,
  limits,
  privateRoomId,
  type ReplyOf,
  type RequestOf,
  type RoomId,
  type Seq,
  utf8,
} from '@aurora/protocol';
import type { TestClient } from './client.ts';
import { Device, newMessageId, randomBytes } from './keys.ts';
import type { World } from './world.ts';

export const NOWHERE = 'ff'.repeat(16) as RoomId;

/** All that a key package or a welcome is to the relay: bytes. */
export const FRAME = utf8('sealed');

export function newRoom(): RoomId {
  return privateRoomId(randomBytes(16));
}

/** Somebody with one device, signed in. */
export class Someone {
  readonly device: Device;
  readonly client: TestClient;

  constructor(device: Device, client: TestClient) {
    this.device = device;
    this.client = client;
  }

  get identity() {
    return this.device.identityId;
  }

  static async enter(world: World, who: Device | string): Promise<Someone> {
    const device = typeof who === 'string' ? new Device(who) : who;
    return new Someone(device, await world.enter(device));
  }

  commit(room: RoomId, epoch: number, more: Partial<RequestOf<'commit'>> = {}): Promise<ReplyOf<'commit'>> {
    return this.client.ask('commit', commitOf(room, epoch, more));
  }

  /** Lets others into the room by a commit. */
  welcome(room: RoomId, epoch: number, ...others: Someone[]): Promise<ReplyOf<'commit'>> {
    return this.commit(room, epoch, { welcomes: welcomesOf(...others) });
  }

  async read(room: RoomId): Promise<ReplyOf<'read'>> {
    return this.client.ask('read', {
      room,
      side: 'after',
      seq: 0 as Seq,
      limit: limits.page,
      handshakes: false,
    });
  }

  say(room: RoomId, epoch: number, text: string) {
    return this.client.append(text, { room, epoch: epoch as Epoch });
  }

  /** Who is in the room, with an asterisk behind admins. */
  async members(room: RoomId, people: readonly Someone[]): Promise<string[]> {
    const { members } = await this.client.ask('members', { room });
    return members.map(({ identity, admin }) => {
      const one = people.find((person) => person.identity === identity);
      return `${one?.device.credential.nickname}${admin ? '*' : ''}`;
    });
  }
}

export function welcomesOf(...people: Someone[]): RequestOf<'commit'>['welcomes'] {
  return people.map(({ device }) => ({ device: device.id, frame: FRAME }));
}

export function commitOf(
  room: RoomId,
  epoch: number,
  more: Partial<RequestOf<'commit'>> = {},
): RequestOf<'commit'> {
  return {
    room,
    id: newMessageId(),
    epoch: epoch as Epoch,
    frame: utf8(`commit ${epoch}`),
    welcomes: [],
    remove: [],
    admins: null,
    ...more,
  };
}

/** A private room that the first of these people made and let the others into; all are live in it, at epoch 1. */
export async function roomOf(first: Someone, ...others: Someone[]): Promise<RoomId> {
  const room = newRoom();
  await first.client.ask('create_room', { room });
  await first.client.join(room);
  await first.welcome(room, 0, ...others);
  for (const { client } of others) await client.join(room);
  return room;
}

export async function people<Names extends string[]>(
  world: World,
  ...names: Names
): Promise<{ [Index in keyof Names]: Someone }> {
  const found = await Promise.all(names.map((name) => Someone.enter(world, name)));
  return found as { [Index in keyof Names]: Someone };
}

export async function mailOf({ client }: Someone) {
  return (await client.ask('mailbox', {})).deliveries;
}
