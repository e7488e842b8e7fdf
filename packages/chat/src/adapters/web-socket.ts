import { SUBPROTOCOL } from '@aurora/protocol';
import type { Network, Sockets } from '../ports/socket.ts';

/** A browser's sockets; its `Origin` is the page's, whatever is said here. */
export function webSockets(url: string, origin: string): Sockets {
  return socketsOf(origin, () => new WebSocket(url, SUBPROTOCOL));
}

/** Node's own sockets, which take the `Origin` that a relay wants to see. For bots and tests. */
export function nodeSockets(url: string, origin: string): Sockets {
  const options = { protocols: [SUBPROTOCOL], headers: { origin } };
  return socketsOf(origin, () => Reflect.construct(WebSocket, [url, options]));
}

function socketsOf(origin: string, create: () => WebSocket): Sockets {
  return {
    origin,
    open(events) {
      const socket = create();
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
