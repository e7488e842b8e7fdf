import { writeFileSync } from 'node:fs';
import { deterministic, random } from './help/frozen.ts';
import { groupsDeterministic, groupsRandom } from './help/frozen-groups.ts';

/* Writes one file of vectors anew: only together with a new version number in what changed. See vectors/README.md. */

const files = {
  frozen: async () => ({ ...(await deterministic()), ...(await random()) }),
  'frozen-groups': async () => ({ ...(await groupsDeterministic()), ...(await groupsRandom()) }),
} as const;

const [name = '', consent] = process.argv.slice(2);
if (!Object.hasOwn(files, name) || consent !== '--overwrite') {
  console.error(
    'This changes what old messages must look like. If that is meant, name a file and say --overwrite:',
  );
  console.error(`  ${Object.keys(files).join(' | ')} --overwrite`);
  process.exit(1);
}
const made = await files[name as keyof typeof files]();
writeFileSync(new URL(`vectors/${name}.json`, import.meta.url), `${JSON.stringify(made, null, 2)}\n`);
