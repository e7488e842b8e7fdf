import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './child.mjs';
import { Complaint } from './complaint.mjs';
import { note } from './note.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

/** All that the built page is made from. */
const SOURCES = [
  'apps/web',
  'packages/protocol',
  'packages/crypto',
  'packages/chat',
  'package-lock.json',
  'scripts/bootstrap/patches.mjs',
];

/**
 * Builds the web page into apps/web/dist unless the one there was made from the same sources.
 * @param {string} root
 */
export async function buildPage(root) {
  const stamp = join(root, 'node_modules', '.aurora', 'page');
  const sources = hashOf(root, SOURCES);
  if (existsSync(join(root, 'apps/web/dist/index.html')) && readStamp(stamp) === sources) return;
  note('building the page …');
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const { code, output } = await capture(process.execPath, [vite, 'build'], { cwd: join(root, 'apps/web') });
  if (code !== 0) throw new Complaint(`the page could not be built:\n${output.trim()}`);
  writeStamp(stamp, sources);
}
