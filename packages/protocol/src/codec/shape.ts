import type { Bytes } from '../bytes.ts';
import { fromHex, isBytes, toHex } from '../bytes.ts';
import { CodecError } from '../errors.ts';
import { ID_BYTES } from '../ids.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';

/**
 * A value's type, its encoder and its decoder in one place. `toWire` gives what CBOR can carry; `fromWire` checks a
 * decoded value completely and throws CodecError on anything else; `schema` is the shape in words, hashed by the test
 * that keeps the wire from changing by accident.
 */
export interface Shape<T> {
  readonly schema: string;
  toWire(value: T): unknown;
  fromWire(wire: unknown): T;
}

export type Of<S> = S extends Shape<infer T> ? T : never;

function refuse(expected: string): never {
  throw new CodecError(`expected ${expected}`);
}

/** Bytes of a length between two bounds. */
export function bytes(least: number, most: number = least): Shape<Bytes> {
  const schema = least === most ? `bytes(${least})` : `bytes(${least}..${most})`;
  return {
    schema,
    toWire: (value) => value,
    fromWire(wire) {
      return isBytes(wire) && wire.length >= least && wire.length <= most ? wire : refuse(schema);
    },
  };
}

/** A branded id: 16 bytes on the wire, hex in the program. */
export function id<I extends string>(): Shape<I> {
  const schema = `id`;
  return {
    schema,
    toWire: (value) => fromHex(value),
    fromWire(wire) {
      if (!(wire instanceof Uint8Array) || wire.length !== ID_BYTES) return refuse(schema);
      return toHex(wire) as I;
    },
  };
}

/** A whole number from `least` to `most`. */
export function uint<N extends number = number>(most: number = Number.MAX_SAFE_INTEGER, least = 0): Shape<N> {
  const schema = `uint(${least}..${most})`;
  return {
    schema,
    toWire: (value) => value,
    fromWire(wire) {
      if (typeof wire !== 'number' || !Number.isSafeInteger(wire) || wire < least || wire > most)
        return refuse(schema);
      return wire as N;
    },
  };
}

/** Well-formed text of at most `most` UTF-16 units. */
export function text(most: number): Shape<string> {
  const schema = `text(${most})`;
  return {
    schema,
    toWire: (value) => value,
    fromWire(wire) {
      if (typeof wire !== 'string' || wire.length > most || !wire.isWellFormed()) return refuse(schema);
      return wire;
    },
  };
}

export const bool: Shape<boolean> = {
  schema: 'bool',
  toWire: (value) => value,
  fromWire: (wire) => (typeof wire === 'boolean' ? wire : refuse('bool')),
};

/** One of some words. */
export function oneOf<const W extends readonly string[]>(words: W): Shape<W[number]> {
  const schema = words.join('|');
  return {
    schema,
    toWire: (value) => value,
    fromWire(wire) {
      const word = words.find((known) => known === wire);
      return word ?? refuse(schema);
    },
  };
}

export function nullable<T>(inner: Shape<T>): Shape<T | null> {
  return {
    schema: `${inner.schema}?`,
    toWire: (value) => (value === null ? null : inner.toWire(value)),
    fromWire: (wire) => (wire === null ? null : inner.fromWire(wire)),
  };
}

export function list<T>(inner: Shape<T>, most: number): Shape<T[]> {
  const schema = `[${inner.schema}](${most})`;
  return {
    schema,
    toWire: (values) => values.map(inner.toWire),
    fromWire(wire) {
      if (!Array.isArray(wire) || wire.length > most) return refuse(schema);
      return wire.map(inner.fromWire);
    },
  };
}

/** Two values side by side. */
export function pair<A, B>(first: Shape<A>, second: Shape<B>): Shape<[A, B]> {
  const schema = `(${first.schema},${second.schema})`;
  return {
    schema,
    toWire: ([a, b]) => [first.toWire(a), second.toWire(b)],
    fromWire(wire) {
      if (!Array.isArray(wire) || wire.length !== 2) return refuse(schema);
      return [first.fromWire(wire[0]), second.fromWire(wire[1])];
    },
  };
}

/** Any CBOR value, for another shape to check later. */
export const anything: Shape<unknown> = {
  schema: 'any',
  toWire: (value) => value,
  fromWire: (wire) => wire,
};

// biome-ignore lint/suspicious/noExplicitAny: a shape is invariant in its type, so only `any` ranges over all of them
type AnyFields = Readonly<Record<string, Shape<any>>>;
export type Values<F extends AnyFields> = { [K in keyof F]: Of<F[K]> };

function isPlainMap(wire: unknown): wire is Readonly<Record<string, unknown>> {
  return typeof wire === 'object' && wire !== null && !Array.isArray(wire) && !(wire instanceof Uint8Array);
}

/** A map with exactly these keys. */
export function record<F extends AnyFields>(fields: F): Shape<Values<F>> {
  const keys = Object.keys(fields);
  const schema = `{${keys.map((key) => `${key}:${fields[key]?.schema}`).join(',')}}`;
  return {
    schema,
    toWire(value) {
      const wire: Record<string, unknown> = {};
      for (const key of keys) wire[key] = fields[key]?.toWire(value[key]);
      return wire;
    },
    fromWire(wire) {
      if (!isPlainMap(wire) || Object.keys(wire).length !== keys.length) return refuse(schema);
      const value: Record<string, unknown> = {};
      for (const key of keys) {
        if (!Object.hasOwn(wire, key)) return refuse(schema);
        value[key] = fields[key]?.fromWire(wire[key]);
      }
      return value as Values<F>;
    },
  };
}

type Variants = Readonly<Record<string, AnyFields>>;
export type VariantOf<V extends Variants> = {
  [Type in keyof V]: { readonly type: Type } & Values<V[Type]>;
}[keyof V];

/** A union of records told apart by their `type`. */
export function variant<V extends Variants>(variants: V): Shape<VariantOf<V>> {
  const shapes = new Map(
    Object.entries(variants).map(([type, fields]) => [type, record({ type: oneOf([type]), ...fields })]),
  );
  const schema = [...shapes.values()].map((shape) => shape.schema).join('/');
  return {
    schema,
    toWire(value) {
      const shape = shapes.get(String(value.type));
      return shape ? shape.toWire(value as never) : refuse('a known type');
    },
    fromWire(wire) {
      const type = isPlainMap(wire) && Object.hasOwn(wire, 'type') ? wire.type : undefined;
      const shape = typeof type === 'string' ? shapes.get(type) : undefined;
      return shape ? (shape.fromWire(wire) as VariantOf<V>) : refuse('a known type');
    },
  };
}

/** A shape over bytes: its value as deterministic CBOR. */
export function encode<T>(shape: Shape<T>, value: T): Bytes {
  return encodeCbor(shape.toWire(value));
}

/** The checked value in some bytes. Throws CodecError. */
export function decode<T>(shape: Shape<T>, message: Uint8Array): T {
  return shape.fromWire(decodeCbor(message));
}
