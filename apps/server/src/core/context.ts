import type { Ports } from '../ports/ports.ts';
import type { FileDesk } from './files/file-desk.ts';
import type { Tickets } from './files/tickets.ts';
import type { Rates } from './rate/rates.ts';
import type { Rooms } from './room/rooms.ts';
import type { LiveDevices } from './session/live-devices.ts';
import type { Outlet } from './session/outlet.ts';
import type { Retirements } from './session/retirements.ts';
import type { Session } from './session/session.ts';
import type { Settings } from './settings.ts';

/** What a session and its operations work with. */
export interface Context {
  readonly ports: Ports;
  readonly settings: Settings;
  readonly rooms: Rooms;
  readonly live: LiveDevices;
  readonly rates: Rates;
  readonly files: FileDesk;
  readonly tickets: Tickets;
  readonly outlet: Outlet;
  readonly retirements: Retirements;
  /** The session has ended; called once. */
  gone(session: Session): void;
  /** The session has answered everything it was asked. */
  idle(): void;
  draining(): boolean;
}
