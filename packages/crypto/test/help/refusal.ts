import { expect } from 'vitest';
import { CryptoError, type CryptoErrorCode } from '../../src/index.ts';

/** Expects exactly this refusal, in words for a person. */
export async function expectRefusal(attempt: Promise<unknown>, code: CryptoErrorCode): Promise<void> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CryptoError);
  expect(error).toMatchObject({ code });
  expect(error instanceof Error && error.message).toMatch(/^[A-Z].*\.$/);
}

/** As expectRefusal, for any code. */
export async function isRefused(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => false,
    (reason: unknown) => reason instanceof CryptoError,
  );
}
