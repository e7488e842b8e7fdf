import type { Check } from './check.ts';
import { importsOf, targetOf } from './imports.ts';
import { placeOf, readSources, type Source } from './source.ts';

/** The rule: which of the repository's packages a package may import. A server that cannot import crypto cannot read. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': [],
  'packages/crypto': ['protocol'],
  'packages/chat': ['protocol', 'crypto'],
  'apps/server': ['protocol'],
  'apps/web': ['protocol', 'chat'],
  'apps/cli': ['protocol', 'chat'],
};

/** Libraries that do cryptography: one package wraps them, so that there is one place to read and to review. */
const CRYPTO_LIBRARY = /^(@hpke\/|@noble\/|ts-mls(\/|$)|mlkem(\/|$))/;

export const dependencyRule: Check = {
  name: 'dependency rule',
  run: (root) => readSources(root).flatMap(wrongImports),
};

function wrongImports(source: Source): readonly string[] {
  const home = source.path.split('/').slice(0, 2).join('/');
  const allowed = MAY_IMPORT[home];
  return importsOf(source).flatMap(({ name, node }) => {
    const place = placeOf(source, node);
    if (CRYPTO_LIBRARY.test(name) && home !== 'packages/crypto') {
      return [`${place} imports ${name}: only packages/crypto may import a crypto library`];
    }
    if (!allowed) return [];
    const target = targetOf(source, name);
    if (target && !target.startsWith(`${home}/`)) {
      return [`${place} reaches into ${target}: other packages are imported by their name`];
    }
    const other = /^@aurora\/([^/]+)/.exec(name)?.[1];
    if (!other || allowed.includes(other) || home.endsWith(`/${other}`)) return [];
    return [`${place} imports ${name}: ${home} may import ${allowed.join(' and ') || 'no other package'}`];
  });
}
