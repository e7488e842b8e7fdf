import { type Invite, readInvite } from '../text/invite.ts';

/**
 * Takes an invite out of the address bar: its secret must not stay where a bookmark, a screenshot or the list of visited
 * pages would keep it.
 */
export function takeInvite(): Invite | 'malformed' | null {
  const invite = readInvite(location.hash);
  if (invite !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return invite;
}
