import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Complaint } from './complaint.mjs';

/**
 * @typedef {{ readonly from: string, readonly to: string }} Change one place in a file, which must be there exactly once
 * @typedef {{ readonly name: string, readonly version: string, readonly file: string, readonly changes: readonly Change[] }} Patch
 */

/**
 * Faults of packages that we cannot wait for upstream to mend. A patch belongs to one version: with a newer one look whether it is
 * still needed, and delete it if not.
 * @type {readonly Patch[]}
 */
export const patches = [
  {
    // RFC 9420 section 7.9: who joins a group checks that each node between an unmerged leaf and the parent that lists it lists
    // it too. The library wants every node from that leaf up to the root to list the very same leaves, and so refuses groups
    // that are in order, as soon as two members were added in different places.
    name: 'ts-mls',
    version: '1.6.4',
    file: 'dist/src/clientState.js',
    changes: [
      {
        from: '!== "leaf" && !dp.includes(toNodeIndex(i))',
        to: '!== "leaf" || !dp.includes(toNodeIndex(i))',
      },
      { from: 'of dp) {', to: 'of dp.slice(0, dp.indexOf(toNodeIndex(i)))) {' },
      {
        from: '!arraysEqual(dpNode.parent.unmergedLeaves, n.parent.unmergedLeaves)',
        to: '!dpNode.parent.unmergedLeaves.includes(unmergedLeaf)',
      },
    ],
  },
];

/**
 * Mends the packages that are installed. Doing so again changes nothing; a package that is not the one a patch was made for is
 * never touched, and nothing runs without its patch.
 * @param {string} root
 * @param {readonly Patch[]} all
 */
export function applyPatches(root, all = patches) {
  for (const { name, version, file, changes } of all) {
    const folder = join(root, 'node_modules', name);
    if (!existsSync(folder)) continue;
    const path = join(folder, file);
    const before = readFileSync(path, 'utf8');
    const installed = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
    const after = installed === version ? changes.reduce(changed, before) : undefined;
    if (after === undefined) throw new Complaint(refusal(name, version));
    if (after !== before) writeFileSync(path, after);
  }
}

/** The text with one change made, or as it is when it was made before. @param {string | undefined} text @param {Change} change */
function changed(text, { from, to }) {
  if (text === undefined) return undefined;
  const times = (/** @type {string} */ part) => text.split(part).length - 1;
  if (times(to) === 1 && times(from) === 0) return text;
  return times(from) === 1 && times(to) === 0 ? text.replace(from, () => to) : undefined;
}

/** @param {string} name @param {string} version */
const refusal = (name, version) =>
  `the installed ${name} is not ${version} as published, which Aurora mends in one place. Delete node_modules and try again.`;
