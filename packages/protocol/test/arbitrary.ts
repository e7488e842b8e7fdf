import fc from 'fast-check';
import { toHex } from '../src/index.ts';

/**
 * Makes values from a shape's schema alone. That the words of a schema are enough to make every value of its shape is
 * also what entitles the version test to hash them.
 */
export function valuesOf(schema: string): fc.Arbitrary<unknown> {
  const parser = new SchemaParser(schema);
  const values = parser.union();
  parser.end();
  return values;
}

/** Longer ones have tests of their own; short ones find as much and many more fit in a second. */
const LONGEST = 48;
const MOST = 4;

function bytesOf(least: number, most: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: least, maxLength: Math.max(least, Math.min(most, least + LONGEST)) });
}

/** Well-formed, of at most so many UTF-16 units, and of any plane. */
function textOf(most: number): fc.Arbitrary<string> {
  return fc.string({ unit: 'binary', maxLength: Math.floor(Math.min(most, LONGEST) / 2) });
}

const idOf = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(toHex);

/** Any value that the wire can carry. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.maxSafeInteger(),
    fc.nat(300),
    fc.boolean(),
    fc.constant(null),
    bytesOf(0, LONGEST),
    textOf(LONGEST),
  ),
  key: fc.string({ unit: 'grapheme-ascii', maxLength: 30 }).filter((key) => key !== '__proto__'),
  node: fc.oneof(
    { depthSize: 'small', maxDepth: 8 },
    tie('leaf'),
    fc.array(tie('node'), { maxLength: MOST }),
    fc
      .array(fc.tuple(tie('key') as fc.Arbitrary<string>, tie('node')), { maxLength: MOST })
      .map(Object.fromEntries),
  ),
})).node;

class SchemaParser {
  readonly #schema: string;
  #at = 0;

  constructor(schema: string) {
    this.#schema = schema;
  }

  union(): fc.Arbitrary<unknown> {
    const members = [this.#optional()];
    while (this.#skip('/')) members.push(this.#optional());
    return fc.oneof(...members);
  }

  end(): void {
    if (this.#at !== this.#schema.length)
      throw new Error(`schema not understood: ${this.#schema.slice(this.#at)}`);
  }

  #optional(): fc.Arbitrary<unknown> {
    const inner = this.#one();
    return this.#skip('?') ? fc.option(inner) : inner;
  }

  #one(): fc.Arbitrary<unknown> {
    if (this.#skip('{')) return this.#record();
    if (this.#skip('[')) return this.#list();
    if (this.#skip('(')) return this.#pair();
    const words = this.#words();
    const [first = ''] = words;
    if (words.length > 1) return fc.constantFrom(...words);
    switch (first) {
      case 'id':
        return idOf;
      case 'bool':
        return fc.boolean();
      case 'any':
        return anyValue;
      case 'bytes':
        return bytesOf(...this.#bounds());
      case 'uint': {
        const [min, max] = this.#bounds();
        return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max));
      }
      case 'text':
        return textOf(this.#bounds()[1]);
      default:
        return fc.constant(first);
    }
  }

  #record(): fc.Arbitrary<unknown> {
    const fields: Record<string, fc.Arbitrary<unknown>> = {};
    while (!this.#skip('}')) {
      const key = this.#take(/\w+/y);
      this.#expect(':');
      fields[key] = this.#optional();
      this.#skip(',');
    }
    return fc.record(fields, { noNullPrototype: true });
  }

  #list(): fc.Arbitrary<unknown> {
    const inner = this.union();
    this.#expect(']');
    const [, most] = this.#bounds();
    return fc.array(inner, { maxLength: Math.min(most, MOST) });
  }

  #pair(): fc.Arbitrary<unknown> {
    const first = this.#optional();
    this.#expect(',');
    const second = this.#optional();
    this.#expect(')');
    return fc.tuple(first, second);
  }

  #words(): string[] {
    const words = [this.#take(/\w+/y)];
    while (this.#skip('|')) words.push(this.#take(/\w+/y));
    return words;
  }

  /** `(most)` or `(least..most)`. */
  #bounds(): [least: number, most: number] {
    this.#expect('(');
    const [least = '', most = least] = this.#take(/\d+(\.\.\d+)?/y).split('..');
    this.#expect(')');
    return [Number(least), Number(most)];
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#schema) ?? [];
    if (found === undefined) throw new Error(`schema not understood: ${this.#schema.slice(this.#at)}`);
    this.#at += found.length;
    return found;
  }

  #skip(mark: string): boolean {
    const here = this.#schema.startsWith(mark, this.#at);
    if (here) this.#at += mark.length;
    return here;
  }

  #expect(mark: string): void {
    if (!this.#skip(mark)) throw new Error(`expected ${mark} before ${this.#schema.slice(this.#at)}`);
  }
}
