import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromPage } from '../src/files/saver.ts';
import { type PagePort, pulled } from '../src/sw/pulled.ts';
import { Tokens } from '../src/sw/tokens.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A page's end of a save, in a test's hands. */
function page() {
  const heard: string[] = [];
  let onClose = (): void => {};
  const port: PagePort = {
    onmessage: null,
    postMessage: ({ type }) => heard.push(type),
    addEventListener: (_, listener) => {
      onClose = listener;
    },
    close: () => heard.push('closed'),
  };
  return {
    port,
    heard,
    says: (data: FromPage) => port.onmessage?.(new MessageEvent('message', { data })),
    dies: () => onClose(),
  };
}
const bytes = (...values: number[]) => Uint8Array.from(values);

describe('the bytes of a save', () => {
  it('are asked for one chunk at a time, when the browser wants them', async () => {
    const { port, heard, says } = page();
    const reader = pulled(port, 3).getReader();
    expect(heard).toEqual([]);
    const first = reader.read();
    await vi.waitFor(() => expect(heard).toEqual(['pull']));
    says({ type: 'bytes', bytes: bytes(1, 2) });
    expect((await first).value).toEqual(bytes(1, 2));
    await Promise.resolve();
    expect(heard).toEqual(['pull']);
    const second = reader.read();
    says({ type: 'bytes', bytes: bytes(3) });
    expect((await second).value).toEqual(bytes(3));
    const last = reader.read();
    says({ type: 'end' });
    expect((await last).done).toBe(true);
  });

  it.each<readonly [string, readonly FromPage[]]>([
    ['it says so', [{ type: 'stop' }]],
    ['it ends too early', [{ type: 'bytes', bytes: bytes(1) }, { type: 'end' }]],
    ['it gives more than it announced', [{ type: 'bytes', bytes: bytes(1, 2, 3, 4) }]],
  ])('fail with the page when %s', async (_, said) => {
    const { port, says } = page();
    const reader = pulled(port, 3).getReader();
    const end = (async () => {
      while (!(await reader.read()).done);
    })();
    end.catch(() => undefined);
    for (const message of said) {
      await vi.advanceTimersByTimeAsync(0);
      says(message);
    }
    await expect(end).rejects.toThrow('The page stopped');
  });

  it('fail when the page is closed, and when it does not answer', async () => {
    const closed = page();
    const one = pulled(closed.port, 3).getReader().read();
    closed.dies();
    await expect(one).rejects.toThrow();
    const silent = page();
    const other = pulled(silent.port, 3).getReader().read();
    other.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(90_000);
    await expect(other).rejects.toThrow();
    expect(silent.heard).toContain('cancel');
  });

  it('that nobody wants any more are not asked for, and the page is told', async () => {
    const { port, heard } = page();
    await pulled(port, 3).cancel();
    expect(heard).toEqual(['cancel', 'closed']);
  });
});

describe('the token of a save', () => {
  it('opens it once, for a minute', () => {
    const tokens = new Tokens<string>();
    tokens.add('a', 'first');
    expect(tokens.take('b')).toBeNull();
    expect(tokens.take('a')).toBe('first');
    expect(tokens.take('a')).toBeNull();
    tokens.add('c', 'late');
    vi.advanceTimersByTime(60_000);
    expect(tokens.take('c')).toBeNull();
  });
});
