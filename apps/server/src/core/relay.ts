import { LOUNGE, type Millis } from '@aurora/protocol';
import type { Cancel } from '../ports/clock.ts';
import type { Ports } from '../ports/ports.ts';
import type { Peer, Receiver, Socket } from '../ports/socket.ts';
import type { Context } from './context.ts';
import { FileDesk } from './files/file-desk.ts';
import { Sweep } from './files/sweep.ts';
import { Tickets } from './files/tickets.ts';
import { Rates } from './rate/rates.ts';
import { Rooms } from './room/rooms.ts';
import { Admission } from './session/admission.ts';
import { LiveDevices } from './session/live-devices.ts';
import { Outlet } from './session/outlet.ts';
import { Retirements } from './session/retirements.ts';
import { Session } from './session/session.ts';
import { defaultSettings, type Settings } from './settings.ts';

export interface Relay {
  /** A client has connected. */
  accept(socket: Socket, peer: Peer): Receiver;
  /** Sealed files, and who may have them. */
  readonly files: FileDesk;
  readonly tickets: Tickets;
  /** How many people are in the Lounge. */
  people(): number;
  /** Tells clients when to come back, answers what it has taken, then ends every session; it accepts no more. */
  drain(): Promise<void>;
  /** Stops its timers. */
  stop(): void;
}

const HOUSEKEEPING = 60_000;

const NOBODY: Receiver = { receive() {}, closed() {} };

/** The relay: whatever the ports reach, ordered, stored and told, and none of it understood. */
export function createRelay(ports: Ports, settings: Settings = defaultSettings): Relay {
  const { clock, random, observer, directory, mailbox, knocks } = ports;
  const sessions = new Set<Session>();
  const admission = new Admission(settings);
  const rooms = new Rooms(ports, settings);
  const live = new LiveDevices();
  const rates = new Rates(settings.rates);
  const tickets = new Tickets(ports, settings);
  const files = new FileDesk(ports);
  const sweep = new Sweep(ports, settings);
  let draining = false;
  let drained: (() => void) | undefined;
  let cancel: Cancel = () => {};

  const context: Context = {
    ports,
    settings,
    rooms,
    live,
    rates,
    files,
    tickets,
    outlet: new Outlet(clock),
    retirements: new Retirements(),
    gone(session) {
      sessions.delete(session);
      const { account } = session;
      if (account !== undefined) {
        live.remove(account.device, session);
        for (const room of session.rooms) room.leave(session, account);
      }
      observer.sessions(sessions.size);
    },
    idle() {
      if (drained !== undefined && [...sessions].every((session) => session.idle)) drained();
    },
    draining: () => draining,
  };

  const { expect, stop } = admission.deadlines(clock);

  const ago = (life: number) => (clock.now() - life) as Millis;

  async function release(): Promise<void> {
    try {
      const present = live.accounts().map(({ identity }) => identity);
      await directory.release({ before: ago(settings.nicknameIdle), present });
      await mailbox.expire(ago(settings.deliveryLife));
      await knocks.expire(ago(settings.deliveryLife));
    } catch (error) {
      observer.fault('letting go of what nobody came back for', error);
    }
  }

  function keepHouse(round: number): void {
    rates.sweep(clock.elapsed());
    rooms.sweep();
    tickets.sweep();
    void sweep.turn();
    if (round % 60 === 0) void release();
    cancel = clock.after(HOUSEKEEPING, () => keepHouse(round + 1));
  }
  cancel = clock.after(HOUSEKEEPING, () => keepHouse(0));

  return {
    accept(socket, peer) {
      const refusal = draining ? 'going_away' : admission.enter(peer.address);
      const session = new Session(context, socket, peer);
      if (refusal !== undefined) {
        session.turnAway(refusal);
        return NOBODY;
      }
      sessions.add(session);
      observer.sessions(sessions.size);
      session.greet();
      expect(session);
      let here = true;
      return {
        receive: (message) => session.receive(message),
        closed() {
          session.lost();
          // Counted until the connection itself is gone: a session that was ended may leave it open.
          if (here) admission.leave(peer.address);
          here = false;
        },
      };
    },

    files,
    tickets,

    people: () => rooms.get(LOUNGE)?.presence.count ?? 0,

    async drain() {
      draining = true;
      for (const session of sessions) {
        session.tell({ type: 'goaway', retryAfter: random.below(settings.goawaySpread) });
        session.flush();
      }
      await new Promise<void>((resolve) => {
        drained = resolve;
        clock.after(settings.drainMost, resolve);
        context.idle();
      });
      for (const session of sessions) session.end('going_away');
    },

    stop() {
      cancel();
      stop();
      rooms.stop();
    },
  };
}
