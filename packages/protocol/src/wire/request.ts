import type { Bytes } from '../bytes.ts';
import { decodeCbor } from '../codec/cbor.ts';
import { encode, oneOf, record, type Shape } from '../codec/shape.ts';
import { CodecError } from '../errors.ts';
import type { RequestId } from '../ids.ts';
import { type OperationName, operations, type ReplyOf, type RequestOf, requestId } from './operations.ts';

/** One thing a client asks: `type` names the operation, `request` the reply that will answer it. */
export type Request = { [O in OperationName]: { type: O; request: RequestId } & RequestOf<O> }[OperationName];

const shapes = new Map<string, Shape<Request>>(
  Object.entries(operations).map(([type, { request }]) => [
    type,
    record({ type: oneOf([type]), request: requestId, ...request }) as unknown as Shape<Request>,
  ]),
);

function shapeOf(type: unknown): Shape<Request> {
  const shape = typeof type === 'string' ? shapes.get(type) : undefined;
  if (shape === undefined) throw new CodecError('no such operation');
  return shape;
}

/** A client's WebSocket message. */
export function encodeRequest(request: Request): Bytes {
  return encode(shapeOf(request.type), request);
}

/** What a client asked. Throws CodecError. */
export function decodeRequest(message: Uint8Array): Request {
  const wire = decodeCbor(message);
  const type = typeof wire === 'object' && wire !== null && 'type' in wire ? wire.type : undefined;
  return shapeOf(type).fromWire(wire);
}

/** The answer to an operation, as it stands in an `ok`. */
export function encodeReply<O extends OperationName>(operation: O, reply: ReplyOf<O>): unknown {
  const shape = operations[operation].reply as unknown as Shape<ReplyOf<O>>;
  return shape.toWire(reply);
}

/** The checked answer to an operation. Throws CodecError. */
export function decodeReply<O extends OperationName>(operation: O, result: unknown): ReplyOf<O> {
  const shape = operations[operation].reply as unknown as Shape<ReplyOf<O>>;
  return shape.fromWire(result);
}

export const requestSchema = [...shapes.values()].map((shape) => shape.schema);
