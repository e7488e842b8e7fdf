/** What a commit makes. A seat is one person's place in a group, a value: nothing that is done with it changes it. */
export interface Made<Seat> {
  readonly seat: Seat;
  /** As it goes into the log. */
  readonly commit: Uint8Array<ArrayBuffer>;
  /** Whatever newcomers are sent. */
  readonly welcomes: readonly unknown[];
  /** Bytes of what one newcomer is sent, without the group's info; and of the info with the tree, the same for all. */
  readonly welcomeBytes: number;
  readonly infoBytes: number;
}

/** A way to do MLS, to be measured: people are numbers, and everybody knows everybody's credentials. */
export interface Mls<Seat, Offer> {
  readonly name: string;
  create(who: number): Promise<Seat>;
  /** A key package of this person, with its secrets. */
  offer(who: number): Promise<Offer>;
  add(seat: Seat, offers: readonly Offer[]): Promise<Made<Seat>>;
  remove(seat: Seat, who: number): Promise<Made<Seat>>;
  /** New keys for this person alone. */
  renew(seat: Seat): Promise<Made<Seat>>;
  process(seat: Seat, made: Made<Seat>): Promise<Seat>;
  /** Comes in by the commit that added it. */
  join(offer: Offer, made: Made<Seat>): Promise<Seat>;
}
