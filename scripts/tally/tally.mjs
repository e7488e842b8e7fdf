/**
 * The sum of what commands reported. A command that failed although it counted no failure (a file that does not load,
 * a crash), or that proved nothing at all, counts as one failure: a broken run must never read as a green one.
 * @param {{ code: number, counts: { passed: number, failed: number } | undefined }[]} commands
 */
export function tally(commands) {
  let passed = 0;
  let failed = 0;
  for (const { code, counts } of commands) {
    passed += counts?.passed ?? 0;
    failed += counts?.failed || (code === 0 && counts && counts.passed > 0 ? 0 : 1);
  }
  return { passed, failed };
}
