import { webcrypto } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64Url, toBase64Url } from '../src/core/base64url.ts';

const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 }).map((some) => new Uint8Array(some));

describe('bytes in a link', () => {
  it('come back as they were, and are what Node writes too', () => {
    fc.assert(
      fc.property(bytes, (some) => {
        const text = toBase64Url(some);
        expect(text).toBe(Buffer.from(some).toString('base64url'));
        expect(fromBase64Url(text)).toEqual(some);
      }),
    );
  });

  it('have one spelling: padding, the other alphabet, spare bits and what is too long or nothing are refused', () => {
    const secret = toBase64Url(webcrypto.getRandomValues(new Uint8Array(16)));
    for (const text of ['', `${secret}==`, `${secret} `, 'a+b/', 'AB', 'A', 'A'.repeat(1025)])
      expect(fromBase64Url(text), text).toBeNull();
    expect(fromBase64Url('AA')).toEqual(new Uint8Array(1));
  });
});
