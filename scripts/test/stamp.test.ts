import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasPackages } from '../bootstrap/packages.mjs';
import { hashOf, readStamp, writeStamp } from '../bootstrap/stamp.mjs';
import { planted } from './planted.ts';

describe('the hash over sources', () => {
  it('changes with a content, a name and a new file', () => {
    const root = planted({ 'src/a.ts': 'a', 'src/b.ts': 'b' });
    const hashes = new Set([hashOf(root, ['src'])]);
    writeFileSync(join(root, 'src/a.ts'), 'A');
    hashes.add(hashOf(root, ['src']));
    writeFileSync(join(root, 'src/c.ts'), '');
    hashes.add(hashOf(root, ['src']));
    rmSync(join(root, 'src/b.ts'));
    hashes.add(hashOf(root, ['src']));
    expect(hashes.size).toBe(4);
  });

  it('does not change with what no build reads', () => {
    const root = planted({ 'src/a.ts': 'a' });
    const before = hashOf(root, ['src', 'absent']);
    writeStamp(join(root, 'src/node_modules/x.js'), 'x');
    writeStamp(join(root, 'src/dist/x.js'), 'x');
    writeStamp(join(root, 'src/.cache'), 'x');
    expect(hashOf(root, ['src', 'absent'])).toBe(before);
  });

  it('reads nothing where no stamp is', () => {
    expect(readStamp(join(planted({}), 'stamp'))).toBeUndefined();
  });
});

describe('whether the packages are there', () => {
  const lock = JSON.stringify({
    packages: { '': {}, 'node_modules/ws': { version: '8.0.0', integrity: 'sha512-a' } },
  });

  it('not in a clean clone', () => {
    expect(hasPackages(planted({ 'package-lock.json': lock }), 'start')).toBe(false);
  });

  it('when npm itself recorded the same versions', () => {
    const root = planted({ 'package-lock.json': lock, 'node_modules/.package-lock.json': lock });
    expect(hasPackages(root, 'all')).toBe(true);
  });

  it('not when the lock file moved on', () => {
    const root = planted({
      'package-lock.json': lock.replace('8.0.0', '8.0.1'),
      'node_modules/.package-lock.json': lock,
    });
    expect(hasPackages(root, 'all')).toBe(false);
  });

  it('enough to start is not enough to test', () => {
    const root = planted({ 'package-lock.json': lock });
    writeStamp(join(root, 'node_modules/.aurora/packages'), `start ${hashOf(root, ['package-lock.json'])}`);
    expect(hasPackages(root, 'start')).toBe(true);
    expect(hasPackages(root, 'all')).toBe(false);
  });
});
