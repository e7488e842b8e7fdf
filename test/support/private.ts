import type { ConversationView, Invitee, Row } from '@aurora/chat';
import type { DeviceId, RoomId } from '@aurora/protocol';
import type { Headless } from './headless.ts';
import { until } from './until.ts';

/** Somebody as others see them in the list of people. */
export function personOf(somebody: Headless): Invitee & { device: DeviceId } {
  const { account } = somebody.client;
  if (account.status !== 'in') throw new Error('nobody is signed in');
  const { identity, nickname } = account;
  return { identity, nickname, device: somebody.client.device };
}

export function statusOf(somebody: Headless, room: RoomId): string {
  const view = somebody.view(room);
  return view === undefined || view.kind === 'open' ? 'none' : view.standing.status;
}

/** Waits until somebody can read and write in a private conversation. */
export async function isIn(somebody: Headless, room: RoomId): Promise<void> {
  await until('the keys of the conversation have come', () => statusOf(somebody, room) === 'ready', 60_000);
}

export async function reads(somebody: Headless, room: RoomId, text: string): Promise<void> {
  await until(`“${text}” is read`, () => somebody.texts(room).includes(text), 30_000);
}

export function deliveryOf(somebody: Headless, room: RoomId, text: string): string | undefined {
  const row = somebody.rows(room).find((one) => one.kind === 'message' && one.text === text);
  return row?.kind === 'message' ? row.delivery.status : undefined;
}

export function changesIn(somebody: Headless, room: RoomId): string[] {
  return somebody
    .rows(room)
    .flatMap((row: Row) => (row.kind === 'change' ? [`${row.by} ${row.change.type}`] : []));
}

export function warningsIn(somebody: Headless, room: RoomId): string[] {
  return somebody.rows(room).flatMap((row) => (row.kind === 'warning' ? [row.failure.code] : []));
}

export function privateView(
  somebody: Headless,
  room: RoomId,
): Extract<ConversationView, { kind: 'private' }> {
  const view = somebody.view(room);
  if (view?.kind !== 'private') throw new Error('no private room');
  return view;
}
