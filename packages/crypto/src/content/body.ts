import {
  type Bytes,
  bool,
  bytes,
  limits,
  millis,
  nullable,
  pair,
  type Shape,
  seq,
  text,
  type VariantOf,
  variant,
} from '@aurora/protocol';
import { decodeStrict, encodeStrict } from '../strict.ts';

const CHAIN_BYTES = 32;

const bodies = {
  /** Somebody said something. `seen` is the last entry its sender had seen, and the chain up to it. */
  text: { at: millis, seen: nullable(pair(seq, bytes(CHAIN_BYTES))), text: text(limits.text) },
  /** The room has another name; for a private room's admins to say. */
  title: { at: millis, seen: nullable(pair(seq, bytes(CHAIN_BYTES))), title: text(200) },
  /** The room's invite link has this secret, or there is none. */
  link: { at: millis, seen: nullable(pair(seq, bytes(CHAIN_BYTES))), secret: nullable(bytes(16)) },
  /** How far a device has taken the log in, and how far its person has looked; null when that is nobody's business. */
  mark: { at: millis, delivered: seq, seen: nullable(seq) },
  /** Somebody began or stopped typing. */
  typing: { at: millis, typing: bool },
} as const;

/** What a sealed frame says. `at` is the sender's clock. */
export type Body = VariantOf<typeof bodies>;
/** What may stand in a room's log. */
export type MessageBody = Extract<Body, { type: 'text' | 'title' | 'link' }>;
/** What a device keeps at the relay about itself, the latest of each. */
export type RegisterBody = Extract<Body, { type: 'mark' }>;
/** What may be said in passing, to those present only. */
export type SignalBody = Extract<Body, { type: 'typing' }>;

export const bodyShape: Shape<Body> = variant(bodies);

/** Throws `body_malformed` for a body that its receivers would refuse, such as one too long. */
export function encodeBody(body: Body): Bytes {
  return encodeStrict(bodyShape, body, 'body_malformed');
}

/** Throws `body_unknown` for a type that a later version may know, `body_malformed` for anything else. */
export function decodeBody(encoded: Bytes): Body {
  const unknown = { code: 'body_unknown', types: Object.keys(bodies) } as const;
  return decodeStrict(bodyShape, encoded, { malformed: 'body_malformed', unknown });
}
