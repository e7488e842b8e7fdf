import { run } from './child.mjs';
import { ensureChromium } from './chromium.mjs';
import { installPackages } from './packages.mjs';
import { buildPage } from './page.mjs';
import { ROOT } from './root.mjs';

/** What a command does with the flags after its name; resolves to the exit code. @typedef {(flags: string[]) => Promise<number>} Command */

/** Every command by name; each does its own set-up first. @type {Map<string, Command>} */
export const commands = new Map([
  ['start', start],
  ['build', build],
  ['test', test],
  ['check', check],
  ['dev', dev],
  ['look', look],
  ['bench', bench],
]);

/** @type {Command} */
async function start(flags) {
  await installPackages(ROOT, 'start');
  await buildPage(ROOT);
  return node('apps/server/src/main.ts', flags);
}

/** @type {Command} */
async function build() {
  await installPackages(ROOT, 'start');
  await buildPage(ROOT);
  return 0;
}

/** @type {Command} */
async function test(flags) {
  await installPackages(ROOT, 'all');
  const CHROMIUM_PATH = await ensureChromium();
  await buildPage(ROOT);
  return node('node_modules/vitest/vitest.mjs', ['run', ...flags], { CHROMIUM_PATH });
}

/** @type {Command} */
async function check(flags) {
  await installPackages(ROOT, 'all');
  await buildPage(ROOT);
  return node('scripts/check.ts', flags);
}

/** @type {Command} */
async function dev(flags) {
  await installPackages(ROOT, 'all');
  return node('scripts/dev.ts', flags);
}

/** @type {Command} */
async function look(flags) {
  await installPackages(ROOT, 'all');
  const CHROMIUM_PATH = await ensureChromium();
  await buildPage(ROOT);
  return node('scripts/look.ts', flags, { CHROMIUM_PATH });
}

/** @type {Command} */
async function bench(flags) {
  await installPackages(ROOT, 'all');
  return node('bench/main.ts', flags);
}

/**
 * @param {string} script
 * @param {string[]} flags
 * @param {Record<string, string>} [env]
 */
function node(script, flags, env = {}) {
  return run(process.execPath, [script, ...flags], { cwd: ROOT, env });
}
