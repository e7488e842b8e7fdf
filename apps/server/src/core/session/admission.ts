import type { CloseReason } from '@aurora/protocol';
import type { Clock } from '../../ports/clock.ts';
import { DelayLine } from '../delay-line.ts';
import type { Settings } from '../settings.ts';
import type { Session } from './session.ts';

/** Counts sockets, and the time that they have to authenticate. SPEC [LM3], [ID17]. */
export class Admission {
  readonly #settings: Settings;
  readonly #perAddress = new Map<string, number>();
  #sockets = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Takes a socket in, or answers why not. */
  enter(address: string): CloseReason | undefined {
    const here = this.#perAddress.get(address) ?? 0;
    if (this.#sockets >= this.#settings.sockets || here >= this.#settings.socketsPerAddress)
      return 'too_many_sockets';
    this.#perAddress.set(address, here + 1);
    this.#sockets += 1;
    return undefined;
  }

  leave(address: string): void {
    const here = (this.#perAddress.get(address) ?? 0) - 1;
    if (here > 0) this.#perAddress.set(address, here);
    else this.#perAddress.delete(address);
    this.#sockets -= 1;
  }

  /** Ends sessions that do not authenticate in time. */
  deadlines(clock: Clock): { expect(session: Session): void; stop(): void } {
    const line = new DelayLine<Session>(clock, this.#settings.authTimeout, (late) => {
      for (const session of late) if (session.state.status === 'greeting') session.end('auth_timeout');
    });
    return { expect: (session) => line.push(session), stop: () => line.stop() };
  }
}
