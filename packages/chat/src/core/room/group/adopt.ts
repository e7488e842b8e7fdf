import { type Member, openDevices, sha256 } from '@aurora/crypto';
import { directRoomBytes, directRoomId, equalBytes, type IdentityId, RequestError } from '@aurora/protocol';
import type { Chamber } from '../chamber.ts';
import { type Arrival, beginningIn, handshakesBetween } from './arrival.ts';
import type { GroupWay } from './keeper.ts';
import { changeRow, type GroupState } from './ring.ts';

/**
 * Takes up a group that a member let this device into, at the place of the log where it was let in. False when it is not to be
 * believed, or says nothing new.
 */
export async function adopt(chamber: Chamber<GroupState>, way: GroupWay, arrival: Arrival): Promise<boolean> {
  const { log, ports, id: room, refresh } = chamber;
  const { by, epoch, secret } = arrival;
  const { device, connection, vault } = ports;
  if (!(await belongs(chamber, way, arrival))) return false;
  const head = await connection.call('join', { room }).catch(ifStillIn);
  if (head === null) return false;
  const began = await beginningIn(chamber, arrival);
  if (began === null) return false;
  const { commit } = began;
  const epochs = arrival.state.epochs.map((record) =>
    record.epoch === epoch ? { ...record, seq: commit.seq, at: commit.at } : record,
  );
  const leaving = [...new Set([...arrival.state.leaving, ...began.leaving])];
  const state: GroupState = { ...arrival.state, epochs, leaving };
  const { ended, founder, secret: invite } = way.about.is;
  const again = log.progress !== null;
  const knew = again && log.keys.epochs.length > 0;
  const lost = knew && ended === null;
  // Whoever makes a room is in it first: no other has a group to let them into.
  if (founder && !knew) return false;
  if (again) {
    if (!mayFollow(log.keys, arrival, { away: ended !== null, invited: invite !== null })) return false;
    await log.catchUp(head);
    // Whom the log has not left behind needs no other's group.
    if (log.keys.fate === 'in' && log.keys.group !== null) return false;
  }
  // Before the keys: a program that ends between finds the welcome again, and does not stay outside with keys.
  await way.about.set({
    ended: null,
    secret: null,
    refusal: null,
    inviter: by.identity,
    title: state.title,
    renewedAt: connection.now(),
  });
  if (state.rules?.kind === 'direct') await way.contacts.meet(by);
  if (again) {
    const cursor = log.progress?.cursor ?? commit.seq;
    const missed = await handshakesBetween(chamber, commit.seq, cursor);
    const merged = { ...state, epochs: merge(log.keys.epochs, epochs), messages: log.keys.messages };
    // What was said about the room after the letter was written counts, however late it could be read.
    await log.unlock(await log.replayed(merged, missed), arrival.chain?.[0] ?? commit.seq);
  } else {
    await log.startAt(state, commit.seq, head.generation);
    if (arrival.chain !== null) log.vouch(arrival.chain);
    await log.anchor();
  }
  const names = [device.credential.nickname];
  const change = lost ? ({ type: 'readmitted', names } as const) : ({ type: 'added', names } as const);
  if (state.rules?.kind === 'private' || lost) {
    const row = changeRow(commit, by, change, 0, device.id);
    await log.advance({}, [row]);
    refresh([row]);
  }
  await vault.commit(way.packages.used(secret));
  if (!knew && invite === null && state.rules?.kind === 'private') announce(chamber, way, by, state);
  return true;
}

/** Null for whom somebody has put out again meanwhile. */
function ifStillIn(error: unknown): null {
  if (error instanceof RequestError && error.code === 'not_a_member') return null;
  throw error;
}

/** Who is let in without having asked should not have to find out by a tab. */
function announce(
  { events }: Chamber<GroupState>,
  { contacts }: GroupWay,
  by: Member,
  { title }: GroupState,
): void {
  if (contacts.isBlocked(by.identity)) return;
  const message = `${by.nickname} let you into ${title === null ? 'a private room' : `“${title}”`}.`;
  events.changed({ type: 'toast', level: 'info', failure: { code: 'let_in', message } });
}

/** Whether the group is what the conversation is said to be: a room of two has exactly those two in it. */
async function belongs(
  { id: room, ports }: Chamber<GroupState>,
  { about }: GroupWay,
  { by, state }: Arrival,
): Promise<boolean> {
  if (state.rules?.kind !== about.is.kind) return false;
  if (about.is.kind === 'private') return isInvited(about, state);
  const { identity } = ports.device;
  const identities = openDevices(state).map((device) => ports.members.get(device)?.identity);
  const two: readonly (IdentityId | undefined)[] = [identity, by.identity];
  const own = directRoomId(await sha256(directRoomBytes(identity, by.identity)));
  return own === room && identities.every((one) => two.includes(one));
}

/**
 * Who knocked with an invite is let in by somebody who knows it: else the relay could answer with a room of its own. That holds also for who
 * was turned away, which may be the relay's word, until they give the invite up.
 */
function isInvited({ is }: GroupWay['about'], { link }: GroupState): boolean {
  return is.secret === null || (link !== null && equalBytes(link, is.secret));
}

/**
 * Whether this device, which has been in the room, may go on with another's group: only when the log has left it behind, and with
 * somebody whom it knows to be in, or who knows the invite that it followed. Else the relay could seat it in a group of a stranger's
 * making. Who was away cannot say who has come and gone meanwhile.
 */
function mayFollow(
  keys: GroupState,
  { by, state }: Arrival,
  { away, invited }: { readonly away: boolean; readonly invited: boolean },
): boolean {
  if (keys.epochs.length === 0) return true;
  const isKnown = invited || openDevices(keys).includes(by.id);
  if (away || keys.group === null) return isKnown;
  const isNews = keys.fate !== 'in' || keys.epoch < state.epoch;
  return isNews && isKnown && !bringsBack(keys, state);
}

/**
 * Whether somebody is in the group whose removal this device has followed. A relay that spoils a removal for others makes them go on
 * without it: it must not take along those who know better. Who is let in again meanwhile costs this device its place at most.
 */
function bringsBack(before: GroupState, after: GroupState): boolean {
  if (before.fate === 'removed') return false;
  const [inside, then] = [before, after].map((state) => new Set(openDevices(state)));
  return before.spans.some(({ device }) => !inside?.has(device) && then?.has(device));
}

function merge(before: GroupState['epochs'], after: GroupState['epochs']): GroupState['epochs'] {
  const all = new Map(after.map((record) => [record.epoch, record]));
  for (const record of before) {
    const other = all.get(record.epoch);
    // One's own record has its place in the log; a key that only the letter brought is better than none.
    if (other === undefined || other.seq === 0)
      all.set(record.epoch, { ...record, key: record.key ?? other?.key ?? null });
  }
  return [...all.values()].sort((a, b) => a.epoch - b.epoch);
}
