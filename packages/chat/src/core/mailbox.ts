import type { Delivery } from '@aurora/protocol';
import type { Connection } from './connection.ts';

/** Empties this device's mailbox: hands over what waits, oldest first, and collects what was taken. */
export async function emptyMailbox(
  connection: Connection,
  take: (delivery: Delivery) => Promise<void>,
): Promise<void> {
  for (let more = true; more; ) {
    const page = await connection.call('mailbox', {});
    if (page.deliveries.length === 0) return;
    for (const delivery of page.deliveries) await take(delivery);
    await connection.call('collect', { deliveries: page.deliveries.map(({ id }) => id) });
    more = page.more;
  }
}
