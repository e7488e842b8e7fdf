import { serveEngine } from '@aurora/chat/browser';
import type { FromEngine, FromPage } from '@aurora/chat/view';
import { type Channel, follow, lead } from './bridge.ts';
import { ALONE, type Moved } from './port.ts';

/**
 * The engine's thread. As a SharedWorker it serves every tab. As a dedicated worker it runs the engine only while it
 * holds the lock, and otherwise passes its page's words on to the tab that does.
 */
function start(): ReturnType<typeof serveEngine> {
  const { origin } = self.location;
  return serveEngine({
    socketUrl: `${origin.replace(/^http/, 'ws')}/socket`,
    filesUrl: `${origin}/files`,
    origin,
  });
}

function serveEveryTab(): void {
  const engine = start();
  self.addEventListener('connect', (event) => {
    if (!(event instanceof MessageEvent)) return;
    for (const port of event.ports) engine.attach(port);
  });
}

/** Takes a lock and keeps it as long as this thread lives; resolves once it is held. */
function hold(name: string): Promise<void> {
  return new Promise((held) => {
    void navigator.locks.request(name, () => {
      held();
      return new Promise(() => {});
    });
  });
}

/** Attaches the page of this worker itself; gives back how to hand on what it says. */
function serveThisTab(
  engine: ReturnType<typeof serveEngine>,
  tell: (message: FromEngine) => void,
): (message: FromPage) => void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<FromEngine>) => tell(data);
  engine.attach(port2);
  return (message) => port1.postMessage(message);
}

/** Without storage there is nothing that tabs could share, and no lock to be had: each has an engine of its own. */
function serveAlone(): void {
  const send = serveThisTab(start(), (message) => self.postMessage(message));
  self.addEventListener('message', ({ data }: MessageEvent<FromPage>) => send(data));
}

async function serveOneTab(): Promise<void> {
  const tab = crypto.randomUUID();
  const alive = (name: string): string => `aurora/tab/${name}`;
  const tell = (message: FromEngine | Moved): void => self.postMessage(message);
  const early: FromPage[] = [];
  let send = (message: FromPage): void => void early.push(message);
  self.addEventListener('message', ({ data }: MessageEvent<FromPage>) => send(data));

  // The release of this lock is how a leader learns that a follower died: so it is held before the leader hears hello.
  await hold(alive(tab));
  const channel: Channel = new BroadcastChannel('aurora/engine');
  const follower = follow(channel, tab, tell, () => tell({ type: 'moved' }));
  for (const message of early) follower.send(message);
  send = follower.send;

  await hold('aurora/engine');
  const unheard = follower.stop();
  const engine = start();
  send = serveThisTab(engine, tell);
  for (const message of unheard) send(message);
  lead(channel, engine.attach, (name) => navigator.locks.request(alive(name), { mode: 'shared' }, () => {}));
}

if ('onconnect' in self) serveEveryTab();
else if (self.name === ALONE) serveAlone();
else void serveOneTab();
