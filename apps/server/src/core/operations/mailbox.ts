import {
  type Delivery,
  type DeliveryId,
  limits,
  messageId,
  type ReplyOf,
  RequestError,
  type RequestOf,
} from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { inRoom } from './joined-room.ts';
import { PAGE_BYTES } from './read.ts';

const RETRY_MAILBOX = 30_000;

/** Something for a mailbox, from a member of a room. */
export function newDelivery(
  { ports }: Context,
  sender: Account,
  { room, frame }: Pick<Delivery, 'room' | 'frame'>,
): Delivery {
  const at = ports.clock.now();
  const id: string = messageId(at, ports.random.bytes(16));
  return { id: id as DeliveryId, room, sender: sender.device, at, frame };
}

export function fullMailbox(): RequestError {
  return new RequestError(
    'mailbox_full',
    'Too much waits for this device. Try again when it has been back.',
    { retryAfter: RETRY_MAILBOX },
  );
}

/** Only between those who share the room, so that a mailbox is nobody's to fill from outside. */
export function deliver(
  context: Context,
  session: Session,
  who: Account,
  request: RequestOf<'deliver'>,
): Promise<ReplyOf<'deliver'>> {
  const { directory, members, mailbox: boxes } = context.ports;
  return inRoom(context, session, request.room, async () => {
    const [receiver] = await directory.find([request.device]);
    const shares = receiver?.seen !== undefined && (await members.has(request.room, receiver.identity));
    if (!shares) throw new RequestError('no_such_device', 'No such device is a member of the room.');
    const delivery = newDelivery(context, who, request);
    if ((await boxes.put(request.device, delivery)) === 'full') throw fullMailbox();
    for (const live of context.live.of(request.device)) {
      live.tell({ type: 'delivery', delivery }, delivery.frame.length);
    }
    return {};
  });
}

export async function mailbox({ ports }: Context, { device }: Account): Promise<ReplyOf<'mailbox'>> {
  const waiting = await ports.mailbox.waiting(device, limits.deliveries, PAGE_BYTES);
  return { deliveries: [...waiting.deliveries], more: waiting.more };
}

export async function collect(
  { ports }: Context,
  { device }: Account,
  { deliveries }: RequestOf<'collect'>,
): Promise<ReplyOf<'collect'>> {
  await ports.mailbox.collect(device, deliveries);
  return {};
}
