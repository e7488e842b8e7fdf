import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Folders whose contents never change what a build makes. */
const IGNORED = new Set(['node_modules', 'dist', 'test']);

/**
 * One hash over files and folders: the names and contents of all that is in them.
 * @param {string} root names are taken relative to it
 * @param {readonly string[]} paths relative to root; those that do not exist count as absent
 */
export function hashOf(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of walk(join(root, path))) {
      const bytes = readFileSync(file);
      hash.update(`${relative(root, file).replaceAll('\\', '/')}\0${bytes.length}\0`).update(bytes);
    }
  }
  return hash.digest('hex');
}

/**
 * The text that a stamp file holds, or nothing when there is none.
 * @param {string} file
 */
export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} file @param {string} text */
export function writeStamp(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Every file in a folder in a fixed order, or the file itself. @param {string} path @returns {string[]} */
function walk(path) {
  try {
    const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    return entries
      .filter((entry) => !IGNORED.has(entry.name) && !entry.name.startsWith('.'))
      .flatMap((entry) => walk(join(path, entry.name)));
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ENOTDIR') return [path];
    if (code === 'ENOENT') return [];
    throw error;
  }
}
