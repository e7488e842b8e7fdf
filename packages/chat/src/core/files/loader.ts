import type { RoomId } from '@aurora/protocol';
import type { Clock } from '../../ports/clock.ts';
import type { Courier } from '../../ports/courier.ts';
import type { Depot } from '../../ports/depot.ts';
import type { Random } from '../../ports/random.ts';
import type { Vault } from '../../ports/vault.ts';
import type { Connection } from '../connection.ts';
import { ChatError } from '../failures.ts';
import type { Board } from './board.ts';
import type { Files, HeldMessages } from './files.ts';

/** Where files are kept on this device, and how they move. */
export interface FileWays {
  readonly depot: Depot;
  /** Loaded when a file first moves. */
  courier(): Promise<Courier>;
}

interface Ports {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  readonly connection: Connection;
  readonly board: Board;
}

/** The files of this device, whose code is loaded when the first is sent or fetched: most visits do without. */
export class FilesLoader {
  readonly #ports: Ports;
  readonly #ways: FileWays | undefined;
  readonly #messages: HeldMessages;
  readonly #joined = new Set<RoomId>();
  #loading: Promise<Files> | null = null;
  #files: Files | null = null;
  #stopped = false;
  /** There may be files to go on with, and it has not been possible yet. */
  #waiting = false;

  constructor(ports: Ports, ways: FileWays | undefined, messages: HeldMessages) {
    this.#ports = ports;
    this.#ways = ways;
    this.#messages = messages;
  }

  /** Goes on with files that were on their way, if there are any. */
  async resume(): Promise<void> {
    if (this.#ways === undefined) return;
    this.#waiting = true;
    const some = await this.#ports.vault.range('transfers', {
      from: '',
      to: '~',
      limit: 1,
      newestFirst: false,
    });
    if (some.length > 0) await this.get();
    this.#waiting = false;
  }

  /** Throws ChatError for a client that was made without ways for files. */
  async get(): Promise<Files> {
    const ways = this.#ways;
    if (ways === undefined || this.#stopped)
      throw new ChatError({ code: 'no_files', message: 'Files cannot be sent or fetched here.' });
    this.#loading ??= this.#load(ways).catch((error: unknown) => {
      // What did not load, such as code while the line is broken, is loaded when it is next needed.
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }

  joined(room: RoomId): void {
    this.#joined.add(room);
    this.#files?.joined(room);
    if (this.#waiting && !this.#stopped) this.resume().catch((error) => this.#messages.trouble(error));
  }

  lost(): void {
    this.#joined.clear();
    this.#files?.lost();
  }

  /** Files that are there already, if any: what none of them can concern needs no code. */
  get present(): Files | null {
    return this.#files;
  }

  /** Whoever signs out leaves nothing behind. */
  async wipe(): Promise<void> {
    this.#stopped = true;
    await this.#loading?.catch(() => undefined);
    await this.#files?.stop();
    await this.#ways?.depot.wipe();
  }

  async #load({ depot, courier }: FileWays): Promise<Files> {
    const [{ Files }, carrier] = await Promise.all([import('./index.ts'), courier()]);
    const files = new Files({ ...this.#ports, depot, courier: carrier }, this.#messages);
    await files.load();
    this.#files = files;
    for (const room of this.#joined) files.joined(room);
    return files;
  }
}
