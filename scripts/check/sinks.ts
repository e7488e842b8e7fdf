import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import { readSources } from './source.ts';

/** Ways for text to become markup or code, or to need an exception in the page's policy. */
const SINKS: readonly (readonly [RegExp, string])[] = [
  [/\{@html\b/, '{@html}'],
  [/\b(inner|outer)HTML\b/, 'innerHTML or outerHTML'],
  [/\binsertAdjacentHTML\b/, 'insertAdjacentHTML'],
  [/\bcreateContextualFragment\b|\bparseFromString\b|\bsetHTMLUnsafe\b/, 'a parser of markup'],
  [/\bdocument\.write(ln)?\b/, 'document.write'],
  [/\beval\s*\(|\bnew Function\b/, 'code from a string'],
  [/\bsrcdoc\b/, 'srcdoc'],
  [/javascript:/i, 'a javascript: address'],
];

/** Sinks that only markup can have: what the policy refuses inside a page. */
const MARKUP_SINKS: readonly (readonly [RegExp, string])[] = [
  [/\sstyle="[^"{]*"/, 'a style attribute'],
  [/<script(?![^>]*\b(src|lang|module)\b)[^>]*>/, 'a script inside the page'],
];

export const noUnsafeSinks: Check = {
  name: 'no unsafe sinks',
  run: (root) => {
    const page = join(root, 'apps/web/index.html');
    const html = existsSync(page) ? [{ path: 'apps/web/index.html', text: readFileSync(page, 'utf8') }] : [];
    const shipped = readSources(root).filter(({ path }) =>
      /^(packages|apps)\/[^/]+\/(src|public)\//.test(path),
    );
    return [...html, ...shipped].flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, i) => sinksIn(path, line).map((what) => `${path}:${i + 1} has ${what}`)),
    );
  },
};

function sinksIn(path: string, line: string): readonly string[] {
  const markup = path.endsWith('.html')
    ? MARKUP_SINKS
    : path.endsWith('.svelte')
      ? MARKUP_SINKS.slice(0, 1)
      : [];
  return [...SINKS, ...markup].filter(([pattern]) => pattern.test(line)).map(([, what]) => what);
}
