import { SUBPROTOCOL } from '@aurora/protocol';
import type { Network, Sockets } from '../ports/socket.ts';

/** Sockets of the platform: a browser's worker and Node both have WebSocket. */
export function webSockets(url: string, origin: string): Sockets {
  return {
    origin,
    open(events) {
      const socket = new WebSocket(url, SUBPROTOCOL);
      socket.binaryType = 'arraybuffer';
      socket.addEventListener('message', ({ data }) => {
        if (data instanceof ArrayBuffer) events.message(new Uint8Array(data));
        else socket.close();
      });
      socket.addEventListener('close', ({ code }) => events.closed(code));
      return {
        send(message) {
          if (socket.readyState === WebSocket.OPEN) socket.send(message);
        },
        close: () => socket.close(),
      };
    },
  };
}

/** What the browser knows of its network. */
export function browserNetwork(scope: EventTarget & { navigator: { onLine: boolean } }): Network {
  return {
    online: () => scope.navigator.onLine,
    watch(changed) {
      scope.addEventListener('online', changed);
      scope.addEventListener('offline', changed);
      return () => {
        scope.removeEventListener('online', changed);
        scope.removeEventListener('offline', changed);
      };
    },
  };
}

/** For programs without such knowledge. */
export const alwaysOnline: Network = { online: () => true, watch: () => () => {} };
