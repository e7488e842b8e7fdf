import type { RoomId } from '@aurora/protocol';

/** What an invite link carries: where to knock, and the secret that opens. */
export interface Invite {
  readonly room: RoomId;
  readonly secret: string;
}

/** No address that ends in a genuine invite is longer. */
const LONGEST = 512;
const ROOM = /^[0-9a-f]{32}$/;
/** 16 to 64 bytes as base64url. */
const SECRET = /^[A-Za-z0-9_-]{22,86}$/;

/** The invite in the fragment of an address; null when the fragment is about something else. */
export function readInvite(hash: string): Invite | 'malformed' | null {
  if (!/^#\/?join/i.test(hash)) return null;
  const [, room = '', secret = ''] = /^#join\/([^.]*)\.(.*)$/s.exec(hash.slice(0, LONGEST)) ?? [];
  if (hash.length > LONGEST || !ROOM.test(room) || !SECRET.test(secret)) return 'malformed';
  return { room: room as RoomId, secret };
}

/** The invite in what somebody pasted: a whole link to this server, or the part of it from `#` on. */
export function readPasted(pasted: string, origin: string): Invite | 'malformed' | 'elsewhere' {
  const text = pasted.trim();
  if (text.length > LONGEST) return 'malformed';
  const url = URL.parse(text.startsWith('#') ? `${origin}/${text}` : text);
  const invite = url && readInvite(url.hash);
  if (!invite || invite === 'malformed') return 'malformed';
  return url.origin === origin ? invite : 'elsewhere';
}

/** The link to give away. What follows `#` stays with the browsers that open it; no server is told. */
export function linkTo(origin: string, { room, secret }: Invite): string {
  return `${origin}/#join/${room}.${secret}`;
}
