import type { TransferView } from '@aurora/chat/view';
import { bytesOf } from './bytes.ts';
import { leftOf } from './duration.ts';

type Moving = Extract<TransferView, { status: 'moving' }>;
/** Those that have come some way. */
export type Underway = Extract<TransferView, { done: number }>;

const percent = new Intl.NumberFormat('en', { style: 'percent' });

/** What stands under a file's name, part by part: how much it is, and how its bytes stand. */
export function transferParts(transfer: TransferView, size: number): readonly string[] {
  switch (transfer.status) {
    case 'offered':
    case 'held':
      return [bytesOf(size)];
    case 'rejected':
      return ['Rejected'];
    case 'preparing':
      return ['Preparing', wayOf(transfer)];
    case 'moving':
      return [wayOf(transfer), ...paceOf(transfer)];
    case 'waiting':
      return transfer.failure ? [transfer.failure.message] : ['Waiting', wayOf(transfer)];
    case 'paused':
      return ['Paused', wayOf(transfer)];
    case 'failed':
      return [transfer.failure.message];
  }
}

/** What a progress bar says aloud: `63%, about 2 min left`. */
export function progressWords(transfer: Underway): string {
  const { left } = transfer.status === 'moving' ? transfer : { left: null };
  const far = percent.format(fractionOf(transfer));
  return left === null ? far : `${far}, ${leftOf(left)}`;
}

/** From 0 to 1; an empty file is there as soon as it moves. */
export function fractionOf({ done, total }: Underway): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
}

function wayOf({ done, total }: Underway): string {
  return `${bytesOf(Math.min(done, total))} of ${bytesOf(total)}`;
}

function paceOf({ speed, left }: Moving): string[] {
  return [
    ...(speed === null ? [] : [`${bytesOf(Math.round(speed))}/s`]),
    ...(left === null ? [] : [leftOf(left)]),
  ];
}
