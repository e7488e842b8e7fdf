import type { ReplyOf } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';

/**
 * Signs an identity out for good. While that is being written its other sessions may do nothing, since an entry that
 * came after would stand in the log without a credential. The asker's own session ends once it has its answer.
 */
export async function retire(
  { ports, live, retirements, rooms, tickets }: Context,
  session: Session,
  { identity }: Account,
): Promise<ReplyOf<'retire'>> {
  await retirements.run(identity, () => ports.directory.retire(identity));
  tickets.revoke({ identity });
  for (const other of live.ofIdentity(identity)) if (other !== session) other.end('retired');
  for (const room of rooms.all()) room.presence.retire(identity);
  return {};
}
