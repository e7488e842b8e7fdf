import {
  type Bytes,
  blobId,
  bool,
  bytes,
  CodecError,
  limits,
  list,
  millis,
  nullable,
  type Of,
  pair,
  record,
  type Shape,
  seq,
  text,
  uint,
  type VariantOf,
  variant,
} from '@aurora/protocol';
import { MOST_BYTES, PREFIX_BYTES } from '../file/chunk.ts';
import { KEY_BYTES } from '../primitives/aead.ts';
import { decodeStrict, encodeStrict } from '../strict.ts';

const CHAIN_BYTES = 32;
const HASH_BYTES = 32;
/** Of a side, in pixels; what claims more is no picture that anybody shows. */
const MOST_PIXELS = 100_000;

const head = {
  blob: blobId,
  name: text(limits.fileName),
  /** Media type (RFC 6838), or empty. */
  type: text(limits.mediaType),
  size: uint(MOST_BYTES),
  /** A small likeness of a picture or a film, as WebP, JPEG or PNG, and the size of the large one in pixels. */
  preview: nullable(
    record({
      width: uint(MOST_PIXELS, 1),
      height: uint(MOST_PIXELS, 1),
      image: bytes(1, limits.preview),
    }),
  ),
  /** How long sound or film plays, in milliseconds. */
  duration: nullable(uint()),
  /** Spoken into the microphone for this conversation. */
  voice: bool,
} as const;

/** What a person sees of a file before its bytes are there. All of it is its sender's word. */
export const fileHeadShape = record(head);
export type FileHead = Of<typeof fileHeadShape>;

/** What those who are sent a file know of it. */
export const fileShape = record({
  ...head,
  /** Opens it, and nothing else. */
  key: bytes(KEY_BYTES),
  prefix: bytes(PREFIX_BYTES),
  /** Of the whole (file/digest.ts). */
  hash: bytes(HASH_BYTES),
  /** Bytes once it was deflated (RFC 1951) before sealing; null for one that is sealed as it is. */
  packed: nullable(uint(MOST_BYTES)),
});
export type FileDescriptor = Of<typeof fileShape>;

const someFiles = list(fileShape, limits.blobs);
/** At least one, and none twice: whoever shows them names each by its blob. */
export const filesShape: Shape<FileDescriptor[]> = {
  ...someFiles,
  schema: `distinct ${someFiles.schema}`,
  fromWire(wire) {
    const files = someFiles.fromWire(wire);
    const blobs = new Set(files.map(({ blob }) => blob));
    if (files.length === 0 || blobs.size !== files.length)
      throw new CodecError('no files, or one of them twice');
    return files;
  },
};

const bodies = {
  /** Somebody said something. `seen` is the last entry its sender had seen, and the chain up to it. */
  text: { at: millis, seen: nullable(pair(seq, bytes(CHAIN_BYTES))), text: text(limits.text) },
  /** Somebody sent files, with words beside them or none. */
  files: {
    at: millis,
    seen: nullable(pair(seq, bytes(CHAIN_BYTES))),
    text: text(limits.caption),
    files: filesShape,
  },
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
export type MessageBody = Extract<Body, { type: 'text' | 'files' | 'title' | 'link' }>;
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
