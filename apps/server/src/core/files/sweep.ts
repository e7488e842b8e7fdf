import type { BlobId, Millis } from '@aurora/protocol';
import type { Ports } from '../../ports/ports.ts';
import type { Settings } from '../settings.ts';

/** Blobs that go, and that are looked at, in one turn: a turn is a minute, and the disk has others to serve. */
const GO = 256;
const LOOK = 1024;

/** Lets go of blobs that nobody needs, a bounded number a turn. SPEC [FL16]. */
export class Sweep {
  readonly #ports: Ports;
  readonly #settings: Settings;
  #strays: AsyncIterator<BlobId> | undefined;
  #busy = false;

  constructor(ports: Ports, settings: Settings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#strays = ports.blobs.all()[Symbol.asyncIterator]();
  }

  async turn(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await this.#letGo();
      await this.#look();
    } catch (error) {
      this.#ports.observer.fault('letting go of files', error);
    } finally {
      this.#busy = false;
    }
  }

  async #letGo(): Promise<void> {
    const { blobRecords, blobs, clock } = this.#ports;
    const { fileGrace, fileLife } = this.#settings;
    const ago = (life: number) => (clock.now() - life) as Millis;
    const gone = await blobRecords.condemn({
      type: 'stale',
      unfinished: ago(fileGrace),
      unnamed: ago(fileGrace),
      any: ago(fileLife),
      limit: GO,
    });
    if (gone.length === 0) return;
    for (const blob of gone) await blobs.drop(blob);
    await blobRecords.forget(gone);
  }

  /** Once after a start: bytes of which a database that was put back from a backup knows nothing. A record comes before its bytes. */
  async #look(): Promise<void> {
    const { blobRecords, blobs } = this.#ports;
    for (let looked = 0; looked < LOOK && this.#strays !== undefined; looked += 1) {
      const next = await this.#strays.next();
      if (next.done) this.#strays = undefined;
      else if ((await blobRecords.find(next.value)) === undefined) await blobs.drop(next.value);
    }
  }
}
