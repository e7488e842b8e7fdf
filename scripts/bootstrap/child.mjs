import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Complaint } from './complaint.mjs';
import { watchParent } from './orphan.mjs';

/**
 * Runs a program on this terminal and waits for it; resolves to the exit code that the shell would see.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: Record<string, string> }} options `env` is added to the present environment
 * @returns {Promise<number>}
 */
export function run(file, args, { cwd, env = {} }) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
    const release = forwardSignals(child);
    child.on('error', (error) => {
      release();
      reject(new Complaint(`${file} could not be started: ${error.message}`));
    });
    child.on('exit', (code, signal) => {
      release();
      if (signal === 'SIGKILL')
        process.stderr.write('Aurora was ended from outside (SIGKILL). Nothing is lost: start it again.\n');
      resolve(signal ? 128 + signalNumber(signal) : (code ?? 1));
    });
  });
}

/**
 * Runs a program out of sight and gives back what it said.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, shell?: boolean }} options
 * @returns {Promise<{ code: number, output: string }>} code 127 when the program does not exist
 */
export function capture(file, args, { cwd, shell = false }) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    const release = forwardSignals(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => {
      release();
      resolve({ code: 127, output: error.message });
    });
    child.on('close', (code) => {
      release();
      resolve({ code: code ?? 1, output });
    });
  });
}

/**
 * Hands signals on and stays alive to report the child's own ending. A Ctrl-C in a terminal reaches the whole
 * process group, the child included: sending it again would look like a second, impatient Ctrl-C.
 * @param {import('node:child_process').ChildProcess} child
 */
function forwardSignals(child) {
  const interrupt = () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  };
  const terminate = () => child.kill('SIGTERM');
  const hangUp = () => child.kill('SIGHUP');
  process.on('SIGINT', interrupt).on('SIGTERM', terminate).on('SIGHUP', hangUp);
  const unwatch = watchParent(terminate);
  return () => {
    unwatch();
    process.off('SIGINT', interrupt).off('SIGTERM', terminate).off('SIGHUP', hangUp);
  };
}

/** @param {NodeJS.Signals} signal */
function signalNumber(signal) {
  return constants.signals[signal];
}
