import { describe, expect, it } from 'vitest';
import { RUNTIME_VERSION, runtimePackage } from '../bootstrap/runtime.mjs';
import { judgeNode } from '../bootstrap/version.mjs';

describe('the runtime that an older Node fetches', () => {
  it('is one that runs the sources', () => {
    expect(judgeNode(RUNTIME_VERSION)).toEqual({ kind: 'ready' });
  });

  it.each([
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['darwin', 'x64'],
    ['darwin', 'arm64'],
    ['win32', 'x64'],
    ['win32', 'arm64'],
  ])('exists for %s %s, pinned by its hash', (platform, arch) => {
    expect(runtimePackage(platform, arch).integrity).toMatch(/^sha512-[\w+/]{86}==$/);
  });

  it('is not promised for a platform that has none', () => {
    expect(() => runtimePackage('sunos', 'sparc')).toThrow(/Install Node 24 or newer yourself/);
  });
});
