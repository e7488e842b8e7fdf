import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findChromium } from '../bootstrap/chromium.mjs';
import { planted } from './planted.ts';

describe('finding a browser', () => {
  it('takes the one that the person names', () => {
    const path = join(planted({ browser: '' }), 'browser');
    expect(findChromium({ CHROMIUM_PATH: path })).toBe(path);
    expect(findChromium({ CHROME: path })).toBe(path);
  });

  it('does not silently take another when the named one is missing', () => {
    expect(() => findChromium({ CHROMIUM_PATH: '/nowhere/chromium' })).toThrow(
      /CHROMIUM_PATH names \/nowhere/,
    );
  });

  it('looks along the path', () => {
    const folder = planted({ 'google-chrome': '' });
    expect(findChromium({ PATH: folder })).toBe(join(folder, 'google-chrome'));
  });
});
