// Completes package-lock.json after a dependency was changed: `node scripts/lock.mjs`. npm leaves a platform's
// package out of the lock when the registry in use does not carry it, and then `npm ci` fails everywhere.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './bootstrap/root.mjs';
import { completeLock } from './lock/complete.mjs';

const file = join(ROOT, 'package-lock.json');
writeFileSync(file, `${JSON.stringify(completeLock(JSON.parse(readFileSync(file, 'utf8'))), null, 2)}\n`);
