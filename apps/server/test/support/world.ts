import { nodeRandom } from '../../src/adapters/node/random.ts';
import { nodeVerifier } from '../../src/adapters/node/verifier.ts';
import { memoryStorage } from '../../src/adapters/sqlite/memory.ts';
import { createRelay, type Relay } from '../../src/core/relay.ts';
import { defaultSettings, type Settings } from '../../src/core/settings.ts';
import type { Observer } from '../../src/ports/observer.ts';
import type { Storage } from '../../src/ports/ports.ts';
import { TestClient } from './client.ts';
import { VirtualClock } from './clock.ts';
import { Device } from './keys.ts';

export const ORIGIN = 'https://chat.example';

/** A relay whose guests may all come from one address. */
export const roomy: Partial<Settings> = {
  socketsPerAddress: 1000,
  rates: { ...defaultSettings.rates, newcomer: { burst: 1000, perSecond: 1 } },
};

export interface ConnectOptions {
  readonly address?: string;
  readonly buffered?: () => number;
  /** Calls `go` when a connection that the relay has closed is gone. */
  readonly linger?: (go: () => void) => unknown;
}

/** A relay with a clock that tests move, sockets that are functions, and storage in memory. */
export class World {
  readonly clock = new VirtualClock();
  readonly storage: Storage;
  readonly relay: Relay;
  readonly faults: unknown[] = [];

  constructor(settings: Partial<Settings> = {}, storage: Storage = memoryStorage()) {
    this.storage = storage;
    const observer: Observer = {
      sessions() {},
      appended() {},
      delivered() {},
      refused() {},
      ended() {},
      fault: (doing, error) => this.faults.push([doing, error]),
    };
    this.relay = createRelay(
      { ...storage, clock: this.clock, random: nodeRandom, verifier: nodeVerifier, observer },
      { ...defaultSettings, ...settings },
    );
  }

  /** Somebody connects. `buffered` says how much waits for a reader that does not read. */
  connect({
    address = '192.0.2.1',
    buffered = () => 0,
    linger = setImmediate,
  }: ConnectOptions = {}): TestClient {
    const client = new TestClient(ORIGIN);
    const receiver = this.relay.accept(
      {
        send: (message) => client.heard(message),
        sendShared: ({ bytes }) => client.heard(bytes),
        buffered,
        close: (code) => {
          client.ended(code);
          linger(() => receiver.closed());
        },
      },
      { address, origin: ORIGIN },
    );
    client.line = {
      send: (message) => receiver.receive(message),
      close: () => {
        receiver.closed();
        client.ended(1006);
      },
    };
    return client;
  }

  /** Somebody signs in. */
  async enter(device: Device | string, options: ConnectOptions = {}): Promise<TestClient> {
    const client = this.connect(options);
    await client.auth(typeof device === 'string' ? new Device(device) : device);
    return client;
  }

  /** Somebody signs in and joins the Lounge. */
  async join(device: Device | string, options: ConnectOptions = {}): Promise<TestClient> {
    const client = await this.enter(device, options);
    await client.join();
    return client;
  }
}
