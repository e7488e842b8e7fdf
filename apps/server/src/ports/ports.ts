import type { Bytes } from '@aurora/protocol';
import type { BlobRecords } from './blob-records.ts';
import type { Blobs } from './blobs.ts';
import type { Clock } from './clock.ts';
import type { Directory } from './directory.ts';
import type { KeyPackages } from './key-packages.ts';
import type { Knocks } from './knocks.ts';
import type { Log } from './log.ts';
import type { Mailbox } from './mailbox.ts';
import type { Members } from './members.ts';
import type { Observer } from './observer.ts';
import type { PrivateRooms } from './private-rooms.ts';
import type { Random } from './random.ts';
import type { Registers } from './registers.ts';
import type { Verifier } from './verifier.ts';

/** What lasts. */
export interface Storage {
  /** 32 bytes, drawn when the storage was made. */
  readonly serverId: Bytes;
  readonly log: Log;
  readonly directory: Directory;
  readonly members: Members;
  readonly mailbox: Mailbox;
  readonly registers: Registers;
  readonly privateRooms: PrivateRooms;
  readonly keyPackages: KeyPackages;
  readonly knocks: Knocks;
  readonly blobRecords: BlobRecords;
  readonly blobs: Blobs;
}

/** All that the relay's core reaches the world by, besides its sockets. */
export interface Ports extends Storage {
  readonly clock: Clock;
  readonly random: Random;
  readonly verifier: Verifier;
  readonly observer: Observer;
}
