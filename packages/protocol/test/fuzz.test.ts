import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CodecError,
  decodeBatch,
  decodeCbor,
  decodeReply,
  decodeRequest,
  type Event,
  encodeBatch,
  encodeCbor,
  encodeReply,
  encodeRequest,
  eventSchema,
  type OperationName,
  operations,
  type Request,
  requestSchema,
} from '../src/index.ts';
import { anyValue, valuesOf } from './arbitrary.ts';

const names = Object.keys(operations) as OperationName[];
const requests = fc.oneof(...requestSchema.map(valuesOf)) as fc.Arbitrary<Request>;
const batches = fc.array(valuesOf(eventSchema) as fc.Arbitrary<Event>, { maxLength: 3 });

/** The value, or undefined if it was refused with CodecError; any other error fails the test. */
function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** Some bytes changed, put in, taken out or said again: what a hostile or broken peer makes of a good message. */
function damaged(messages: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const harm = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    drop: fc.nat(4),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc
        .constantFrom(
          'ff',
          'f6',
          'f7',
          'f90000',
          'fb7ff8000000000000',
          '1bffffffffffffffff',
          '9f',
          'bf',
          '5f',
          'c240',
        )
        .map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))),
    ),
  });
  return fc.tuple(messages, fc.array(harm, { minLength: 1, maxLength: 3 })).map(([message, harms]) =>
    harms.reduce((bytes: Uint8Array, { at, drop, put }) => {
      const from = Math.floor(at * bytes.length);
      return new Uint8Array([...bytes.subarray(0, from), ...put, ...bytes.subarray(from + drop)]);
    }, message),
  );
}

const noise = fc.uint8Array({ maxLength: 256 });

describe('[CD8] whatever the bytes, a decoder throws CodecError or gives what [CD2] its encoder would write so', () => {
  const cases: [string, fc.Arbitrary<Uint8Array>][] = [
    ['noise', noise],
    ['a damaged request', damaged(requests.map(encodeRequest))],
    ['a damaged batch', damaged(batches.map(encodeBatch))],
    ['any other value', anyValue.map(encodeCbor)],
  ];
  for (const [name, messages] of cases) {
    test(name, () => {
      fc.assert(
        fc.property(messages, (message) => {
          const value = attempt(() => decodeCbor(message));
          if (value !== undefined) expect(encodeCbor(value)).toEqual(message);
          const request = attempt(() => decodeRequest(message));
          if (request !== undefined) expect(encodeRequest(request)).toEqual(message);
          const batch = attempt(() => decodeBatch(message));
          if (batch !== undefined) expect(encodeBatch(batch)).toEqual(message);
        }),
        { numRuns: 3000 },
      );
    });
  }

  test('any value as the answer to any operation', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.oneof(anyValue, fc.anything()), (name, result) => {
        const reply = attempt(() => decodeReply(name, result));
        if (reply !== undefined) expect(encodeReply(name, reply)).toEqual(result);
      }),
      { numRuns: 3000 },
    );
  });
});

test('[CD4] a request with a field too many, too few or of another kind is refused', () => {
  fc.assert(
    fc.property(requests, fc.nat(), fc.oneof(anyValue, fc.constant(undefined)), (request, pick, value) => {
      const wire = decodeCbor(encodeRequest(request)) as Record<string, unknown>;
      const keys = [...Object.keys(wire), 'more', 'constructor', 'toString'];
      const key = keys[pick % keys.length] ?? '';
      const { [key]: _, ...rest } = wire;
      const changed = value === undefined ? rest : { ...wire, [key]: value };
      const decoded = attempt(() => decodeRequest(encodeCbor(changed)));
      if (decoded !== undefined) expect(encodeRequest(decoded)).toEqual(encodeCbor(changed));
    }),
    { numRuns: 3000 },
  );
});

test('[CD9] a decoded value is not changed by what happens to the message afterwards', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const message = Buffer.from(encodeRequest(request));
      const decoded = decodeRequest(message);
      message.fill(0xff);
      expect(decoded).toEqual(request);
    }),
  );
});
