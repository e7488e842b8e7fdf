import type { DeviceId, IdentityId } from '@aurora/protocol';
import type { Session } from './session.ts';
import type { Account } from './state.ts';

/** The authenticated sessions of each device, oldest first. */
export class LiveDevices {
  readonly #sessions = new Map<DeviceId, readonly Session[]>();

  of(device: DeviceId): readonly Session[] {
    return this.#sessions.get(device) ?? [];
  }

  add(device: DeviceId, session: Session): void {
    this.#sessions.set(device, [...this.of(device), session]);
  }

  remove(device: DeviceId, session: Session): void {
    const left = this.of(device).filter((other) => other !== session);
    if (left.length > 0) this.#sessions.set(device, left);
    else this.#sessions.delete(device);
  }

  ofIdentity(identity: IdentityId): Session[] {
    return [...this.#sessions.values()].flat().filter((session) => session.account?.identity === identity);
  }

  accounts(): Account[] {
    return [...this.#sessions.values()].flatMap((sessions) => sessions[0]?.account ?? []);
  }
}
