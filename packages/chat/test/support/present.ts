import type { DeviceId, EventOf, IdentityId, Millis, Person } from '@aurora/protocol';
import { LOUNGE } from '@aurora/protocol';
import { START } from './clock.ts';

const hex = (value: number) => value.toString(16).padStart(32, '0');

export function deviceNo(value: number): DeviceId {
  return hex(value) as DeviceId;
}

export function identityNo(value: number): IdentityId {
  return hex(value) as IdentityId;
}

/** Somebody whom the relay says to be there. */
export function person(value: number, nickname: string): Person {
  return { identity: identityNo(value), device: deviceNo(value), nickname, since: START as Millis };
}

/** Who came and went. */
export function presence(change: Partial<EventOf<'presence'>>): EventOf<'presence'> {
  const nobody = { joined: [], left: [], joinedMore: 0, leftMore: 0 };
  return { type: 'presence', room: LOUNGE, at: START as Millis, count: 0, ...nobody, ...change };
}
