import { writeFileSync } from 'node:fs';
import { deterministic, random } from './help/frozen.ts';

/* Writes vectors/frozen.json anew: only together with a new version number in what changed. See vectors/README.md. */

if (process.argv[2] !== '--overwrite') {
  console.error('This changes what old messages must look like. If that is meant, say --overwrite.');
  process.exit(1);
}
const frozen = { ...(await deterministic()), ...(await random()) };
writeFileSync(new URL('vectors/frozen.json', import.meta.url), `${JSON.stringify(frozen, null, 2)}\n`);
