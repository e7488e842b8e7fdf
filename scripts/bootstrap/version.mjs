// Which Node may do what. Syntax here stays old on purpose: see bootstrap.mjs.

/** The oldest Node that the bootstrap itself supports. */
const OLDEST = [20, 19];
/** The oldest Node that runs the TypeScript sources as they are. */
const RUNS_SOURCES = [24, 0];

/**
 * What to do on a given Node: go on with it (`ready`), fetch a newer one first (`fetch`), or stop (`refuse`).
 * @typedef {{ kind: 'ready' } | { kind: 'fetch' } | { kind: 'refuse', sentence: string }} Verdict
 * @param {string} version such as `20.19.1`
 * @returns {Verdict}
 */
export function judgeNode(version) {
  if (atLeast(version, RUNS_SOURCES)) return { kind: 'ready' };
  if (atLeast(version, OLDEST)) return { kind: 'fetch' };
  return {
    kind: 'refuse',
    sentence:
      `this is Node ${version}, and Aurora needs Node ${OLDEST.join('.')} or newer. ` +
      'Install a current Node from https://nodejs.org or with your package manager, then run the same command again.',
  };
}

/**
 * @param {string} version
 * @param {number[]} least
 */
function atLeast(version, least) {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [leastMajor = 0, leastMinor = 0] = least;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
