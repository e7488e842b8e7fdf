import { describe, expect, it } from 'vitest';
import { portableLock } from '../check/lock.ts';
import { completeLock } from '../lock/complete.mjs';
import { planted } from './planted.ts';

const parent = { version: '1.0.0', optionalDependencies: { '@x/cli-linux-arm64-musl': '1.0.0' } };
const incomplete = { packages: { '': {}, 'node_modules/x': parent } };
const check = (lock: object) => portableLock.run(planted({ 'package-lock.json': JSON.stringify(lock) }));

describe('the lock file', () => {
  it('may name no address of a registry', async () => {
    const entry = { version: '1.0.0', resolved: 'https://registry.example/x.tgz' };
    expect(await check({ packages: { 'node_modules/x': entry } })).toEqual([
      expect.stringContaining('names an address'),
    ]);
  });

  it('may link to our own packages', async () => {
    expect(
      await check({ packages: { 'node_modules/@aurora/x': { resolved: 'packages/x', link: true } } }),
    ).toEqual([]);
  });

  it('may leave no platform out', async () => {
    expect(await check(incomplete)).toEqual([expect.stringContaining('@x/cli-linux-arm64-musl')]);
  });

  it('is completed with the platform that a package names', async () => {
    const complete = completeLock(incomplete);
    expect(complete.packages['node_modules/@x/cli-linux-arm64-musl']).toEqual({
      version: '1.0.0',
      os: ['linux'],
      cpu: ['arm64'],
      libc: ['musl'],
      optional: true,
    });
    expect(await check(complete)).toEqual([]);
    expect(completeLock(complete)).toEqual(complete);
  });
});
