import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { short } from '../measure/table.ts';
import type { Scenario } from '../scenario.ts';

const dist = fileURLToPath(new URL('../../../apps/web/dist/', import.meta.url));

interface Asset {
  readonly name: string;
  readonly words: string;
  readonly gzip: number;
}

function assets(): Asset[] {
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(js|css|html)$/.test(file))
    .map((file) => {
      const bytes = readFileSync(join(dist, file));
      return {
        name: basename(file),
        words: bytes.toString('utf8'),
        gzip: gzipSync(bytes, { level: 9 }).length,
      };
    });
}

/** What an asset loads by itself, without waiting for the person: all it names but what it imports when needed. */
function loads(asset: Asset, all: readonly Asset[]): Asset[] {
  const later = new Set(
    [...asset.words.matchAll(/import\(\s*["'`]([^"'`]+)["'`]/g)].map(([, path = '']) => basename(path)),
  );
  // Vite's own list of what comes along with those.
  const words = asset.words.replace(/\bm\.f=\[[^\]]*\]/g, '');
  return all.filter(({ name }) => name !== asset.name && !later.has(name) && words.includes(name));
}

function initial(all: readonly Asset[]): Asset[] {
  const found = new Set(all.filter(({ name }) => name === 'index.html'));
  for (const asset of found) for (const next of loads(asset, all)) found.add(next);
  return [...found];
}

export const bundle: Scenario = {
  name: 'bundle',
  title: 'Page: what a browser loads before anybody can type',
  async run() {
    if (!existsSync(dist)) {
      return {
        heading: ['page'],
        rows: [],
        notes: ['apps/web is not built: run `npm start` once'],
        verdicts: [],
      };
    }
    const loaded = initial(assets());
    const sum = (kind: string) =>
      loaded.filter(({ name }) => name.endsWith(kind)).reduce((total, { gzip }) => total + gzip, 0) / 1000;
    return {
      heading: ['file', 'kB gzip'],
      rows: loaded.map(({ name, gzip }) => [name, short(gzip / 1000)]),
      notes: ['page, engine and whatever they load at once'],
      verdicts: [
        { what: 'initial JavaScript', measured: sum('.js'), unit: 'kB', bound: 'at most', budget: 100 },
        { what: 'initial CSS', measured: sum('.css'), unit: 'kB', bound: 'at most', budget: 14 },
      ],
    };
  },
};
