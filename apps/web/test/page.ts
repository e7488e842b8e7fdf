import type { Change, ConversationView, FromEngine, FromPage, IntentName } from '@aurora/chat/view';
import { type IdentityId, LOUNGE } from '@aurora/protocol';
import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { connectEngine } from '../src/engine/client.ts';
import type { EnginePort } from '../src/engine/port.ts';
import Rooms from '../src/views/Rooms.svelte';

export const lounge = LOUNGE;
const me = 'Ada' as IdentityId;

/** How the engine answers, by intent; what is not named gets an empty answer. */
export type Script = Partial<Record<IntentName, (args: never) => unknown>>;

export interface Page {
  tell(change: Change): void;
  /** The arguments of each call of an intent so far. */
  argsOf(name: IntentName): unknown[];
}

/** A page in front of an engine that follows a script: tells where things stand and records what was asked. */
export function open(script: Script = {}): Page {
  const asked: Extract<FromPage, { type: 'intent' }>[] = [];
  const say = (data: FromEngine): void => port.onmessage?.(new MessageEvent('message', { data }));
  const port: EnginePort = {
    onmessage: null,
    postMessage(message) {
      if (message.type !== 'intent') return;
      asked.push(message);
      const answers: Script = {
        page: () => ({ rows: [], moreBefore: false, moreAfter: false }),
        drafts: () => [],
        people: () => ({ count: 0, people: [], more: false }),
        panel: () => ({ members: [], link: null }),
        ...script,
      };
      void answer(message.call, () => answers[message.name]?.(message.args as never) ?? null);
    },
  };
  const answer = async (call: number, how: () => unknown): Promise<void> => {
    try {
      say({ type: 'answer', call, answer: await how() });
    } catch (failure) {
      say({ type: 'refusal', call, failure: failure as never });
    }
  };
  const tell = (change: Change): void => say({ type: 'change', change });
  render(Rooms, { engine: connectEngine(port) });
  const argsOf = (name: IntentName): unknown[] =>
    asked.filter((one) => one.name === name).map(({ args }) => args);
  return { tell, argsOf };
}

/** Ada is in, with these conversations beside the Lounge. */
export function enter(script: Script = {}, others: readonly ConversationView[] = []): Page {
  const page = open(script);
  page.tell({ type: 'account', account: { status: 'in', nickname: 'Ada', identity: me, kept: true } });
  page.tell({ type: 'connection', connection: { status: 'connected' } });
  page.tell({ type: 'conversations', conversations: [theLounge(), ...others] });
  return page;
}

export function theLounge(more: { unread?: number } = {}): ConversationView {
  return {
    room: lounge,
    kind: 'open',
    title: 'Lounge',
    unread: 0,
    readTo: [1, 0],
    keys: 'ready',
    warning: null,
    shown: true,
    ...more,
  };
}

export const box = (): HTMLTextAreaElement => screen.getByRole('textbox', { name: 'Message' });
export async function type(text: string): Promise<void> {
  await fireEvent.input(box(), { target: { value: text } });
}

/** Node's own localStorage stands in the way of jsdom's. */
function memoryStorage(): Storage {
  const kept = new Map<string, string>();
  const methods = {
    get length(): number {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (key: string) => kept.get(key) ?? null,
    key: (index: number) => [...kept.keys()][index] ?? null,
    removeItem: (key: string) => void kept.delete(key),
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  return new Proxy(methods, {
    ownKeys: () => [...kept.keys()],
    getOwnPropertyDescriptor: (_, key) =>
      kept.has(String(key))
        ? { enumerable: true, configurable: true, value: kept.get(String(key)) }
        : undefined,
  });
}

/** What jsdom lacks and a browser has; each test begins with a page that remembers nothing. */
export function prepare(): void {
  beforeAll(() => {
    vi.stubGlobal('localStorage', memoryStorage());
    vi.stubGlobal('sessionStorage', memoryStorage());
    vi.stubGlobal(
      'ResizeObserver',
      class {
        observe(): void {}
        disconnect(): void {}
      },
    );
    vi.stubGlobal('matchMedia', () => ({ matches: false }));
    vi.stubGlobal('fetch', async () => new Response('{"people":3}'));
    HTMLDialogElement.prototype.showModal = function show(): void {
      this.open = true;
    };
  });
  beforeEach(() => {
    localStorage.clear();
    sessionStorage.clear();
    history.replaceState(null, '', '/');
  });
  afterEach(cleanup);
}
