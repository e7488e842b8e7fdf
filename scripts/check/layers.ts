import type { Check } from './check.ts';
import { importsOf, targetOf } from './imports.ts';
import { placeOf, readSources, type Source } from './source.ts';

/** Where the relay and the headless client keep their sources. */
const LAYERED = ['apps/server/src/', 'packages/chat/src/'];

/** From the inside out; a layer may import itself and what is inside of it. */
const ORDER = ['core', 'adapters', 'main'] as const;
type Layer = (typeof ORDER)[number];

/** The layer of a file: files directly in `src` wire things together, `adapters/` touch the world, all else is core. */
export function layerOf(path: string): Layer | undefined {
  const home = LAYERED.find((folder) => path.startsWith(folder));
  if (!home) return undefined;
  const [first, ...rest] = path.slice(home.length).split('/');
  if (rest.length === 0) return 'main';
  return first === 'adapters' ? 'adapters' : 'core';
}

export const layerRule: Check = {
  name: 'layers: core, adapters, main',
  run: (root) => readSources(root).flatMap(outwardImports),
};

function outwardImports(source: Source): readonly string[] {
  const layer = layerOf(source.path);
  if (!layer) return [];
  return importsOf(source).flatMap(({ name, node }) => {
    const target = targetOf(source, name);
    const other = target && layerOf(target);
    if (!other || ORDER.indexOf(other) <= ORDER.indexOf(layer)) return [];
    return [`${placeOf(source, node)} (${layer}) imports ${target} (${other}): dependencies point inwards`];
  });
}
