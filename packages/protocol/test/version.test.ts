import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { eventSchema, operations, requestSchema, SUBPROTOCOL, VERSION } from '../src/index.ts';

/**
 * When this fails you have changed the wire. If an older peer would misread the change, raise VERSION and SUBPROTOCOL;
 * either way write the new hash here, change SPEC.md, and say in the commit why old and new may meet.
 */
const KNOWN = { version: 1, hash: 'b8ffcec6d9cdd32fa525e639981bee2ce00b5f296f0aa6678c53ce73c7a375cd' };

test('[CD10] the wire does not change by accident', () => {
  const replies = Object.entries(operations).map(([name, { reply }]) => `${name}:${reply.schema}`);
  const schema = [...requestSchema, ...replies, eventSchema].join('\n');
  const hash = createHash('sha256').update(schema).digest('hex');
  expect({ version: VERSION, hash }).toEqual(KNOWN);
});

test('[TR1] the subprotocol carries the version', () => {
  expect(SUBPROTOCOL).toBe(`aurora.${VERSION}`);
});
