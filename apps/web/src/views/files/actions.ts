import type { MessageRow, TransferView } from '@aurora/chat/view';

export type FileAction = 'accept' | 'reject' | 'undo' | 'download' | 'pause' | 'resume' | 'cancel' | 'again';

export const actionNames: Readonly<Record<FileAction, string>> = {
  accept: 'Accept',
  reject: 'Reject',
  undo: 'Undo',
  download: 'Download',
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
  again: 'Try again',
};

/** What a person can do with a file of this message as its bytes stand. */
export function actionsOf(
  transfer: TransferView,
  { mine, delivery }: Pick<MessageRow, 'mine' | 'delivery'>,
): readonly FileAction[] {
  switch (transfer.status) {
    case 'offered':
      return mine ? ['download'] : ['accept', 'reject'];
    case 'rejected':
      return ['undo'];
    case 'preparing':
    case 'moving':
      return ['pause', 'cancel'];
    case 'waiting':
      return ['cancel'];
    case 'paused':
      return ['resume', 'cancel'];
    case 'held':
      return ['download'];
    case 'failed': {
      // A message that failed as a whole is tried again, or dropped, as a whole.
      if (mine && delivery.status === 'failed') return [];
      const again: readonly FileAction[] = transfer.again ? ['again'] : [];
      if (!mine) return [...again, 'reject'];
      return delivery.status === 'pending' ? [...again, 'cancel'] : again;
    }
  }
}
