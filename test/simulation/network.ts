import type { Network, SocketEvents, Sockets } from '@aurora/chat';
import type { Bytes } from '@aurora/protocol';
import type { Receiver, Socket } from '@aurora/server';
import type { SimulatedClock } from './clock.ts';
import type { SeededRandom } from './random.ts';

export const ORIGIN = 'https://simulated.example';

/** What the network reaches: a relay that may be down. */
export interface Host {
  accept(socket: Socket): Receiver | null;
}

export interface Weather {
  /** Most milliseconds that a message is under way. */
  latency: number;
  /** Chance for each message that its connection breaks instead. */
  breaks: number;
}

interface Wire {
  readonly meddler: Meddler;
  cut(): void;
}

/** What stands between one client and the relay and may change what passes: an empty list holds a message back. */
export interface Meddler {
  down?(message: Bytes): Bytes[];
  up?(message: Bytes): Bytes[];
}

/** Messages in order and late; connections that break, losing what is under way, and that one end hears of later. */
export class SimulatedNetwork {
  readonly weather: Weather = { latency: 50, breaks: 0 };
  readonly #clock: SimulatedClock;
  readonly #random: SeededRandom;
  readonly #host: Host;
  readonly #wires = new Set<Wire>();

  constructor(clock: SimulatedClock, random: SeededRandom, host: Host) {
    this.#clock = clock;
    this.#random = random;
    this.#host = host;
  }

  /** As when a relay's machine loses power: every connection breaks at once. */
  cutAll(): void {
    for (const wire of [...this.#wires]) wire.cut();
  }

  /** One client's connection breaks. */
  cut(meddler: Meddler): void {
    for (const wire of [...this.#wires]) if (wire.meddler === meddler) wire.cut();
  }

  sockets(meddler: Meddler = {}): Sockets {
    return { origin: ORIGIN, open: (events) => this.#open(events, meddler) };
  }

  readonly network: Network = { online: () => true, watch: () => () => {} };

  #open(client: SocketEvents, meddler: Meddler): { send(message: Bytes): void; close(): void } {
    const { down: change = one, up: alter = one } = meddler;
    let open = true;
    let receiver: Receiver | null = null;
    const up = this.#lane();
    const down = this.#lane();
    const tellClient = (code: number) => down(() => client.closed(code));
    const end = (code: number) => {
      if (!open) return;
      open = false;
      this.#wires.delete(wire);
      tellClient(code);
      up(() => receiver?.closed());
    };
    const wire: Wire = { meddler, cut: () => end(1006) };
    const carry = (deliver: () => void, lane: (act: () => void) => void) => {
      if (!open) return;
      if (this.#random.chance(this.weather.breaks)) end(1006);
      else lane(() => open && deliver());
    };
    const toClient = (message: Bytes) => {
      for (const told of change(message.slice())) carry(() => client.message(told), down);
    };
    this.#wires.add(wire);
    up(() => {
      if (!open) return;
      receiver = this.#host.accept({
        send: toClient,
        sendShared: ({ bytes }) => toClient(bytes),
        buffered: () => 0,
        close: (code) => down(() => end(code)),
      });
      if (receiver === null) end(1006);
    });
    return {
      send: (message) => {
        for (const told of alter(message.slice())) carry(() => receiver?.receive(told), up);
      },
      close: () => end(1005),
    };
  }

  /** One direction: whatever is sent arrives later, in the order sent. */
  #lane(): (act: () => void) => void {
    let free = 0;
    return (act) => {
      const arrives = Math.max(free, this.#clock.elapsed() + 1 + this.#random.below(this.weather.latency));
      free = arrives;
      this.#clock.after(arrives - this.#clock.elapsed(), act);
    };
  }
}

const one = (message: Bytes): Bytes[] => [message];
