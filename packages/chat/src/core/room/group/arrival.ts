import { CryptoError, type Member, sha256 } from '@aurora/crypto';
import type { Beginning, Group, KeyPackageSecret, Letter } from '@aurora/crypto/groups';
import {
  type Bytes,
  concatBytes,
  type Delivery,
  type DeviceId,
  type Entry,
  type Epoch,
  equalBytes,
  limits,
  type Millis,
  type Seq,
} from '@aurora/protocol';
import { groups } from '../../groups.ts';
import type { Seen } from '../chain.ts';
import type { Chamber } from '../chamber.ts';
import { decodeMail, type Mail, type WelcomeMail } from './mail.ts';
import { emptyState, type GroupState } from './ring.ts';

type Introduction = Extract<Letter, { type: 'introduction' }>;

/** What a member let this device in with, opened and checked. */
export interface Arrival {
  readonly by: Member;
  readonly epoch: Epoch;
  readonly group: Group;
  readonly state: GroupState;
  readonly chain: Seen | null;
  readonly secret: KeyPackageSecret;
}

/** What one device puts into the log in one epoch: a commit and its parts, and leaves room for tries that came to nothing. */
const MOST_OWN = 64;

/** Members whose welcomes wait for their pieces. */
const MOST_WAITING = 32;

/** A welcome whose GroupInfo has not come whole yet. */
interface Waiting {
  readonly by: Member;
  readonly mail: WelcomeMail;
  readonly pieces: (Bytes | undefined)[];
}

/**
 * Puts together what comes in pieces: of each sender one welcome, and only the pieces that it names, so that nobody can push out another's.
 * What is not whole yet waits here, and is lost with the program: then one asks again.
 */
export class Arrivals {
  readonly #waiting = new Map<DeviceId, Waiting>();

  /** A welcome that became whole by this; a refusal is given back as its letter. */
  take(
    by: Member,
    { frame }: Delivery,
  ): { whole: { mail: WelcomeMail; info: Bytes } | null; letter: Bytes | null } {
    const mail = decodeMail(frame);
    switch (mail.type) {
      case 'refusal':
        return { whole: null, letter: mail.letter };
      case 'welcome': {
        if (mail.pieces === 0) return { whole: { mail, info: mail.info }, letter: null };
        this.#waiting.delete(by.id);
        this.#waiting.set(by.id, { by, mail, pieces: Array.from({ length: mail.pieces }) });
        const [oldest] = this.#waiting.keys();
        if (oldest !== undefined && this.#waiting.size > MOST_WAITING) this.#waiting.delete(oldest);
        return { whole: null, letter: null };
      }
      case 'piece':
        return { whole: this.#complete(by, mail), letter: null };
    }
  }

  #complete(
    { id }: Member,
    { hash, index, bytes }: Extract<Mail, { type: 'piece' }>,
  ): { mail: WelcomeMail; info: Bytes } | null {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || !equalBytes(waiting.mail.hash, hash)) return null;
    const { mail, pieces } = waiting;
    if (index >= pieces.length) return null;
    pieces[index] = bytes;
    const all = pieces.filter((piece) => piece !== undefined);
    if (all.length < mail.pieces) return null;
    this.#waiting.delete(id);
    return { mail, info: concatBytes(...all) };
  }
}

/**
 * Opens a welcome: the group, as its ratchet tree and every credential in it prove it, and the member's introduction. Throws
 * CryptoError for one that is not to be believed.
 */
export async function openWelcome(
  { id: room, ports }: Pick<Chamber<GroupState>, 'id' | 'ports'>,
  secrets: readonly KeyPackageSecret[],
  by: Member,
  mail: WelcomeMail,
  info: Bytes,
): Promise<Arrival> {
  const { device, members } = ports;
  const { openLetter, joinGroup, groupKey, encodeGroup } = await groups();
  if (!equalBytes(await sha256(info), mail.hash)) throw new CryptoError('welcome_malformed');
  const letter = await openLetter({ room, device, from: by, frame: mail.letter });
  if (letter.type !== 'introduction') throw new CryptoError('welcome_malformed');
  if (!equalBytes(letter.welcome, mail.hash) || letter.epoch !== mail.epoch)
    throw new CryptoError('welcome_malformed');
  const { group, ref, leaving } = await joinGroup({
    room,
    device,
    welcome: mail.welcome,
    groupInfo: info,
    secrets,
    resolve: (devices) => members.of(devices),
  });
  const secret = secrets.find((one) => equalBytes(one.ref, ref));
  // Who lets in is in: anybody else's word for a group is none.
  if (secret === undefined || !group.devices.includes(by.id)) throw new CryptoError('welcome_malformed');
  const key = await groupKey(group);
  const current = { epoch: mail.epoch, seq: 0 as Seq, at: 0 as Millis, key };
  const state: GroupState = {
    ...emptyState(room),
    epoch: mail.epoch,
    epochs: [...recordsOf(letter, mail.epoch), current],
    spans: spansOf(letter, group.devices, mail.epoch),
    leaving,
    group: encodeGroup(group),
    rules: group.rules,
    title: letter.title,
    link: letter.link,
  };
  return {
    by,
    epoch: mail.epoch,
    group,
    state,
    chain: letter.chain && [letter.chain.seq, letter.chain.chain],
    secret,
  };
}

function recordsOf({ keys }: Introduction, before: Epoch): GroupState['epochs'] {
  return keys
    .filter(({ epoch }) => epoch < before)
    .map(({ epoch, key }) => ({ epoch, seq: 0 as Seq, at: 0 as Millis, key }));
}

/** Who was in the room when: as the member says of the past, as the group proves of the present. */
function spansOf({ spans }: Introduction, devices: readonly DeviceId[], now: Epoch): GroupState['spans'] {
  const present = new Set(devices);
  const known = spans.map((span) =>
    span.until === null && !present.has(span.device) ? { ...span, until: now } : span,
  );
  const open = new Set(known.flatMap(({ device, until }) => (until === null ? [device] : [])));
  const fresh = devices.filter((device) => !open.has(device));
  return [...known, ...fresh.map((device) => ({ device, since: now, until: null }))];
}

/**
 * How a group began that a member let this device into, looked for from the log's end: by what that member put there in the epoch
 * before, and by who left in it. Null when that leads elsewhere.
 */
export async function beginningIn(
  { id: room, ports }: Chamber<GroupState>,
  { epoch, by, group }: Arrival,
): Promise<Beginning | null> {
  const { beginningOf, isLeave } = await groups();
  const own: Entry[] = [];
  /** One of each member, so that nobody can fill the memory. */
  const left = new Map<DeviceId, Entry>();
  let seq = Number.MAX_SAFE_INTEGER as Seq;
  for (let more = true; more; ) {
    const page = await ports.connection.call('read', {
      room,
      side: 'before',
      seq,
      limit: limits.page,
      handshakes: true,
    });
    for (const entry of page.entries) {
      if (entry.kind === 'message' || entry.epoch !== epoch - 1) continue;
      if (entry.sender === by.id) own.push(entry);
      else if (group.devices.includes(entry.sender) && isLeave(entry)) left.set(entry.sender, entry);
    }
    const [first] = page.entries;
    if (first === undefined || first.seq >= seq || first.epoch < epoch - 1 || own.length > MOST_OWN) break;
    seq = first.seq;
    more = page.more;
  }
  const entries = [...own, ...left.values()].sort((a, b) => a.seq - b.seq);
  const members = await ports.members.of(left.keys());
  const handshakes = entries.flatMap((entry) => {
    const sender = members.get(entry.sender);
    return sender === undefined ? [] : [{ entry, sender }];
  });
  return beginningOf(group, handshakes);
}

/** The handshakes after a place in the log, up to another. */
export async function handshakesBetween(
  chamber: Chamber<GroupState>,
  after: Seq,
  end: Seq,
): Promise<Entry[]> {
  const { id: room, ports } = chamber;
  const found: Entry[] = [];
  for (let from = after, more = true; more && from < end; ) {
    const page = await ports.connection.call('read', {
      room,
      side: 'after',
      seq: from,
      limit: limits.page,
      handshakes: true,
    });
    found.push(...page.entries.filter(({ seq, kind }) => seq > after && seq <= end && kind !== 'message'));
    const last = page.entries.at(-1)?.seq ?? end;
    more = page.more && last > from;
    from = last;
  }
  return found;
}
