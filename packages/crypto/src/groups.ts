/** Private rooms: MLS groups and what belongs to them. An entry of its own, so that a page loads it when it is first needed. */
export type { GroupChange } from './group/allowed.ts';
export { type Beginning, beginningOf, isLeave } from './group/beginning.ts';
export { type Commit, commitChange, type Wish } from './group/commit.ts';
export { leaveFrame, splitCommit } from './group/frames.ts';
export {
  createGroup,
  decodeGroup,
  encodeGroup,
  type Group,
  groupKey,
  groupTag,
  MOST_DEVICES,
} from './group/group.ts';
export { checkInvite, createInviteSecret, proveInvite } from './group/invite.ts';
export { joinGroup } from './group/join.ts';
export {
  createKeyPackage,
  type KeyPackage,
  type KeyPackageSecret,
  readKeyPackage,
} from './group/key-package.ts';
export type { Resolve } from './group/leaf.ts';
export { applyGroupEntries, type GroupApplied, type OwnCommit } from './group/ledger.ts';
export { type Letter, openLetter, type Span, sealLetter } from './group/letter.ts';
export { commitEpoch, processCommit } from './group/process.ts';
export type { RoomRules } from './group/rules.ts';
export { checkSafetyCode, safetyNumber } from './group/safety.ts';
export { openKnock, openLeave, signKnock, signLeave } from './group/signed.ts';
