import { type Delivery, type ErrorCode, RequestError } from '@aurora/protocol';
import type { Connection } from './connection.ts';

type Take = (delivery: Delivery) => Promise<void>;

/** Refusals that would be the same every time. */
const FINAL: ReadonlySet<ErrorCode | string> = new Set([
  'bad_request',
  'no_such_room',
  'not_a_member',
  'not_allowed',
  'room_full',
  'too_large',
]);

/** Empties this device's mailbox: hands over what waits, oldest first, and collects what was taken. */
export async function emptyMailbox(connection: Connection, take: Take): Promise<void> {
  for (let more = true; more; ) {
    const page = await connection.call('mailbox', {});
    if (page.deliveries.length === 0) return;
    await collect(connection, page.deliveries, take);
    more = page.more;
  }
}

/** Hands over deliveries, one after another, and collects them. */
export async function collect(
  connection: Connection,
  deliveries: readonly Delivery[],
  take: Take,
): Promise<void> {
  for (const delivery of deliveries) {
    try {
      await take(delivery);
    } catch (error) {
      // It is of use to nobody any more, and must not keep waiting what comes behind it: anybody can send such a one.
      if (!(error instanceof RequestError && FINAL.has(error.code))) throw error;
    }
  }
  await connection.call('collect', { deliveries: deliveries.map(({ id }) => id) });
}
