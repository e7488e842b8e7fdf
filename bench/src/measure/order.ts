/**
 * Checks that all members saw the same messages in the same order, each once, and each sender's in the order sent.
 * Messages are numbered from 0 as sent; message `n` is from sender `n % senders`. Whoever is first to reach a place in
 * the order says which message stands there, and all others must agree.
 */
export class OrderChecker {
  readonly #senders: number;
  readonly #order: number[] = [];
  readonly #next: number[];
  readonly #places: number[];
  #faults = 0;

  constructor(members: number, senders: number) {
    this.#senders = senders;
    this.#next = Array.from({ length: senders }, (_, sender) => sender);
    this.#places = new Array<number>(members).fill(0);
  }

  /** How many messages this member has seen. */
  seen(member: number): number {
    return this.#places[member] ?? 0;
  }

  /** The message at a place in the order. */
  at(place: number): number {
    return this.#order[place] ?? Number.NaN;
  }

  get faults(): number {
    return this.#faults;
  }

  /** A member saw this message next. */
  take(member: number, message: number): void {
    const place = this.seen(member);
    this.#places[member] = place + 1;
    if (place === this.#order.length) this.#extend(message);
    else if (this.#order[place] !== message) this.#faults += 1;
  }

  /** As `take` for messages that another member took at the same places: the cheap way for equal bytes. */
  skip(member: number, messages: number): void {
    this.#places[member] = this.seen(member) + messages;
  }

  #extend(message: number): void {
    const sender = message % this.#senders;
    if (this.#next[sender] !== message) this.#faults += 1;
    this.#next[sender] = message + this.#senders;
    this.#order.push(message);
  }
}
