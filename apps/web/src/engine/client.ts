import type { Change, Failure, FromPage, IntentName, Intents } from '@aurora/chat/view';
import type { EnginePort } from './port.ts';

export interface EngineClient {
  /** Asks for something; rejects with a Failure, never with anything else. */
  call<Name extends IntentName>(name: Name, args: Intents[Name]['args']): Promise<Intents[Name]['answer']>;
  /** Hears every change from now on; returns how to stop. */
  onChange(listener: (change: Change) => void): () => void;
  /** Says that the page is going away. */
  detach(): void;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(failure: Failure): void;
}

const MOVED: Failure = {
  code: 'engine_moved',
  message: 'Another tab took over just then. Please try again.',
};

export function connectEngine(port: EnginePort): EngineClient {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<(change: Change) => void>();
  let calls = 0;

  const settle = (call: number): Waiting | undefined => {
    const asked = waiting.get(call);
    waiting.delete(call);
    return asked;
  };

  port.onmessage = ({ data }) => {
    switch (data.type) {
      case 'answer':
        settle(data.call)?.resolve(data.answer);
        return;
      case 'refusal':
        settle(data.call)?.reject(data.failure);
        return;
      case 'change':
        for (const listener of listeners) listener(data.change);
        return;
      case 'moved':
        for (const call of [...waiting.keys()]) settle(call)?.reject(MOVED);
        return;
    }
  };

  return {
    call: (name, args) =>
      new Promise((resolve, reject) => {
        const call = ++calls;
        // The contract pairs each name with its answer; the port itself carries unknown.
        waiting.set(call, { resolve: (answer) => resolve(answer as never), reject });
        port.postMessage({ type: 'intent', call, name, args } as FromPage);
      }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    detach: () => port.postMessage({ type: 'detach' }),
  };
}
