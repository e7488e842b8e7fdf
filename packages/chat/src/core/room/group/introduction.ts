import type { Letter } from '@aurora/crypto/groups';
import type { DeviceId, Epoch } from '@aurora/protocol';
import type { Chamber } from '../chamber.ts';
import type { About } from './about.ts';
import type { GroupState } from './ring.ts';

const WEEK = 7 * 24 * 60 * 60 * 1000;
/** Most keys and spans of one letter; the newest are told. */
const MOST_KEYS = 500;
const MOST_SPANS = 600;

type Introduction = Extract<Letter, { type: 'introduction' }>;

/**
 * What a member tells a device that it lets in: the room's title and link, who was in it when, and the keys to what was said
 * before, as far as the room's history policy gives them. What was said while a device was in the room is its own under every policy.
 */
export function introduction(
  chamber: Chamber<GroupState>,
  about: About,
  state: GroupState,
  to: DeviceId,
): Omit<Introduction, 'type' | 'welcome' | 'epoch'> {
  const { log, ports } = chamber;
  // The later of the two clocks gives away less: turning the relay's back does not widen the week.
  const now = Math.max(ports.connection.now(), ports.clock.now());
  const policy = state.rules?.history ?? 'none';
  const own = state.spans.filter(({ device }) => device === to);
  const wasIn = (epoch: Epoch) =>
    own.some(({ since, until }) => since <= epoch && (until === null || epoch < until));
  const keys = state.epochs.flatMap(({ epoch, key }, index) => {
    if (key === null) return [];
    const ended = state.epochs[index + 1]?.at ?? now;
    const given = policy === 'all' || (policy === 'week' && ended > now - WEEK) || wasIn(epoch);
    return given ? [{ epoch, key }] : [];
  });
  const seen = log.chain;
  return {
    keys: keys.slice(-MOST_KEYS),
    spans: state.spans.slice(-MOST_SPANS),
    title: state.title ?? about.is.title,
    link: state.link,
    chain: seen && { seq: seen[0], chain: seen[1] },
  };
}
