import type { Millis } from '@aurora/protocol';
import { currentRecord, type OpenRoom } from './state.ts';

const DAY = 24 * 60 * 60 * 1000;
const MESSAGES = 1000;

/** Whether somebody should open a fresh epoch: the key is a day old, had 1,000 messages, or there is none. */
export function dueForRenewal(state: OpenRoom, now: Millis): boolean {
  const current = currentRecord(state);
  return current === undefined || now - current.at >= DAY || state.messages >= MESSAGES;
}

/** The state with one more message in the current epoch. */
export function countMessage(state: OpenRoom): OpenRoom {
  return { ...state, messages: state.messages + 1 };
}
