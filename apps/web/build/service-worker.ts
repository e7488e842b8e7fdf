import { join } from 'node:path';
import { build, type Connect, type Plugin } from 'vite';

const ADDRESS = '/sw.js';
const SOURCE = join(import.meta.dirname, '../src/sw.ts');

/** The worker as one classic script: not every browser takes modules for service workers, nor parts that the page shares. */
async function bundled(): Promise<string> {
  const built = await build({
    configFile: false,
    root: join(import.meta.dirname, '..'),
    logLevel: 'warn',
    publicDir: false,
    build: {
      target: 'es2024',
      write: false,
      rolldownOptions: {
        input: SOURCE,
        output: { format: 'iife', entryFileNames: 'sw.js' },
      },
    },
  });
  const outputs = Array.isArray(built) ? built : 'output' in built ? [built] : [];
  const [chunk] = outputs.flatMap(({ output }) => output);
  if (chunk?.type !== 'chunk') throw new Error(`${SOURCE} gave no script`);
  return chunk.code;
}

/** The addresses that only the worker answers: a server that gave the page there would run it in a hidden frame. */
const noPage: Connect.NextHandleFunction = (request, response, next) => {
  if (!request.url?.startsWith('/saved/')) return next();
  response.statusCode = 404;
  response.end('Not found.');
};

/**
 * Gives the service worker an address that stays, since a browser asks there for a new version: `/sw.js`, in the build and while
 * Vite serves the page.
 */
export function serviceWorker(): Plugin {
  return {
    name: 'aurora:service-worker',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: ADDRESS.slice(1), source: await bundled() });
    },
    configureServer({ middlewares }) {
      middlewares.use(noPage);
      middlewares.use(ADDRESS, (_request, response, next) => {
        bundled().then((code) => {
          response.setHeader('Content-Type', 'text/javascript');
          response.setHeader('Cache-Control', 'no-cache');
          response.end(code);
        }, next);
      });
    },
    configurePreviewServer({ middlewares }) {
      middlewares.use(noPage);
    },
  };
}
