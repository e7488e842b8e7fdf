import { describe, expect, it } from 'vitest';
import { tally } from '../tally/tally.mjs';

const green = { code: 0, counts: { passed: 3, failed: 0 } };

describe('the last line of a proof', () => {
  it('adds up what the commands counted', () => {
    expect(tally([green, { code: 1, counts: { passed: 4, failed: 2 } }])).toEqual({ passed: 7, failed: 2 });
  });

  it.each([
    ['left no report', { code: 1, counts: undefined }],
    ['ended well without a report', { code: 0, counts: undefined }],
    ['proved nothing', { code: 0, counts: { passed: 0, failed: 0 } }],
    ['failed beside its tests', { code: 1, counts: { passed: 9, failed: 0 } }],
  ])('is not green when a command %s', (_, command) => {
    expect(tally([green, command]).failed).toBe(1);
  });
});
