import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What a tool of node_modules ended with and said. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a script of node_modules with this Node. */
export function runTool(root: string, script: string, args: readonly string[]): Promise<Outcome> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };
  const path = join(root, 'node_modules', script);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path, ...args], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** A tool's output as problems when it failed; a tool that fails in silence is a problem as well. */
export function problemsOf({ code, output }: Outcome): readonly string[] {
  if (code === 0) return [];
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.length > 0 ? lines : [`failed with exit code ${code} and said nothing`];
}
