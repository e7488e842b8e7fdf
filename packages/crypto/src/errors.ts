/**
 * Why something was not believed, could not be opened or must not be made. The code is for a program; the words say
 * to a person what happened.
 */
const sentences = {
  nickname_invalid: 'This nickname cannot be used.',
  credential_malformed: 'This credential is not well formed.',
  credential_signature: 'This credential was not signed by the identity it names.',
  device_signature: 'This credential was not signed by the device it names.',
  key_weak: 'This public key is one that anybody could sign for.',
  frame_malformed: 'This frame is not laid out as a sealed frame.',
  frame_too_large: 'This is too long to be sent.',
  version_unknown: 'This was sealed by a newer version that this one cannot read.',
  suite_unknown: 'This was sealed with algorithms that this version does not know.',
  room_mismatch: 'This was made for another room.',
  epoch_mismatch: 'This was made under another room key than the one it stands beside.',
  id_mismatch: 'This message stands under an id that is not its own.',
  sender_mismatch: 'This was made by another device than the one it is said to come from.',
  decryption_failed: 'This could not be decrypted: it was altered or sealed under another key.',
  key_id_mismatch: 'This key is not the one that was announced for the room.',
  key_wrong_size: 'A room key must be 32 bytes.',
  signature_wrong: 'The signature of the sender is wrong.',
  body_malformed: 'The content of this message is not well formed.',
  body_unknown: 'This kind of message needs a newer version.',
  body_misplaced: 'This kind of content does not belong here.',
  padding_wrong: 'This was not padded as it must be.',
  handshake_malformed: 'This change of the room’s keys is not well formed.',
  handshake_unknown: 'This change of the room’s keys needs a newer version.',
  previous_mismatch: 'This room key does not follow the one before it.',
  key_reused: 'This room key was announced before.',
  history_changed: 'This would change how much history newcomers see.',
  not_a_member: 'The sender was not a member of the room at that time.',
  not_a_commit: 'Only a commit can leave a room without a key.',
  no_key: 'This device does not hold the room key it would need.',
  too_many_devices: 'Too many devices, or none, to admit at once.',
  too_many_keys: 'Too many keys, or none, to grant at once.',
  recipient_key_wrong: 'Nothing can be sealed to this device: its public key is not valid.',
  grant_malformed: 'This grant of room keys is not well formed.',
  group_malformed: 'The keys of this private room are not well formed.',
  group_mismatch: 'This was made for another private room.',
  commit_malformed: 'This change of a private room is not well formed.',
  commit_stale: 'This change was made for an older state of the private room.',
  commit_ahead: 'This change was made for a newer state of the private room.',
  commit_not_allowed: 'Whoever made this change of the private room may not make it.',
  commit_unprocessable: 'This change of the private room does not fit the keys of this device.',
  room_too_large: 'A private room has room for 256 devices.',
  key_package_malformed: 'The key that this device left for others is not well formed.',
  key_package_expired: 'The key that this device left for others is too old to be used.',
  key_package_wrong: 'The key that is said to be this device’s is not its own.',
  welcome_unknown: 'This welcome was sealed to a key that this device does not have, or used before.',
  welcome_malformed: 'This welcome into a private room is not well formed.',
  letter_malformed: 'This letter from a member of the room is not well formed.',
  chunk_wrong: 'A part of this file was altered, moved, or is another file’s.',
  file_truncated: 'This file is cut short.',
  file_extended: 'Something was added to the end of this file.',
  at_rest_wrong: 'What was stored on this device was altered or belongs elsewhere.',
} as const;

export type CryptoErrorCode = keyof typeof sentences;
export const cryptoErrorCodes = Object.keys(sentences) as readonly CryptoErrorCode[];

/** The only error that this package throws on purpose. Its message is a sentence for a person. */
export class CryptoError extends Error {
  override readonly name = 'CryptoError';
  readonly code: CryptoErrorCode;

  constructor(code: CryptoErrorCode, options?: ErrorOptions) {
    super(sentences[code], options);
    this.code = code;
  }
}
