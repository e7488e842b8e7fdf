const STEP = 20;

/** Waits for a condition, never for a time; says what it waited for when it does not come. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  patience = 30_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + patience;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, STEP));
  }
}
