import type { Change, Failure, FromEngine, FromPage } from '@aurora/chat/view';
import { describe, expect, it, vi } from 'vitest';
import { type BridgeMessage, type Channel, follow, lead } from '../src/engine/bridge.ts';
import { connectEngine } from '../src/engine/client.ts';
import type { EnginePort, Moved } from '../src/engine/port.ts';

/** A port with the engine's side in the test's hand. */
function line(): { port: EnginePort; heard: FromPage[]; tell: (message: FromEngine | Moved) => void } {
  const heard: FromPage[] = [];
  const port: EnginePort = { postMessage: (message) => heard.push(message), onmessage: null };
  return { port, heard, tell: (data) => port.onmessage?.(new MessageEvent('message', { data })) };
}

describe('the line to the engine', () => {
  it('gives each call its own answer', async () => {
    const { port, heard, tell } = line();
    const engine = connectEngine(port);
    const first = engine.call('drafts', {});
    const second = engine.call('reconnect', {});
    expect(heard.map((message) => message.type === 'intent' && message.name)).toEqual([
      'drafts',
      'reconnect',
    ]);
    tell({ type: 'answer', call: 2, answer: null });
    tell({ type: 'answer', call: 1, answer: [] });
    await expect(first).resolves.toEqual([]);
    await expect(second).resolves.toBeNull();
  });

  it('rejects with the failure in words', async () => {
    const { port, tell } = line();
    const failure: Failure = { code: 'nickname_taken', message: 'Taken.', suggestion: 'Ada2' };
    const call = connectEngine(port).call('enter', { nickname: 'Ada' });
    tell({ type: 'refusal', call: 1, failure });
    await expect(call).rejects.toEqual(failure);
  });

  it('ignores answers that nobody waits for', () => {
    const { port, tell } = line();
    connectEngine(port);
    expect(() => tell({ type: 'answer', call: 7, answer: null })).not.toThrow();
  });

  it('tells changes to whoever listens, until they stop', () => {
    const { port, tell } = line();
    const engine = connectEngine(port);
    const listener = vi.fn<(change: Change) => void>();
    const stop = engine.onChange(listener);
    const change: Change = { type: 'account', account: { status: 'none' } };
    tell({ type: 'change', change });
    stop();
    tell({ type: 'change', change });
    expect(listener.mock.calls).toEqual([[change]]);
  });

  it('lets nobody wait for an engine that moved away', async () => {
    const { port, tell } = line();
    const call = connectEngine(port).call('drafts', {});
    tell({ type: 'moved' });
    await expect(call).rejects.toMatchObject({ code: 'engine_moved' });
  });
});

/** Tabs of one browser: what one posts, all others hear. */
function browser(): () => Channel {
  const tabs = new Set<{ listeners: Set<(event: MessageEvent<BridgeMessage>) => void> }>();
  return () => {
    const me = { listeners: new Set<(event: MessageEvent<BridgeMessage>) => void>() };
    tabs.add(me);
    return {
      postMessage(message) {
        for (const tab of tabs) {
          if (tab === me) continue;
          for (const listener of [...tab.listeners]) listener(new MessageEvent('message', { data: message }));
        }
      },
      addEventListener: (_, listener) => void me.listeners.add(listener),
      removeEventListener: (_, listener) => void me.listeners.delete(listener),
    };
  };
}

/** An engine that says welcome and answers every intent with its name. */
function echo(name: string): { attach: (port: MessagePort) => void; detached: () => number } {
  let detached = 0;
  return {
    attach(port) {
      port.onmessage = ({ data }: MessageEvent<FromPage>) => {
        if (data.type === 'detach') detached += 1;
        else
          port.postMessage({
            type: 'answer',
            call: data.call,
            answer: `${name} ${data.name}`,
          } satisfies FromEngine);
      };
      const change: Change = { type: 'account', account: { status: 'none' } };
      port.postMessage({ type: 'change', change } satisfies FromEngine);
    },
    detached: () => detached,
  };
}
const never = (): Promise<void> => new Promise(() => {});
const ask = (call: number): FromPage => ({ type: 'intent', call, name: 'drafts', args: {} });

describe('tabs that share one engine without a SharedWorker', () => {
  it('reach the engine of the tab that leads', async () => {
    const open = browser();
    lead(open(), echo('first').attach, never);
    const told: FromEngine[] = [];
    const follower = follow(open(), 'b', (message) => told.push(message), vi.fn());
    follower.send(ask(1));
    await vi.waitFor(() => expect(told).toContainEqual({ type: 'answer', call: 1, answer: 'first drafts' }));
    expect(told[0]?.type).toBe('change');
  });

  it('keep what they asked until somebody leads', async () => {
    const open = browser();
    const told: FromEngine[] = [];
    const moved = vi.fn();
    const follower = follow(open(), 'b', (message) => told.push(message), moved);
    follower.send(ask(1));
    lead(open(), echo('late').attach, never);
    await vi.waitFor(() => expect(told).toContainEqual({ type: 'answer', call: 1, answer: 'late drafts' }));
    expect(moved).not.toHaveBeenCalled();
  });

  it('learn that the leader changed, and reach the next one', async () => {
    const open = browser();
    lead(open(), echo('first').attach, never);
    const told: FromEngine[] = [];
    const moved = vi.fn();
    const follower = follow(open(), 'b', (message) => told.push(message), moved);
    await vi.waitFor(() => expect(told).toHaveLength(1));
    // The first leader is gone with its tab; a new one begins in another channel of the same browser.
    const next = browser();
    const heir = follow(next(), 'b', (message) => told.push(message), moved);
    lead(next(), echo('second').attach, never);
    heir.send(ask(2));
    await vi.waitFor(() => expect(told).toContainEqual({ type: 'answer', call: 2, answer: 'second drafts' }));
    lead(next(), echo('third').attach, never);
    await vi.waitFor(() => expect(moved).toHaveBeenCalledTimes(1));
    expect(follower.stop()).toEqual([]);
  });

  it('hand over what nobody heard when they lead themselves', () => {
    const follower = follow(browser()(), 'b', vi.fn(), vi.fn());
    follower.send(ask(1));
    expect(follower.stop()).toEqual([ask(1)]);
  });

  it('leave the engine when their tab dies', async () => {
    const open = browser();
    const engine = echo('first');
    let die = (): void => {};
    lead(open(), engine.attach, () => new Promise((resolve) => (die = resolve)));
    const told: FromEngine[] = [];
    follow(open(), 'b', (message) => told.push(message), vi.fn());
    await vi.waitFor(() => expect(told).toHaveLength(1));
    die();
    await vi.waitFor(() => expect(engine.detached()).toBe(1));
  });
});
