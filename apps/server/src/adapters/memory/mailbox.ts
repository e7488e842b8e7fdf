import { type Delivery, type DeviceId, limits } from '@aurora/protocol';
import type { Mailbox } from '../../ports/mailbox.ts';

export function memoryMailbox(): Mailbox & { forget(device: DeviceId): void } {
  const boxes = new Map<DeviceId, Delivery[]>();
  return {
    async put(device, delivery) {
      const box = boxes.get(device) ?? [];
      const own = box.filter(({ sender }) => sender === delivery.sender).length;
      if (box.length >= limits.mailbox || own >= limits.mailboxOfSender) return 'full';
      box.push(delivery);
      boxes.set(device, box);
      return 'kept';
    },
    async waiting(device, limit, bytes) {
      const box = boxes.get(device) ?? [];
      const deliveries: Delivery[] = [];
      let size = 0;
      for (const delivery of box) {
        size += delivery.frame.length;
        if (deliveries.length === limit || (deliveries.length > 0 && size > bytes)) break;
        deliveries.push(delivery);
      }
      return { deliveries, more: deliveries.length < box.length };
    },
    async collect(device, deliveries) {
      const left = (boxes.get(device) ?? []).filter(({ id }) => !deliveries.includes(id));
      if (left.length > 0) boxes.set(device, left);
      else boxes.delete(device);
    },
    async expire(before) {
      for (const [device, box] of boxes) {
        const left = box.filter(({ at }) => at >= before);
        if (left.length > 0) boxes.set(device, left);
        else boxes.delete(device);
      }
    },
    forget: (device) => void boxes.delete(device),
  };
}
