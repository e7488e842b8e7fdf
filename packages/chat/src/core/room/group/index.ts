/** What a visit to the Lounge does without, loaded when it is first needed. */
export { Trust } from '../../trust.ts';
export { Doorstep } from './doorstep.ts';
export { PrivateRoom } from './private-room.ts';
