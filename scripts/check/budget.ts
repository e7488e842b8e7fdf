import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import type { Check } from './check.ts';

/** What a first visit may cost, in bytes after gzip. */
const BUDGETS = { js: 100_000, css: 14_000 };

/** What the page loads before a person can type: scripts and styles of index.html, and all they import statically. */
export const bundleBudget: Check = {
  name: 'bundle budget',
  run: (root) => {
    const dist = join(root, 'apps/web/dist');
    const initial = initialFiles(dist);
    if (!initial.some((path) => path.endsWith('.js')))
      return ['apps/web/dist/index.html loads no script at all'];
    return (['js', 'css'] as const).flatMap((kind) => {
      const files = initial.filter((path) => path.endsWith(`.${kind}`));
      const sizes = files.map((path) => ({
        path,
        size: gzipSync(readFileSync(join(dist, path)), { level: 9 }).length,
      }));
      const total = sizes.reduce((sum, { size }) => sum + size, 0);
      if (total <= BUDGETS[kind]) return [];
      const parts = sizes.map(({ path, size }) => `${path} ${size}`).join(', ');
      return [
        `initial ${kind} is ${total} bytes gzipped, ${total - BUDGETS[kind]} over ${BUDGETS[kind]}: ${parts}`,
      ];
    });
  },
};

function initialFiles(dist: string): readonly string[] {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const queue = [...html.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="\/?([^"]+\.(?:js|css))"/g)].map(
    ([, path]) => path,
  );
  const found = new Set<string>();
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    if (path.endsWith('.js')) queue.push(...staticImports(path, readFileSync(join(dist, path), 'utf8')));
  }
  return [...found];
}

function staticImports(path: string, code: string): readonly string[] {
  const { statements } = ts.createSourceFile(path, code, ts.ScriptTarget.ESNext);
  return statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const name = statement.moduleSpecifier;
    return name && ts.isStringLiteral(name) ? [posix.join(posix.dirname(path), name.text)] : [];
  });
}
