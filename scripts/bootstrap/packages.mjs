import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { note } from './note.mjs';
import { npm } from './npm.mjs';
import { applyPatches } from './patches.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

/** What `npm start` needs: the relay, the page and what builds it; no test, lint or benchmark tools. */
const TO_START = ['--workspace', '@aurora/server', '--workspace', '@aurora/web'];

/**
 * Installs what package-lock.json names unless it is there already, and mends it where it has to be.
 * @param {string} root
 * @param {'start' | 'all'} scope
 */
export async function installPackages(root, scope) {
  if (!hasPackages(root, scope)) await install(root, scope);
  applyPatches(root);
}

/** @param {string} root @param {'start' | 'all'} scope */
async function install(root, scope) {
  note('installing packages (once) …');
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
  await npm('install the packages', ['ci', ...quiet, ...(scope === 'start' ? TO_START : [])], root);
  writeStamp(stampOf(root), stampText(root, scope));
}

/**
 * Whether node_modules holds what the lock file names, by our own stamp or by npm's own record of what it installed.
 * @param {string} root
 * @param {'start' | 'all'} scope
 */
export function hasPackages(root, scope) {
  const stamp = readStamp(stampOf(root));
  if (stamp === stampText(root, 'all')) return true;
  if (scope === 'start' && stamp === stampText(root, 'start')) return true;
  return npmInstalledAll(root);
}

/** @param {string} root */
const stampOf = (root) => join(root, 'node_modules', '.aurora', 'packages');

/** @param {string} root @param {'start' | 'all'} scope */
const stampText = (root, scope) => `${scope} ${hashOf(root, ['package-lock.json'])}`;

/**
 * A person may have run `npm install` by hand, which leaves no stamp of ours; wiping that would be rude and slow.
 * @param {string} root
 */
function npmInstalledAll(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = packagesOf(record);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(([path, wanted]) => {
    if (!path.includes('node_modules/') || wanted.optional || wanted.devOptional || wanted.peer) return true;
    const found = installed[path];
    return found !== undefined && found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: true, devOptional?: true, peer?: true }} Locked
 * @param {string} file
 * @returns {Record<string, Locked>}
 */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
