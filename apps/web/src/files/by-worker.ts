import type { Failure } from '@aurora/chat/view';
import { SAVER_URL, trusted } from '../engine/addresses.ts';
import type { Reading } from './reading.ts';
import { type FromPage, type FromSaver, SAVED, type ToSaver } from './saver.ts';

/** Starting a worker, and opening an address of it, takes a moment; a browser that needs longer does not do it at all. */
const STARTING = 10_000;
const OPENING = 20_000;
/** A browser ends a worker that hears nothing for half a minute. */
const SIGN_OF_LIFE = 10_000;
/** A frame that is taken away too soon takes the answer with it. */
const LINGERING = 10_000;

const STOPPED: Failure = {
  code: 'saving_stopped',
  message: 'The file was not saved: the browser stopped it. Save it again when you like.',
};

/** The service worker, started if need be; null where there is none. */
export async function startSaver(): Promise<ServiceWorker | null> {
  try {
    const registration = await navigator.serviceWorker.register(trusted(SAVER_URL), { scope: SAVED });
    const worker = registration.active ?? registration.waiting ?? registration.installing;
    return worker && (await activated(worker));
  } catch {
    return null;
  }
}

function activated(worker: ServiceWorker): Promise<ServiceWorker | null> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (worker.state === 'activated') resolve(worker);
      else if (worker.state === 'redundant') resolve(null);
    };
    worker.addEventListener('statechange', look);
    setTimeout(() => resolve(null), STARTING);
    look();
  });
}

/** Saves a file through the worker; gives false if the browser never asked for the first of its bytes. */
export function saveByWorker(worker: ServiceWorker, reading: Reading): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const token = [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('');
    const { port1: port, port2 } = new MessageChannel();
    const tell = (message: FromPage, transfer: Transferable[] = []): void =>
      port.postMessage(message, transfer);
    const post = (message: ToSaver, transfer: Transferable[] = []): void =>
      worker.postMessage(message, transfer);

    let frame: HTMLIFrameElement | null = null;
    // One chunk is read while the browser writes the one before.
    let ahead = reading.next();
    ahead.catch(() => undefined);
    let over = false;
    let begun = false;

    const stop = (): void => tell({ type: 'stop' });
    const alive = setInterval(() => post({ type: 'alive' }), SIGN_OF_LIFE);
    const unopened = setTimeout(() => {
      stop();
      lose();
    }, OPENING);
    addEventListener('pagehide', stop);

    function end(how: () => void): void {
      if (over) return;
      over = true;
      clearInterval(alive);
      clearTimeout(unopened);
      removeEventListener('pagehide', stop);
      setTimeout(() => {
        frame?.remove();
        port.close();
      }, LINGERING);
      how();
    }

    async function give(): Promise<void> {
      clearTimeout(unopened);
      begun = true;
      try {
        const bytes = await ahead;
        if (over) return;
        if (bytes === null) {
          tell({ type: 'end' });
          end(() => resolve(true));
          reading.close();
          return;
        }
        tell({ type: 'bytes', bytes }, [bytes.buffer]);
        ahead = reading.next();
        ahead.catch(() => undefined);
      } catch (failure) {
        stop();
        end(() => reject(failure));
      }
    }

    function lose(): void {
      reading.close();
      end(() => (begun ? reject(STOPPED) : resolve(false)));
    }

    port.addEventListener('close', lose);
    port.onmessage = ({ data }: MessageEvent<FromSaver>) => {
      switch (data.type) {
        case 'ready':
          frame = openFrame(SAVED + token);
          return;
        case 'pull':
          void give();
          return;
        case 'cancel':
          // Whoever stopped it, before its first byte or after, wants it by no other way either.
          begun = true;
          lose();
          return;
      }
    };
    post({ type: 'save', token, name: reading.name, size: reading.size }, [port2]);
  });
}

/** A navigation that the worker answers; as the answer is to be saved, the frame stays empty. */
function openFrame(address: string): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.src = address;
  document.body.append(frame);
  return frame;
}
