import { run } from './child.mjs';
import { commands } from './commands.mjs';
import { Complaint } from './complaint.mjs';
import { ROOT } from './root.mjs';
import { installRuntime } from './runtime.mjs';

/** Set for the second pass, so that a wrong runtime can never make the bootstrap start itself for ever. */
const SECOND_PASS = 'AURORA_BOOTSTRAPPED';

/**
 * Runs one command and ends with its exit code.
 * @param {import('./version.mjs').Verdict} verdict on the Node that runs this
 * @param {string[]} argv the command and what is passed on to it
 */
export async function main(verdict, argv) {
  try {
    process.exitCode = await (verdict.kind === 'ready' ? perform(argv) : performWithNewerNode(argv));
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    process.stderr.write(`Aurora: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/** @param {string[]} argv */
function perform([name = '', ...flags]) {
  const command = commands.get(name);
  if (command) return command(flags);
  throw new Complaint(`there is no command "${name}". Try one of: ${[...commands.keys()].join(', ')}.`);
}

/** @param {string[]} argv */
async function performWithNewerNode(argv) {
  if (process.env[SECOND_PASS]) {
    throw new Complaint(
      `the fetched runtime turned out to be Node ${process.versions.node}. Delete the folder .runtime and try again.`,
    );
  }
  const node = await installRuntime(ROOT);
  return run(node, ['scripts/bootstrap.mjs', ...argv], { cwd: ROOT, env: { [SECOND_PASS]: '1' } });
}
