import { type DeviceId, type Entry, type Event, type EventOf, limits, type RoomId } from '@aurora/protocol';
import type { Session } from '../session/session.ts';

export type Signal = EventOf<'signals'>['signals'][number];

/** What a room has to tell: gathered while the last telling was under way. */
export interface Tick {
  entries: Entry[];
  presence: EventOf<'presence'>[];
  registers: { readonly from: Session; readonly event: EventOf<'register'> }[];
  signals: Signal[];
}

export function emptyTick(): Tick {
  return { entries: [], presence: [], registers: [], signals: [] };
}

export function isEmpty({ entries, presence, registers, signals }: Tick): boolean {
  return entries.length + presence.length + registers.length + signals.length === 0;
}

/** A tick as one kind of session is told it. */
export interface View {
  /** The session whose own registers and whose device's own signals are left out. */
  readonly self?: { readonly session: Session; readonly device: DeviceId | undefined };
  readonly signals: boolean;
}

/** Bytes that stand around a frame in a batch. */
const OVERHEAD = 96;

/** Events as batches that stay within `limits.batch` and one entry. SPEC [TR7]. */
export function batchesOf(room: RoomId, tick: Tick, view: View): Event[][] {
  const batches: Event[][] = [];
  let batch: Event[] = [];
  let run: EventOf<'entries'> | undefined;
  let size = 0;
  const add = (event: Event, bytes: number) => {
    if (size > limits.batch) next();
    batch.push(event);
    size += bytes;
  };
  const next = () => {
    if (batch.length > 0) batches.push(batch);
    batch = [];
    run = undefined;
    size = 0;
  };
  for (const entry of tick.entries) {
    const bytes = entry.frame.length + OVERHEAD;
    if (size + bytes > limits.batch) next();
    if (run === undefined) {
      run = { type: 'entries', room, entries: [] };
      batch.push(run);
    }
    run.entries.push(entry);
    size += bytes;
  }
  for (const { from, event } of tick.registers) {
    if (from !== view.self?.session) add(event, event.register.frame.length + OVERHEAD);
  }
  for (const event of tick.presence) add(event, 64 * OVERHEAD);
  const signals = tick.signals.filter(({ sender }) => sender !== view.self?.device);
  if (view.signals && signals.length > 0) {
    add({ type: 'signals', room, signals }, signals.length * OVERHEAD);
  }
  next();
  return batches;
}
