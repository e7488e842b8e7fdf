import type { ConversationView } from '@aurora/chat/view';
import { safeText } from './safe.ts';

const LONGEST = 120;

/** A title as it may be shown on one line; its members chose it freely. */
export function titleText(title: string): string {
  const line = safeText(title).replace(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST).toWellFormed()}…` : line;
}

/** What a conversation is called: by the person it is with, or by its title. */
export function nameOf(conversation: ConversationView): string {
  if (conversation.kind === 'direct') return conversation.peer.nickname;
  return titleText(conversation.title) || 'Private room';
}
