import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

export interface Body {
  readonly bytes: Buffer;
  readonly etag: string;
}

export interface WebFile {
  readonly type: string;
  /** Its name changes whenever it does. */
  readonly immutable: boolean;
  readonly plain: Body;
  readonly br: Body | undefined;
  readonly gzip: Body | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
  '.txt': 'text/plain; charset=utf-8',
};

/** Vite's names: `assets/index-B7nYx2kQ.js`. */
const HASHED = /^\/assets\/.+-[\w-]{8,}\.\w+$/;

function bodyOf(path: string): Body {
  const bytes = readFileSync(path);
  return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"` };
}

function compressed(path: string): Body | undefined {
  return existsSync(path) ? bodyOf(path) : undefined;
}

/**
 * The built page, read once: a request can only name what stands in this map, so that no path leads out of the folder.
 */
export function webFiles(folder: string): ReadonlyMap<string, WebFile> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(br|gz|map)$/.test(entry.name))
    .map((entry): [string, WebFile] => {
      const path = join(entry.parentPath, entry.name);
      const name = `/${relative(folder, path).split(sep).join('/')}`;
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      return [
        name,
        {
          type,
          immutable: HASHED.test(name),
          plain: bodyOf(path),
          br: compressed(`${path}.br`),
          gzip: compressed(`${path}.gz`),
        },
      ];
    });
  return new Map(files);
}
