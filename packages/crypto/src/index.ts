export { EMPTY_CHAIN, extendChain } from './chain.ts';
export {
  type Body,
  bodyShape,
  decodeBody,
  encodeBody,
  type FileDescriptor,
  type FileHead,
  fileHeadShape,
  fileShape,
  filesShape,
  type MessageBody,
  type RegisterBody,
  type SignalBody,
} from './content/body.ts';
export { HEADER_BYTES, type Header, readHeader } from './content/header.ts';
export { type ContentKey, type ContentKeyOf, ContentKeys, contentKey, keyIdOf } from './content/keys.ts';
export { type MessagePlace, openMessage, sealMessage } from './content/message.ts';
export { openRegister, sealRegister } from './content/register.ts';
export { openSignal, type SignalPlace, sealSignal } from './content/signal.ts';
export { CryptoError, type CryptoErrorCode, cryptoErrorCodes } from './errors.ts';
export {
  emptyGroupRoom,
  type Fate,
  type GroupEpoch,
  type GroupRoom,
  groupEpochKey,
  isGroupMember,
  openDevices,
  requireGroupMember,
} from './group/room.ts';
export { createDevice, type Device, proveDevice } from './identity/device.ts';
export { deviceIdOf, identityIdOf } from './identity/ids.ts';
export { type Member, verifyCredential } from './identity/member.ts';
export { sha256 } from './primitives/hash.ts';
export { type Accepted, acceptKeys } from './room/accept.ts';
export { type Announcement, admitFrame, announceFresh, announceRatchet } from './room/announce.ts';
export { type Applied, applyHandshake, applyHandshakes, type Handshake, voidCommit } from './room/apply.ts';
export { type ChainPoint, GRANT_KEYS, type Grant, openGrant, sealGrant } from './room/grant.ts';
export { grantable, heldEpochs, missingEpochs, needsRatchet } from './room/history.ts';
export { isMember, requireMember } from './room/membership.ts';
export { countMessage, dueForRenewal } from './room/renewal.ts';
export {
  currentRecord,
  type EpochKey,
  type EpochOrigin,
  type EpochRecord,
  emptyRoom,
  epochKey,
  epochOrigins,
  type HistoryPolicy,
  historyPolicies,
  type Membership,
  type OpenRoom,
  recordOf,
} from './room/state.ts';
export { createVaultKey, openAtRest, sealAtRest } from './vault.ts';
