import type { ConversationView, Standing } from '@aurora/chat/view';
import type { IdentityId } from '@aurora/protocol';

/** Why nothing can be written here now, in one plain sentence, and what to do about it. */
export interface Obstacle {
  readonly words: string;
  readonly way: 'remove' | 'unblock' | 'withdraw' | null;
}

/** Whether one is not in the room: asked to come in, left, or removed. */
export const isOutside = ({ status }: Standing): boolean => ['knocking', 'left', 'removed'].includes(status);

export function obstacleOf(
  conversation: ConversationView,
  isBlocked: (identity: IdentityId) => boolean,
): Obstacle | null {
  if (conversation.kind === 'open') return null;
  const room = conversation.kind === 'private';
  const way = room ? 'remove' : null;
  const place = room ? 'room' : 'conversation';
  switch (conversation.standing.status) {
    case 'left':
      return { words: `You left this ${place}. What was said before stays readable here.`, way };
    case 'removed':
      return { words: `You were removed from this ${place}. What was said before stays readable here.`, way };
    case 'lost':
      return {
        words: room
          ? 'This browser lost the keys to this room. Somebody who is in it lets you in again as soon as they are here.'
          : `This browser lost the keys. ${conversation.peer.nickname} lets you in again as soon as they are here.`,
        way: null,
      };
    case 'knocking': {
      const { again, failure } = conversation.standing;
      if (!again) break;
      const asked =
        'You asked to come in again. Somebody who is in the room lets you in as soon as they are here.';
      return { words: failure?.message ?? asked, way: 'withdraw' };
    }
    case 'waiting':
    case 'ready':
      break;
  }
  if (conversation.kind === 'private') return null;
  const { peer } = conversation;
  if (peer.gone) return { words: `${peer.nickname} signed out for good; nobody would read it.`, way: null };
  if (isBlocked(peer.identity)) return { words: `You blocked ${peer.nickname}.`, way: 'unblock' };
  if (peer.changed?.blocking) {
    return { words: `Nothing is sent until you have decided about ${peer.nickname}: see above.`, way: null };
  }
  return null;
}
