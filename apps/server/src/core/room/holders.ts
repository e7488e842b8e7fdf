import type { Random } from '../../ports/random.ts';
import type { Session } from '../session/session.ts';
import { type EpochRanges, overlap } from './epoch-ranges.ts';

interface Group {
  readonly key: string;
  readonly epochs: EpochRanges;
  readonly sessions: Session[];
  readonly places: Map<Session, number>;
}

/** Which live sessions hold which epochs' keys: grouped by what they hold, since most hold the same. */
export class Holders {
  readonly #groups = new Map<string, Group>();
  readonly #groupOf = new Map<Session, Group>();

  has(session: Session): boolean {
    return this.#groupOf.has(session);
  }

  set(session: Session, epochs: EpochRanges): void {
    this.remove(session);
    if (epochs.length === 0) return;
    const key = JSON.stringify(epochs);
    const group: Group = this.#groups.get(key) ?? { key, epochs, sessions: [], places: new Map() };
    this.#groups.set(key, group);
    group.places.set(session, group.sessions.push(session) - 1);
    this.#groupOf.set(session, group);
  }

  remove(session: Session): void {
    const group = this.#groupOf.get(session);
    const place = group?.places.get(session);
    if (group === undefined || place === undefined) return;
    this.#groupOf.delete(session);
    group.places.delete(session);
    const last = group.sessions.pop();
    if (last !== undefined && last !== session) {
      group.sessions[place] = last;
      group.places.set(last, place);
    }
    if (group.sessions.length === 0) this.#groups.delete(group.key);
  }

  epochsOf(session: Session): EpochRanges {
    return this.#groupOf.get(session)?.epochs ?? [];
  }

  /** How many hold any of these epochs. */
  count(epochs: EpochRanges): number {
    let sum = 0;
    for (const group of this.#groups.values())
      if (overlap(group.epochs, epochs)) sum += group.sessions.length;
    return sum;
  }

  /** Any one of those that hold any of these epochs, each as likely as the other, but those that will not do. */
  pick(epochs: EpochRanges, willDo: (session: Session) => boolean, random: Random): Session | undefined {
    const total = this.count(epochs);
    if (total === 0) return undefined;
    const start = random.below(total);
    for (let step = 0; step < total; step += 1) {
      const session = this.#at(epochs, (start + step) % total);
      if (session !== undefined && willDo(session)) return session;
    }
    return undefined;
  }

  #at(epochs: EpochRanges, index: number): Session | undefined {
    let left = index;
    for (const group of this.#groups.values()) {
      if (!overlap(group.epochs, epochs)) continue;
      if (left < group.sessions.length) return group.sessions[left];
      left -= group.sessions.length;
    }
    return undefined;
  }
}
