import type {
  ChangeRow,
  ConversationView,
  FileView,
  MemberView,
  MessageRow,
  PeerView,
  PersonView,
  PresenceRow,
  SealedRow,
} from '@aurora/chat/view';
import type { BlobId, DeviceId, IdentityId, Millis, RoomId } from '@aurora/protocol';

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
    author: { identity: who as IdentityId, device: `device of ${who}` as DeviceId, nickname: who },
    mine: false,
    text: `${who} says ${seq}`,
    files: [],
    delivery: { status: 'sent' },
    ...more,
  };
}

/** A file of two megabytes that nobody asked for yet. */
export function file(name: string, more: Partial<FileView> = {}): FileView {
  return {
    blob: `blob of ${name}` as BlobId,
    name,
    type: 'application/pdf',
    size: 2_000_000,
    preview: null,
    duration: null,
    voice: false,
    transfer: { status: 'offered' },
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

export function person(nickname: string): PersonView {
  return {
    identity: nickname as IdentityId,
    device: `${nickname}’s device` as DeviceId,
    nickname,
    since: noon(0),
    me: nickname === 'Ada',
  };
}

export function peer(nickname: string, more: Partial<PeerView> = {}): PeerView {
  return { identity: nickname as IdentityId, nickname, verified: false, changed: null, gone: false, ...more };
}

const anyConversation = {
  unread: 0,
  readTo: [0, 0],
  keys: 'ready',
  warning: null,
  shown: true,
  standing: { status: 'ready' },
} as const;
type Direct = Extract<ConversationView, { kind: 'direct' }>;
type Private = Extract<ConversationView, { kind: 'private' }>;

/** Ada's conversation with somebody. */
export function direct(nickname: string, more: Partial<Direct> = {}): Direct {
  return {
    ...anyConversation,
    kind: 'direct',
    room: `with ${nickname}` as RoomId,
    title: nickname,
    peer: peer(nickname),
    ...more,
  };
}

/** A private room of this name with Ada in it. */
export function club(title: string, more: Partial<Private> = {}): Private {
  return {
    ...anyConversation,
    kind: 'private',
    room: `room ${title}` as RoomId,
    title,
    members: 2,
    admin: true,
    history: 'none',
    ...more,
  };
}

export function member(nickname: string, more: Partial<MemberView> = {}): MemberView {
  return {
    identity: nickname as IdentityId,
    device: `${nickname}’s device` as DeviceId,
    nickname,
    admin: false,
    me: nickname === 'Ada',
    online: true,
    verified: false,
    ...more,
  };
}

export function changes(
  by: string,
  seq: number,
  change: ChangeRow['change'],
  mine = by === 'Ada',
): ChangeRow {
  return { kind: 'change', id: `c${seq}`, position: [seq, 0], at: noon(seq), by, mine, change };
}
