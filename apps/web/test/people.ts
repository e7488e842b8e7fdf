import type { MessageRow, PresenceRow, SealedRow } from '@aurora/chat/view';
import type { IdentityId, Millis } from '@aurora/protocol';

/** Noon on a day of November 2026, where the test runs, and minutes after it. */
export function noon(minutes: number, day = 23): Millis {
  return new Date(2026, 10, day, 12, minutes).getTime() as Millis;
}

export function says(who: string, seq: number, minutes: number, more: Partial<MessageRow> = {}): MessageRow {
  return {
    kind: 'message',
    id: `m${seq}`,
    position: [seq, 0],
    at: noon(minutes),
    author: { identity: who as IdentityId, nickname: who },
    mine: false,
    text: `${who} says ${seq}`,
    delivery: { status: 'sent' },
    ...more,
  };
}

export function comes(
  who: readonly string[],
  seq: number,
  minutes: number,
  more: Partial<PresenceRow> = {},
): PresenceRow {
  return {
    kind: 'presence',
    id: `p${seq}`,
    position: [seq, 1],
    at: noon(minutes),
    joined: who,
    joinedMore: 0,
    left: [],
    leftMore: 0,
    ...more,
  };
}

export function sealed(seq: number, minutes: number): SealedRow {
  return { kind: 'sealed', id: `s${seq}`, position: [seq, 0], at: noon(minutes), reason: 'before_you_came' };
}
