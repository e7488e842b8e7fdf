import type { Bytes } from '@aurora/protocol';
import type { Storage } from '../../ports/ports.ts';
import { memoryDirectory } from './directory.ts';
import { memoryLog } from './log.ts';
import { memoryMailbox } from './mailbox.ts';
import { memoryRegisters } from './registers.ts';

export interface MemoryOptions {
  /** 32 bytes; a fixed one by default, so that a simulation is the same each time. */
  readonly serverId?: Bytes;
  readonly generation?: number;
}

/** Everything that lasts, kept by this process alone: for tests, simulations and trying out. */
export function memoryStorage({ serverId, generation = 1 }: MemoryOptions = {}): Storage {
  const log = memoryLog(generation, (device) => hasCredential(device));
  const mailbox = memoryMailbox();
  const registers = memoryRegisters();
  const { directory, members, hasCredential } = memoryDirectory({
    spoke: log.spoke,
    forgetDevice(device) {
      mailbox.forget(device);
      registers.forget(device);
    },
  });
  return { serverId: serverId ?? new Uint8Array(32).fill(7), log, directory, members, mailbox, registers };
}
