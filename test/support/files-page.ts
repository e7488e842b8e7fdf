import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './folder.ts';

const WEB = fileURLToPath(new URL('../../apps/web', import.meta.url));
const VITE = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url));

/** Builds the page of apps/web/test/files-page with the settings of the real one. */
export async function buildFilesPage(): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await temporaryFolder();
  const out = ['--outDir', folder.path, '--emptyOutDir'];
  const vite = spawn(
    process.execPath,
    [VITE, 'build', 'test/files-page', '--config', 'vite.config.ts', '--logLevel', 'warn', ...out],
    { cwd: WEB, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code] = await once(vite, 'exit');
  if (code !== 0) throw new Error('the page for files could not be built');
  return folder;
}
