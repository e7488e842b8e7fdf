import {
  acceptKeys,
  CryptoError,
  type Device,
  missingEpochs,
  type OpenRoom,
  openGrant,
} from '@aurora/crypto';
import type { Delivery } from '@aurora/protocol';
import type { Members } from '../../members.ts';
import type { RoomLog } from '../log.ts';

interface Ports {
  readonly device: Device;
  readonly members: Members;
}

/** Takes the keys out of a grant. One that is none changes nothing: asking others goes on. */
export async function takeGrant(
  log: RoomLog<OpenRoom>,
  { device, members }: Ports,
  { sender, frame }: Delivery,
): Promise<void> {
  const from = (await members.of([sender])).get(sender);
  if (from === undefined || log.progress === null) return;
  // Several members answer; who has everything need not open what the later ones say.
  if (missingEpochs(log.keys).length === 0 && log.chain !== null) return;
  try {
    const { keys, chain } = await openGrant({ room: log.room, device, from, frame });
    const { state, taken, refused } = await acceptKeys(log.keys, keys);
    // Anybody may deliver: who has not the true keys is no member whose word for the chain would count.
    const credible = refused.length === 0 && state.members.has(from.id);
    if (chain !== null && credible) log.vouch([chain.seq, chain.chain]);
    if (taken.length > 0) await log.unlock(state);
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
  }
}
