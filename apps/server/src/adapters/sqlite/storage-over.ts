import type { Bytes } from '@aurora/protocol';
import type { Blobs } from '../../ports/blobs.ts';
import type { Storage } from '../../ports/ports.ts';
import type { Command, Outcome } from './command.ts';
import type { readLog } from './read-log.ts';
import type { readRest } from './read-rest.ts';

export interface Parts {
  readonly serverId: Bytes;
  /** Durable before it resolves. */
  write(command: Command): Promise<Outcome>;
  read<T>(reading: () => T): Promise<T>;
  readonly log: ReturnType<typeof readLog>;
  readonly rest: ReturnType<typeof readRest>;
  readonly blobs: Blobs;
}

function unexpected(outcome: Outcome): never {
  throw new TypeError(`the writer answered with ${outcome.type}`);
}

/** The ports of what lasts, over something that writes commands and something that reads. */
export function storageOver({ serverId, write, read, log, rest, blobs }: Parts): Storage {
  return {
    serverId,
    blobs,
    log: {
      async append(draft) {
        const outcome = await write({ type: 'append', draft });
        return outcome.type === 'append' ? outcome.value : unexpected(outcome);
      },
      read: (request) => read(() => log.page(request)),
      head: (room) => read(() => log.head(room)),
    },
    directory: {
      async claim(claim) {
        const outcome = await write({ type: 'claim', claim });
        return outcome.type === 'claim' ? outcome.value : unexpected(outcome);
      },
      free: (looks) => read(() => rest.free(looks)),
      find: (devices) => read(() => rest.find(devices)),
      async retire(identity) {
        await write({ type: 'retire', identity });
      },
      async release(stale) {
        const outcome = await write({ type: 'release', stale });
        return outcome.type === 'release' ? outcome.value : unexpected(outcome);
      },
    },
    members: {
      async add(room, identity) {
        const outcome = await write({ type: 'add_member', room, identity });
        return outcome.type === 'add_member' ? outcome.value : unexpected(outcome);
      },
      hasJoined: (room, identity) => read(() => rest.hasJoined(room, identity)),
      has: (room, identity) => read(() => rest.isMember(room, identity)),
      rooms: (identity) => read(() => rest.rooms(identity)),
    },
    mailbox: {
      async put(device, delivery) {
        const outcome = await write({ type: 'put_delivery', device, delivery });
        return outcome.type === 'put_delivery' ? outcome.value : unexpected(outcome);
      },
      waiting: (device, limit, bytes) => read(() => rest.waiting(device, limit, bytes)),
      async collect(device, deliveries) {
        await write({ type: 'collect', device, deliveries });
      },
      async expire(before) {
        await write({ type: 'expire', before });
      },
    },
    registers: {
      async put(room, kind, register) {
        const outcome = await write({ type: 'put_register', room, kind, register });
        return outcome.type === 'put_register' ? outcome.value : unexpected(outcome);
      },
      page: (room, kind, after, limit) => read(() => rest.registers(room, kind, after, limit)),
    },
    privateRooms: {
      async create(room, identity) {
        const outcome = await write({ type: 'create_room', room, identity });
        return outcome.type === 'create_room' ? outcome.value : unexpected(outcome);
      },
      async openDirect(room, identity, other) {
        const outcome = await write({ type: 'open_direct', room, identity, other });
        return outcome.type === 'open_direct' ? outcome.value : unexpected(outcome);
      },
      async commit(draft, change) {
        const outcome = await write({ type: 'commit', draft, change });
        return outcome.type === 'commit' ? outcome.value : unexpected(outcome);
      },
      async leave(room, identity) {
        await write({ type: 'leave', room, identity });
      },
      members: (room) => read(() => rest.members(room)),
    },
    keyPackages: {
      async publish(device, packages, lastResort) {
        const outcome = await write({ type: 'publish_key_packages', device, packages, lastResort });
        return outcome.type === 'publish_key_packages' ? outcome.value : unexpected(outcome);
      },
      async take(identities) {
        const outcome = await write({ type: 'take_key_packages', identities });
        return outcome.type === 'take_key_packages' ? outcome.value : unexpected(outcome);
      },
    },
    knocks: {
      async put(room, knock) {
        const outcome = await write({ type: 'put_knock', room, knock });
        return outcome.type === 'put_knock' ? outcome.value : unexpected(outcome);
      },
      async drop(room, device) {
        await write({ type: 'drop_knock', room, device });
      },
      page: (room, after, limit) => read(() => rest.knocks(room, after, limit)),
      async dismiss(room, device, delivery) {
        const outcome = await write({ type: 'dismiss_knock', room, device, delivery });
        return outcome.type === 'dismiss_knock' ? outcome.value : unexpected(outcome);
      },
      async expire(before) {
        await write({ type: 'expire_knocks', before });
      },
    },
    blobRecords: {
      async open(blob) {
        const outcome = await write({ type: 'open_blob', blob });
        return outcome.type === 'open_blob' ? outcome.value : unexpected(outcome);
      },
      find: (blob) => read(() => rest.blobRecord(blob)),
      async complete(blob) {
        const outcome = await write({ type: 'complete_blob', blob });
        return outcome.type === 'complete_blob' ? outcome.value : unexpected(outcome);
      },
      async condemn(which) {
        const outcome = await write({ type: 'condemn_blobs', which });
        return outcome.type === 'condemn_blobs' ? outcome.value : unexpected(outcome);
      },
      async forget(blobs) {
        await write({ type: 'forget_blobs', blobs });
      },
    },
  };
}
