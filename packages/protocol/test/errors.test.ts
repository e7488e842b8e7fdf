import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  type AfterClose,
  afterClose,
  type CloseReason,
  closeCodes,
  closeReason,
  errorCodes,
} from '../src/index.ts';

const spec = readFileSync(new URL('../SPEC.md', import.meta.url), 'utf8').replace(/ +/g, ' ');

const after: Record<CloseReason, AfterClose> = {
  protocol_violation: 'stop',
  version_unsupported: 'stop',
  auth_failed: 'stop',
  retired: 'stop',
  too_many_sessions: 'stop',
  going_away: 'reconnect',
  auth_timeout: 'reconnect',
  too_many_sockets: 'reconnect',
  internal: 'reconnect',
  slow_reader: 'resync',
};

test('[ER4] each close code tells Ada what to do', () => {
  for (const reason of Object.keys(closeCodes) as CloseReason[]) {
    expect(afterClose(closeCodes[reason]), reason).toBe(after[reason]);
    expect(closeReason(closeCodes[reason])).toBe(reason);
  }
});

test('[ER4] a code that Ada does not know yet still tells her by its range', () => {
  expect([4050, 4099].map(afterClose)).toEqual(['stop', 'stop']);
  expect([4150, 4199].map(afterClose)).toEqual(['reconnect', 'reconnect']);
  expect([4250, 4299].map(afterClose)).toEqual(['resync', 'resync']);
});

test('[ER5] 1009 stops; every other code is a lost connection', () => {
  expect(afterClose(1009)).toBe('stop');
  for (const code of [1000, 1001, 1005, 1006, 1011, 1012, 1013, 3999, 4300, 0])
    expect(afterClose(code), String(code)).toBe('reconnect');
  expect(closeReason(1006)).toBeUndefined();
});

test('SPEC names every error, and every close reason with its code', () => {
  for (const code of errorCodes) expect(spec).toContain(`| \`${code}\` |`);
  for (const [reason, code] of Object.entries(closeCodes))
    expect(spec).toContain(`| \`${reason}\` | ${code} |`);
});

test('SPEC gives each number to one rule', () => {
  const numbers = [...spec.matchAll(/^- \*\*\[([A-Z]{2}\d+)\]\*\*/gm)].map(([, number]) => number);
  expect(numbers.length).toBeGreaterThan(100);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const [, cited] of spec.matchAll(/\[([A-Z]{2}\d+)\]/g)) expect(numbers).toContain(cited);
});
