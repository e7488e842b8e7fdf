import { openDevices } from '@aurora/crypto';
import { type DeviceId, type Head, type IdentityId, RequestError } from '@aurora/protocol';
import type { PeerView } from '../../../view/contract.ts';
import type { Chamber } from '../chamber.ts';
import type { About } from './about.ts';
import type { GroupWay } from './keeper.ts';
import type { GroupState } from './ring.ts';

/** The other person of a direct conversation. */
export class Peer {
  readonly #chamber: Chamber<GroupState>;
  readonly #way: GroupWay;
  readonly #is: NonNullable<About['is']['peer']>;
  /** The relay says that they signed out for good. */
  #gone = false;

  constructor(chamber: Chamber<GroupState>, way: GroupWay, is: NonNullable<About['is']['peer']>) {
    this.#chamber = chamber;
    this.#way = way;
    this.#is = is;
  }

  get view(): PeerView {
    const { identity, nickname } = this.#is;
    const { contacts } = this.#way;
    return {
      identity,
      nickname,
      verified: contacts.isVerified(identity),
      changed: contacts.changeOf(identity, nickname),
      gone: this.#gone || this.#saidGoodbye,
    };
  }

  /** Makes the conversation at the relay, and comes in; null when they are gone. */
  async open(): Promise<Head | null> {
    const { ports, id: room } = this.#chamber;
    try {
      await ports.connection.call('open_direct', { with: this.#is.identity });
    } catch (error) {
      if (!(error instanceof RequestError && error.code === 'no_such_person')) throw error;
      this.left();
      return null;
    }
    return ports.connection.call('join', { room });
  }

  /** Whether they are there still; who never came in may have been pushed out by other invitations, and is invited again. */
  async look(): Promise<void> {
    const { log, ports, id: room } = this.#chamber;
    const { connection } = ports;
    const { members } = await connection.call('members', { room });
    this.#gone = false;
    if (members.some(({ identity }) => identity === this.#is.identity)) return;
    if (log.progress !== null && log.keys.group !== null) {
      const inside = openDevices(log.keys);
      const known = await ports.members.of(inside);
      // Who said goodbye is not called back.
      this.#gone = !inside.some((device) => this.#isOf(known.get(device)?.identity)) || this.#saidGoodbye;
      if (this.#gone) return;
    }
    try {
      await connection.call('open_direct', { with: this.#is.identity });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.#gone = error.code === 'no_such_person';
    }
  }

  left(): void {
    this.#gone = true;
    this.#chamber.events.conversation();
  }

  /** Nobody leaves a direct conversation but who signs out: then all their devices say so, or are out already. */
  get #saidGoodbye(): boolean {
    const { log, ports } = this.#chamber;
    if (log.progress === null) return false;
    const { spans, leaving } = log.keys;
    const isTheirs = (device: DeviceId) => this.#isOf(ports.members.get(device)?.identity);
    const theirs = spans.filter(({ device }) => isTheirs(device));
    return (
      theirs.length > 0 && theirs.every(({ device, until }) => until !== null || leaving.includes(device))
    );
  }

  #isOf(identity: IdentityId | undefined): boolean {
    return identity === this.#is.identity;
  }
}
