/**
 * WebCrypto works in other threads, whose order no seed can choose. This lets its results come out in the order in which
 * they were asked for, and tells when none is under way, so that a simulated moment ends before the next begins.
 */
let pending = 0;
let last: Promise<unknown> = Promise.resolve();

function inOrder<Args extends unknown[], T>(
  original: (...args: Args) => Promise<T>,
): (...args: Args) => Promise<T> {
  return function (this: unknown, ...args: Args) {
    pending += 1;
    const outcome = original.apply(this, args);
    const settled = last.then(() => outcome);
    last = settled.then(
      () => undefined,
      () => undefined,
    );
    return settled.finally(() => {
      pending -= 1;
    });
  };
}

export function orderCrypto(): void {
  const subtle = Object.getPrototypeOf(crypto.subtle);
  for (const name of [
    'sign',
    'verify',
    'encrypt',
    'decrypt',
    'digest',
    'deriveBits',
    'deriveKey',
    'importKey',
    'exportKey',
    'generateKey',
    'wrapKey',
    'unwrapKey',
  ] as const) {
    subtle[name] = inOrder(subtle[name]);
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Resolves when everything that this moment set off is done. */
export async function quiet(): Promise<void> {
  for (let calm = 0; calm < 2; ) {
    await turn();
    calm = pending === 0 ? calm + 1 : 0;
  }
}
