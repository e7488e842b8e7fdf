import { basename } from 'node:path';
import { capture } from './child.mjs';
import { Complaint } from './complaint.mjs';
import { explainNpm } from './npm-failure.mjs';

/**
 * Runs npm out of sight; a failure becomes a sentence that says who is at fault and what to try.
 * @param {string} purpose what this was for, as in "fetch the packages"
 * @param {readonly string[]} args
 * @param {string} cwd
 */
export async function npm(purpose, args, cwd) {
  const { file, prefix, shell } = locateNpm();
  const { code, output } = await capture(file, [...prefix, ...args], { cwd, shell });
  if (code !== 0) throw new Complaint(`could not ${purpose}: ${explainNpm(code, output)}`);
}

/** The npm that started us when there is one (another package manager also sets the variable), else the one on the path. */
function locateNpm() {
  const cli = process.env.npm_execpath;
  if (cli && /^npm-cli\.[cm]?js$/.test(basename(cli)))
    return { file: process.execPath, prefix: [cli], shell: false };
  // On Windows npm is a .cmd file, which only a shell can run; every argument we pass is our own constant or path.
  const windows = process.platform === 'win32';
  return { file: windows ? 'npm.cmd' : 'npm', prefix: [], shell: windows };
}
