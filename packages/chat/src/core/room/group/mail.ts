import {
  bytes,
  decode,
  type Epoch,
  encode,
  epoch,
  limits,
  type Shape,
  uint,
  type VariantOf,
  variant,
} from '@aurora/protocol';

/** Bytes of a GroupInfo that travel inside a welcome; a larger one comes in pieces of this size. */
export const PIECE = 40 * 1024;
/** Pieces of one GroupInfo: enough for the largest group. */
const MOST_PIECES = 24;

const mails = {
  /**
   * Lets a device into an MLS group: its Welcome (RFC 9420 section 12.4.3.1), the epoch that its commit began, and a letter from
   * the member who made it. `pieces` is 0 when the GroupInfo is here, else how many pieces of it come beside.
   */
  welcome: {
    epoch,
    welcome: bytes(1, limits.delivery),
    info: bytes(0, PIECE),
    hash: bytes(32),
    pieces: uint(MOST_PIECES),
    letter: bytes(1, limits.delivery),
  },
  piece: { hash: bytes(32), index: uint(MOST_PIECES - 1), bytes: bytes(1, PIECE) },
  /** Turns a knock down: why, in a letter. */
  refusal: { letter: bytes(1, limits.delivery) },
} as const;

export type Mail = VariantOf<typeof mails>;
export type WelcomeMail = Extract<Mail, { type: 'welcome' }>;
const mailShape: Shape<Mail> = variant(mails);

/** What a private room puts into a mailbox. All that is secret in it is sealed to the device. */
export function encodeMail(mail: Mail): ReturnType<typeof encode> {
  return encode(mailShape, mail);
}

/** Throws CodecError. */
export function decodeMail(frame: Uint8Array): Mail {
  return decode(mailShape, frame);
}

/** The epoch that a commit under this one begins. */
export function after(current: Epoch): Epoch {
  return (current + 1) as Epoch;
}
