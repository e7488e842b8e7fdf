import {
  type Bytes,
  bytes,
  type DeviceId,
  deviceId,
  type Epoch,
  epoch,
  list,
  nullable,
  oneOf,
  pair,
  type RoomId,
  record,
  type Seq,
  type Shape,
  seq,
  text,
  utf8,
  type VariantOf,
  variant,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Member } from '../identity/member.ts';
import { KEY_BYTES } from '../primitives/aead.ts';
import type { ChainPoint } from '../room/grant.ts';
import { openSigned, sealSigned } from '../room/letterbox.ts';
import type { EpochKey } from '../room/state.ts';
import { decodeStrict, encodeStrict } from '../strict.ts';
import { INVITE_SECRET } from './invite.ts';

const LABEL = utf8('aurora/letter/1');
/** Most keys and spans of one letter: the largest still fits a delivery. */
export const LETTER_KEYS = 500;
export const LETTER_SPANS = 600;
/** Characters of a room's title. */
const TITLE = 200;

/** When a device was in a group: from one epoch to before another, or still. */
export interface Span {
  readonly device: DeviceId;
  readonly since: Epoch;
  readonly until: Epoch | null;
}

export const refusalCodes = ['invite_wrong', 'invite_revoked', 'room_full', 'declined'] as const;

/** What a member tells a device that it lets in, or turns down. */
export type Letter =
  | {
      readonly type: 'introduction';
      /** The Welcome that it comes with, by the SHA-256 of its GroupInfo, and the relay's epoch: else an old letter could pass for a new one. */
      readonly welcome: Bytes;
      readonly epoch: Epoch;
      /** Of epochs before the one that the device is let into, as the room's history policy gives them; ascending. */
      readonly keys: readonly EpochKey[];
      readonly spans: readonly Span[];
      readonly title: string | null;
      readonly link: Bytes | null;
      readonly chain: ChainPoint | null;
    }
  | { readonly type: 'refusal'; readonly code: (typeof refusalCodes)[number] };

const variants = {
  introduction: {
    welcome: bytes(32),
    epoch,
    keys: list(pair(epoch, bytes(KEY_BYTES)), LETTER_KEYS),
    spans: list(record({ device: deviceId, since: epoch, until: nullable(epoch) }), LETTER_SPANS),
    title: nullable(text(TITLE)),
    link: nullable(bytes(INVITE_SECRET)),
    chain: nullable(pair(seq, bytes(32))),
  },
  refusal: { code: oneOf(refusalCodes) },
} as const;
const shape: Shape<VariantOf<typeof variants>> = variant(variants);

/** Throws `letter_malformed`, `recipient_key_wrong`. */
export async function sealLetter(of: {
  readonly room: RoomId;
  readonly device: Device;
  readonly to: Member;
  readonly letter: Letter;
}): Promise<Bytes> {
  const { letter, ...place } = of;
  requireInOrder(letter);
  const content = encodeStrict(shape, plain(letter), 'letter_malformed');
  return sealSigned({ label: LABEL, ...place, content });
}

/** Throws what openSigned throws, and `letter_malformed`. */
export async function openLetter(of: {
  readonly room: RoomId;
  readonly device: Device;
  readonly from: Member;
  readonly frame: Bytes;
}): Promise<Letter> {
  const content = await openSigned({ label: LABEL, ...of });
  const letter = decodeStrict(shape, content, { malformed: 'letter_malformed' });
  if (letter.type === 'refusal') return letter;
  const { keys, chain } = letter;
  const introduction: Letter = {
    ...letter,
    keys: keys.map(([of, key]) => ({ epoch: of, key })),
    chain: chain && { seq: chain[0], chain: chain[1] },
  };
  requireInOrder(introduction);
  return introduction;
}

/** No epoch has two keys, and nobody went before they came. */
function requireInOrder(letter: Letter): void {
  if (letter.type === 'refusal') return;
  const { keys, spans } = letter;
  const ascending = keys.every((one, index) => one.epoch > (keys[index - 1]?.epoch ?? -1));
  if (!ascending || spans.some(({ since, until }) => until !== null && until <= since))
    throw new CryptoError('letter_malformed');
}

function plain(letter: Letter): VariantOf<typeof variants> {
  if (letter.type === 'refusal') return letter;
  const { chain } = letter;
  return {
    ...letter,
    keys: letter.keys.map(({ epoch: of, key }): [Epoch, Bytes] => [of, key]),
    spans: letter.spans.map((span) => ({ ...span })),
    chain: chain && ([chain.seq, chain.chain] satisfies [Seq, Bytes]),
  };
}
