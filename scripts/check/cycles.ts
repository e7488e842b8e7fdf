import type { Check } from './check.ts';
import { importsOf, targetOf } from './imports.ts';
import { readSources } from './source.ts';

/** Of imports that run; types may refer to each other, as a session and its room do. */
export const noCycles: Check = {
  name: 'no import cycles',
  run: (root) => {
    const sources = readSources(root);
    const known = new Set(sources.map(({ path }) => path));
    const graph = new Map(
      sources.map((source) => {
        const targets = importsOf(source).map(({ name, erased }) =>
          erased ? undefined : targetOf(source, name),
        );
        return [source.path, targets.filter((target) => target !== undefined && known.has(target))] as const;
      }),
    );
    return cyclesOf(graph).map((cycle) => `${cycle.join(' → ')} → ${cycle[0]}`);
  },
};

/** One path for each way back that a depth-first walk meets, so every cycle leaves at least one line. */
function cyclesOf(
  graph: ReadonlyMap<string, readonly (string | undefined)[]>,
): readonly (readonly string[])[] {
  const done = new Set<string>();
  const trail: string[] = [];
  const cycles: (readonly string[])[] = [];
  const visit = (path: string): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) cycles.push(trail.slice(seenAt));
    if (seenAt >= 0 || done.has(path)) return;
    trail.push(path);
    for (const next of graph.get(path) ?? []) if (next) visit(next);
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return cycles;
}
