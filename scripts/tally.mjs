// The last line of .ci/run: `node scripts/tally.mjs TEST_CODE TEST_JSON CHECK_CODE CHECK_JSON`.
import { readFileSync } from 'node:fs';
import { tally } from './tally/tally.mjs';

const [testCode, testFile = '', checkCode, checkFile = ''] = process.argv.slice(2);
const { passed, failed } = tally([
  { code: Number(testCode), counts: testCounts(read(testFile)) },
  { code: Number(checkCode), counts: read(checkFile) },
]);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

/** A report, or nothing when the command died before it wrote one. @param {string} file */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {{ numPassedTests: number, numFailedTests: number } | undefined} report of Vitest */
function testCounts(report) {
  return report && { passed: report.numPassedTests, failed: report.numFailedTests };
}
