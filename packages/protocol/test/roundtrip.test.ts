import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeBatch,
  decodeReply,
  decodeRequest,
  type Event,
  encodeBatch,
  encodeReply,
  encodeRequest,
  eventSchema,
  type OperationName,
  operations,
  type ReplyOf,
  type Request,
  type RequestId,
  requestSchema,
} from '../src/index.ts';
import { valuesOf } from './arbitrary.ts';

const names = Object.keys(operations) as OperationName[];

describe('what Ada asks is what the relay reads', () => {
  for (const [index, name] of names.entries()) {
    test(`[CD1] the request ${name}`, () => {
      const requests = valuesOf(requestSchema[index] ?? '') as fc.Arbitrary<Request>;
      fc.assert(
        fc.property(requests, (request) => {
          expect(request.type).toBe(name);
          expect(decodeRequest(encodeRequest(request))).toEqual(request);
        }),
      );
    });
  }
});

describe('what the relay answers is what Ada reads', () => {
  for (const name of names) {
    test(`[OP1] the reply to ${name}`, () => {
      const replies = valuesOf(operations[name].reply.schema) as fc.Arbitrary<ReplyOf<typeof name>>;
      fc.assert(
        fc.property(replies, (reply) => {
          const request = 7 as RequestId;
          const [event] = decodeBatch(
            encodeBatch([{ type: 'ok', request, result: encodeReply(name, reply) }]),
          );
          if (event?.type !== 'ok') throw new Error('the answer became something else');
          expect(event.request).toBe(request);
          expect(decodeReply(name, event.result)).toEqual(reply);
        }),
      );
    });
  }
});

test('[TR6] a batch of any events comes out as it went in, in order', () => {
  const events = valuesOf(eventSchema) as fc.Arbitrary<Event>;
  fc.assert(
    fc.property(fc.array(events, { maxLength: 6 }), (batch) => {
      expect(decodeBatch(encodeBatch(batch))).toEqual(batch);
    }),
    { numRuns: 500 },
  );
});
