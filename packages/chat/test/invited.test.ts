import { describe, expect, it } from 'vitest';
import { MOST_INVITED, MOST_OF_INVITER, mayComeIn } from '../src/core/invited.ts';
import { identityNo } from './support/present.ts';

const rooms = (count: number, by: number | null, ended: 'left' | 'removed' | null = null) =>
  Array.from({ length: count }, () => ({ inviter: by === null ? null : identityNo(by), ended }));

describe('rooms that others put this device into', () => {
  it('are so many of one inviter, and no hindrance for another', () => {
    expect(mayComeIn(rooms(MOST_OF_INVITER - 1, 1), identityNo(1))).toBe(true);
    expect(mayComeIn(rooms(MOST_OF_INVITER, 1), identityNo(1))).toBe(false);
    expect(mayComeIn(rooms(MOST_OF_INVITER, 1), identityNo(2))).toBe(true);
  });

  it('are so many in all, without those that one made or is not in any more', () => {
    const crowd = Array.from({ length: MOST_INVITED }, (_, at) => rooms(1, at + 1)).flat();
    expect(mayComeIn(crowd.slice(1), identityNo(1))).toBe(true);
    expect(mayComeIn(crowd, identityNo(9_999))).toBe(false);
    expect(mayComeIn([...rooms(900, null), ...rooms(900, 1, 'left')], identityNo(1))).toBe(true);
  });
});
