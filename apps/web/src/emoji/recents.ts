import { recall, remember } from '../state/local.ts';

const MOST = 18;

/** Characters this person chose last, newest first. */
export function recentEmoji(): readonly string[] {
  return (recall('emoji') ?? '').split(' ').filter((character) => character !== '');
}

export function rememberEmoji(character: string): void {
  const others = recentEmoji().filter((other) => other !== character);
  remember('emoji', [character, ...others].slice(0, MOST).join(' '));
}
