import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingOptionals } from '../lock/complete.mjs';
import type { Check } from './check.ts';

/** A lock file that works anywhere: no registry's address in it, and no platform's packages left out. */
export const portableLock: Check = {
  name: 'lock file',
  run: (root) => {
    const lock: Parameters<typeof missingOptionals>[0] = JSON.parse(
      readFileSync(join(root, 'package-lock.json'), 'utf8'),
    );
    const addresses = Object.entries(lock.packages)
      .filter(([, { resolved, link }]) => resolved !== undefined && !link)
      .map(([path, { resolved }]) => `${path} names an address: ${resolved}`);
    const missing = missingOptionals(lock).map(
      ([name]) => `${name} has no entry, so "npm ci" fails: run "node scripts/lock.mjs"`,
    );
    return [...addresses, ...missing];
  },
};
