import { hash } from 'node:crypto';
import {
  type Bytes,
  type Credential,
  challengeBytes,
  credentialBytes,
  type DeviceId,
  deviceBytes,
  equalBytes,
  ID_BYTES,
  type IdentityId,
  limits,
  type NicknameFault,
  nicknameFault,
  normaliseNickname,
  type ReplyOf,
  RequestError,
  type RequestOf,
} from '@aurora/protocol';
import type { Listing } from '../../ports/directory.ts';
import { sameClaims } from '../../ports/same-claims.ts';
import { StorageError } from '../../ports/storage-error.ts';
import type { Context } from '../context.ts';
import { looksOf } from '../nickname/key.ts';
import { suggestNickname } from '../nickname/suggest.ts';
import type { Arrival } from '../session/retirements.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';

/** How long "last seen" may lag behind, so that coming back costs no write. */
const SEEN_LAG = 24 * 60 * 60 * 1000;

/** SPEC [ID3]. */
function idOf<Id extends DeviceId | IdentityId>(publicKey: Bytes): Id {
  return hash('sha256', publicKey, 'hex').slice(0, ID_BYTES * 2) as Id;
}

/** SPEC [ID15], [ID19]: a credential that is on file to the last byte has been checked when it came. */
async function checkSignatures(
  { ports }: Context,
  origin: string,
  nonce: Bytes,
  { credential, signature }: RequestOf<'auth'>,
  known: boolean,
): Promise<void> {
  const { devicePub, identityPub } = credential;
  const challenge = challengeBytes({ origin, serverId: ports.serverId, nonce, devicePub });
  const checks = await Promise.all([
    ports.verifier.verify(devicePub, challenge, signature),
    known || ports.verifier.verify(devicePub, deviceBytes(credential), credential.deviceSignature),
    known || ports.verifier.verify(identityPub, credentialBytes(credential), credential.signature),
  ]);
  if (checks.includes(false))
    throw new RequestError(
      'auth_failed',
      'The proof of identity is wrong. Reload the page, or sign in anew.',
    );
}

const FAULTS: Readonly<Record<NicknameFault, string>> = {
  empty: 'Type a nickname with at least one letter, digit or emoji.',
  too_long: 'The nickname is too long: at most 32 characters.',
  not_allowed: 'The nickname has characters that cannot be seen or told apart. Leave them out.',
};

function checkNickname(nickname: string): void {
  const fault = nicknameFault(nickname);
  if (fault !== undefined) throw new RequestError('nickname_invalid', FAULTS[fault]);
  if (normaliseNickname(nickname) !== nickname)
    throw new RequestError('nickname_invalid', 'The nickname is not in its normal form.');
}

type Claimant = Pick<Account, 'device' | 'identity' | 'nickname'>;

async function claim(context: Context, account: Claimant, credential: Credential): Promise<void> {
  const { directory, clock, random } = context.ports;
  const { device, identity, nickname } = account;
  const outcome = await directory.claim({
    identity,
    device,
    credential,
    looks: looksOf(nickname),
    at: clock.now(),
  });
  switch (outcome.status) {
    case 'claimed':
      return;
    case 'taken': {
      const suggestion = await suggestNickname(nickname, directory, random);
      const hint = suggestion === undefined ? 'Choose another.' : `“${suggestion}” is free.`;
      throw new RequestError(
        'nickname_taken',
        `“${nickname}” belongs to somebody, or looks too much like it. ${hint}`,
        {
          suggestion,
        },
      );
    }
    case 'named':
      throw new RequestError(
        'identity_has_nickname',
        `You go by “${outcome.nickname}” here. Sign out first to take another nickname.`,
      );
    case 'foreign':
      throw new RequestError('auth_failed', 'This device has been somebody else’s. Sign in anew.');
    case 'fixed':
      throw new RequestError(
        'auth_failed',
        'This device has spoken under another nickname or with other keys, and keeps those. Sign in anew.',
      );
  }
}

/** Notes that somebody came back. Nothing is lost if that cannot be written. */
async function see(context: Context, account: Claimant, credential: Credential, seen: number): Promise<void> {
  if (context.ports.clock.now() - seen < SEEN_LAG) return;
  try {
    await claim(context, account, credential);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}

function isOnFile(
  listing: Listing | undefined,
  credential: Credential,
): listing is Listing & { seen: number } {
  if (listing?.seen === undefined) return false;
  const kept = listing.credential;
  return (
    sameClaims(kept, credential) &&
    equalBytes(kept.signature, credential.signature) &&
    equalBytes(kept.deviceSignature, credential.deviceSignature)
  );
}

/** Proves a device, claims its nickname and opens its session. Throws RequestError or StorageError. */
export async function authenticate(
  context: Context,
  session: Session,
  nonce: Bytes,
  request: RequestOf<'auth'>,
): Promise<ReplyOf<'auth'>> {
  const arrival = context.retirements.arrive(idOf<IdentityId>(request.credential.identityPub));
  try {
    return await arrive(context, session, nonce, request, arrival);
  } finally {
    arrival.end();
  }
}

async function arrive(
  context: Context,
  session: Session,
  nonce: Bytes,
  request: RequestOf<'auth'>,
  arrival: Arrival,
): Promise<ReplyOf<'auth'>> {
  const { directory, members, clock } = context.ports;
  const { credential } = request;
  const device = idOf<DeviceId>(credential.devicePub);
  const identity = idOf<IdentityId>(credential.identityPub);
  const claimed = { device, identity, nickname: credential.nickname };
  const [listing] = await directory.find([device]);
  const known = isOnFile(listing, credential);
  await checkSignatures(context, session.origin, nonce, request, known);
  // A claim that is asked for before the identity goes is also written before, and goes with it.
  arrival.check();
  if (known) await see(context, claimed, credential, listing.seen);
  else {
    checkNickname(credential.nickname);
    if (listing === undefined) context.rates.countNewcomer(session.address, clock.elapsed());
    await claim(context, claimed, credential);
  }
  const memberships = await members.rooms(identity);
  const found = await Promise.all(memberships.map((room) => context.rooms.head(room)));
  const heads = found.filter((head) => head !== undefined);
  arrival.check();
  const account = { ...claimed, memberships: heads.map(({ room }) => room) };
  if (session.open(account)) makeRoom(context, session, account);
  return {
    device,
    identity,
    time: clock.now(),
    // An answer that does not fit its shape would keep somebody out who has to come in to leave a room.
    rooms: heads.slice(0, limits.rooms),
  };
}

/** SPEC [LM4]: the newest session is the one that surely lives. */
function makeRoom({ live, settings }: Context, session: Session, { device }: Account): void {
  live.add(device, session);
  const sessions = live.of(device);
  for (const old of sessions.slice(0, Math.max(0, sessions.length - settings.sessionsPerDevice))) {
    old.end('too_many_sessions');
  }
}
