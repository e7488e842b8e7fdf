import { posix } from 'node:path';
import ts from 'typescript';
import { everyNode, type Source } from './source.ts';

/** One import, re-export or `import()` of a file. */
export interface Import {
  readonly name: string;
  readonly node: ts.Node;
  /** Whether it is gone when the types are stripped. `import { type A }` is not: an empty import remains. */
  readonly erased: boolean;
}

/** What a file imports, types included: a wrong dependency of types is a wrong dependency. */
export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = [];
  everyNode(source, (node) => {
    const specifier = specifierOf(node);
    if (specifier && ts.isStringLiteralLike(specifier)) {
      found.push({ name: specifier.text, node, erased: isErased(node) });
    }
  });
  return found;
}

/** The path from the root that a relative import of a file leads to; nothing for a package. */
export function targetOf(source: Source, name: string): string | undefined {
  if (!name.startsWith('.')) return undefined;
  return posix.join(posix.dirname(source.path), name.replace(/\?.*$/, ''));
}

function isErased(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  return ts.isImportTypeNode(node) || (ts.isExportDeclaration(node) && node.isTypeOnly);
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return node.arguments[0];
  return undefined;
}
