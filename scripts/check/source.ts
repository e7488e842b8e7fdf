import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A source file of the repository: its path from the root, with `/`, and its script parsed. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly script: ts.SourceFile;
}

const FOLDERS = ['packages', 'apps', 'bench', 'test', 'scripts'];
const NOT_OURS = new Set(['node_modules', 'dist', 'canary', 'generated', 'vectors']);
const SCRIPT = /\.(ts|mjs|js|svelte)$/;
const SVELTE_SCRIPT = /(<script\b[^>]*>)([\s\S]*?)<\/script>/g;

/** Every script and component of the repository's own. */
export function readSources(root: string): readonly Source[] {
  return FOLDERS.flatMap((folder) => walk(root, folder))
    .filter((path) => SCRIPT.test(path))
    .map((path) => parse(path, readFileSync(join(root, path), 'utf8')));
}

/** Where something stands, as an editor can open it. */
export function placeOf(source: Source, node: ts.Node): string {
  const { line } = source.script.getLineAndCharacterOfPosition(node.getStart(source.script));
  return `${source.path}:${line + 1}`;
}

/** Calls `visit` with every node of the file, from the outside in. */
export function everyNode(source: Source, visit: (node: ts.Node) => void): void {
  const descend = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, descend);
  };
  descend(source.script);
}

function parse(path: string, text: string): Source {
  const code = path.endsWith('.svelte') ? scriptOf(text) : text;
  return {
    path,
    text,
    script: ts.createSourceFile(path, code, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS),
  };
}

/** A component's scripts at their own lines; the markup around them is blanked. */
function scriptOf(text: string): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, ' ');
  let code = '';
  let end = 0;
  for (const match of text.matchAll(SVELTE_SCRIPT)) {
    const [, tag = '', body = ''] = match;
    const start = match.index + tag.length;
    code += blank(text.slice(end, start)) + body;
    end = start + body.length;
  }
  return code + blank(text.slice(end));
}

function walk(root: string, folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .filter(({ name }) => !NOT_OURS.has(name) && !name.startsWith('.'))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? walk(root, path) : [path];
    });
}
