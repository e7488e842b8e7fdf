import type { DeviceId } from '@aurora/protocol';
import type { Cancel, Clock } from '../../ports/clock.ts';

/** A "is typing" that is not renewed is over after this long. */
const LASTS = 6_000;
/** The relay takes one signal each 3 s; a keystroke in between says nothing new. */
const SPACING = 3_500;

/** Who types: others here, and when to tell of oneself. */
export class Typing {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #others = new Map<DeviceId, { nickname: string; cancel: Cancel }>();
  #toldAt = Number.NEGATIVE_INFINITY;
  #told = false;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get nicknames(): string[] {
    return [...this.#others.values()].map(({ nickname }) => nickname);
  }

  heard(device: DeviceId, nickname: string, typing: boolean): void {
    const before = this.#others.get(device);
    before?.cancel();
    this.#others.delete(device);
    if (typing)
      this.#others.set(device, { nickname, cancel: this.#clock.after(LASTS, () => this.over(device)) });
    if (typing !== (before !== undefined)) this.#changed();
  }

  /** A message came, or the person left: the dots have done their work. */
  over(device: DeviceId): void {
    const before = this.#others.get(device);
    if (before === undefined) return;
    before.cancel();
    this.#others.delete(device);
    this.#changed();
  }

  clear(): void {
    for (const device of [...this.#others.keys()]) this.over(device);
    this.#told = false;
    this.#toldAt = Number.NEGATIVE_INFINITY;
  }

  /** Whether to tell the others now that this person types, or no longer does. */
  shouldTell(typing: boolean): boolean {
    const now = this.#clock.now();
    if (!typing && !this.#told) return false;
    if (now - this.#toldAt < SPACING) return false;
    this.#told = typing;
    this.#toldAt = now;
    return true;
  }

  /** A message went out, which says that typing is over. */
  sent(): void {
    this.#told = false;
  }
}
