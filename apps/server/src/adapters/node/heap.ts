import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's space for new objects at the size that it starts with. Left alone it grows with every storm of newcomers
 * to tens of megabytes that it never gives back, which is more than the sessions themselves need; a relay's objects
 * die at once or live as long as their session, so that it gains nothing by it.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
