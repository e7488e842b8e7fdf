import ts from 'typescript';
import type { Check } from './check.ts';
import { importsOf } from './imports.ts';
import { layerOf } from './layers.ts';
import { everyNode, placeOf, readSources, type Source } from './source.ts';

/** Time and chance that come from nowhere: a core that used them could not be run again under a seed. */
const CALLS = new Set(['setTimeout', 'setInterval', 'setImmediate']);
const MEMBERS = new Map([
  ['Date', ['now']],
  ['Math', ['random']],
  ['performance', ['now', 'timeOrigin']],
  ['crypto', ['getRandomValues', 'randomUUID']],
  ['AbortSignal', ['timeout']],
  ['process', ['hrtime', 'uptime']],
]);
const MODULES = /^(node:)?(timers|timers\/promises|perf_hooks)$/;
const RANDOM_IMPORTS = /^(random\w+|webcrypto|getRandomValues)$/;
const GLOBALS = new Set(['globalThis', 'window', 'self']);

export const noAmbient: Check = {
  name: 'no clock or chance in a core',
  run: (root) =>
    readSources(root)
      .filter(({ path }) => layerOf(path) === 'core')
      .flatMap(ambientUses),
};

function ambientUses(source: Source): readonly string[] {
  const found: string[] = [];
  const report = (node: ts.Node, what: string): void => {
    found.push(`${placeOf(source, node)} uses ${what}: a core takes time and chance from its ports`);
  };
  for (const { name, node } of importsOf(source)) if (MODULES.test(name)) report(node, name);
  everyNode(source, (node) => {
    const what = ambientName(node);
    if (what) report(node, what);
  });
  return found;
}

function ambientName(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    const name = globalName(node.expression);
    if (name === 'Date' && (node.arguments ?? []).length === 0) return 'the present Date';
  }
  if (ts.isImportSpecifier(node)) {
    const module = node.parent.parent.parent.moduleSpecifier;
    const imported = (node.propertyName ?? node.name).text;
    if (!ts.isStringLiteral(module) || !/^(node:)?crypto$/.test(module.text)) return undefined;
    return RANDOM_IMPORTS.test(imported) ? imported : undefined;
  }
  if (ts.isPropertyAccessExpression(node)) {
    const owner = globalName(node.expression);
    if (owner && MEMBERS.get(owner)?.includes(node.name.text)) return `${owner}.${node.name.text}`;
  }
  const name = isRead(node) ? globalName(node) : undefined;
  return name && CALLS.has(name) ? name : undefined;
}

/** The name of a global, written plainly or as a member of the global object. */
function globalName(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  return GLOBALS.has(node.expression.text) ? node.name.text : undefined;
}

/** Whether a node reads a variable, rather than name a member, a key or a declaration. */
function isRead(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return true;
  if (!ts.isIdentifier(node)) return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent)) return parent.initializer === node;
  return (
    ts.isCallExpression(parent) || ts.isShorthandPropertyAssignment(parent) || ts.isArrowFunction(parent)
  );
}
