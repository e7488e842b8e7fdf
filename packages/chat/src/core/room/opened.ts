import type { Member, MessageBody } from '@aurora/crypto';
import type { Entry } from '@aurora/protocol';
import type { Failure } from '../../view/contract.ts';
import type { StoredRow } from '../stored-rows.ts';
import type { Seen } from './chain.ts';

/** A message about the room itself, such as its title. */
export interface Said {
  readonly entry: Entry;
  readonly sender: Member;
  readonly body: Exclude<MessageBody, { type: 'text' | 'files' }>;
}

/** What reading an entry came to. */
export interface Opened {
  readonly entry: Entry;
  /** Null for what leaves no line, such as a change of keys that went well. */
  readonly row: StoredRow | null;
  readonly seen: Seen | null;
  /** Set for a message that changes the room, once it is believed. */
  readonly said?: Said;
}

/** Under a name of its own: what was not believed must not stand for, or upon, what was. */
export function warning(entry: Entry, { code, message }: Failure): Opened {
  const { seq, at } = entry;
  return {
    entry,
    row: { type: 'warning', id: `warning-${seq}`, seq, minor: 0, at, code, message },
    seen: null,
  };
}
