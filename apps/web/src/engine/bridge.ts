import type { FromEngine, FromPage } from '@aurora/chat/view';

/**
 * How tabs share one engine where there is no SharedWorker: the tab that leads runs it, the others follow by messages
 * over one BroadcastChannel, each under its own name.
 */
export type BridgeMessage =
  /** A leader began; whoever follows says hello again. */
  | { readonly type: 'lead' }
  /** A follower wants to be attached. */
  | { readonly type: 'hello'; readonly tab: string }
  | { readonly type: 'up'; readonly tab: string; readonly message: FromPage }
  | { readonly type: 'down'; readonly tab: string; readonly message: FromEngine };

/** What the bridge needs of a BroadcastChannel. */
export interface Channel {
  postMessage(message: BridgeMessage): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<BridgeMessage>) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent<BridgeMessage>) => void): void;
}

/** Lets the followers of `channel` reach an engine. `gone` resolves when the tab of that name has died. */
export function lead(
  channel: Channel,
  attach: (port: MessagePort) => void,
  gone: (tab: string) => Promise<void>,
): void {
  const tabs = new Map<string, MessagePort>();

  const detach = (tab: string, port: MessagePort): void => {
    if (tabs.get(tab) !== port) return;
    tabs.delete(tab);
    port.postMessage({ type: 'detach' } satisfies FromPage);
  };

  channel.addEventListener('message', ({ data }) => {
    if (data.type === 'up') tabs.get(data.tab)?.postMessage(data.message);
    if (data.type !== 'hello') return;
    const { tab } = data;
    const before = tabs.get(tab);
    if (before) detach(tab, before);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event: MessageEvent<FromEngine>) =>
      channel.postMessage({ type: 'down', tab, message: event.data });
    tabs.set(tab, port1);
    attach(port2);
    void gone(tab).then(() => detach(tab, port1));
  });
  channel.postMessage({ type: 'lead' });
}

export interface Follower {
  send(message: FromPage): void;
  /** Stops following, because this tab leads now, and hands over what no leader has heard yet. */
  stop(): readonly FromPage[];
}

/**
 * Reaches the leader's engine. `moved` is told at each change of leader: calls before it get no answer. What is sent
 * while nobody leads is kept for the next leader.
 */
export function follow(
  channel: Channel,
  tab: string,
  tell: (message: FromEngine) => void,
  moved: () => void,
): Follower {
  let attached = false;
  let kept: FromPage[] = [];
  const listener = ({ data }: MessageEvent<BridgeMessage>): void => {
    if (data.type === 'lead') {
      if (attached) moved();
      attached = false;
      channel.postMessage({ type: 'hello', tab });
    }
    if (data.type !== 'down' || data.tab !== tab) return;
    if (!attached) {
      // The first words to this tab prove that somebody leads and listens.
      attached = true;
      for (const message of kept) channel.postMessage({ type: 'up', tab, message });
      kept = [];
    }
    tell(data.message);
  };
  channel.addEventListener('message', listener);
  channel.postMessage({ type: 'hello', tab });
  return {
    send(message) {
      if (attached) channel.postMessage({ type: 'up', tab, message });
      else kept.push(message);
    },
    stop() {
      if (attached) moved();
      channel.removeEventListener('message', listener);
      return kept;
    },
  };
}
