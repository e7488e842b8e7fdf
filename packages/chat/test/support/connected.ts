import { type Event, type Head, type Millis, type Request, VERSION } from '@aurora/protocol';
import { Connection, type News, type Welcome } from '../../src/core/connection.ts';
import type { ConnectionView, Failure } from '../../src/index.ts';
import { answer } from './answer.ts';
import { SetChance } from './chance.ts';
import { HandClock, START } from './clock.ts';
import { type Line, Lines } from './line.ts';
import { Wifi } from './network.ts';
import { type Somebody, somebody } from './people.ts';
import { until } from './until.ts';

export const SERVER = new Uint8Array(32).fill(1);
export const NONCE = new Uint8Array(32).fill(2);

export function hello(version = VERSION, time = START): Event {
  return { type: 'hello', version, serverId: SERVER, nonce: NONCE, time: time as Millis };
}

/** Somebody's connection, with all that it told, and the lines it opened. */
export class Connected {
  readonly clock = new HandClock();
  readonly wifi = new Wifi();
  readonly lines = new Lines();
  readonly views: ConnectionView[] = [];
  readonly welcomes: Welcome[] = [];
  readonly news: News[] = [];
  readonly heads: (readonly Head[])[] = [];
  readonly refusals: Failure[] = [];
  losses = 0;
  readonly me: Somebody;
  readonly connection: Connection;

  constructor(me: Somebody, chance: number) {
    this.me = me;
    const ports = {
      clock: this.clock,
      random: new SetChance(chance),
      sockets: this.lines,
      network: this.wifi,
    };
    this.connection = new Connection(ports, {
      changed: (view) => this.views.push(view),
      live: (welcome) => this.welcomes.push(welcome),
      news: (news) => this.news.push(news),
      heads: (heads) => this.heads.push(heads),
      refused: (failure) => this.refusals.push(failure),
      lost: () => {
        this.losses += 1;
      },
    });
  }

  get view(): ConnectionView {
    return this.connection.view;
  }

  start(): Line {
    this.connection.start(this.me.device);
    return this.lines.last;
  }

  /** The relay says hello; gives back the request with the proof. */
  async proof(line = this.lines.last): Promise<Request> {
    line.tell(hello());
    await until(() => line.asked.length > 0);
    const [proof] = line.asked;
    if (proof === undefined) throw new RangeError('no proof');
    return proof;
  }

  /** The relay believes the proof. */
  async welcomed(line = this.lines.last): Promise<void> {
    const { request } = await this.proof(line);
    const { id: device, identity } = this.me.device;
    const before = this.welcomes.length;
    line.tell(answer('auth', request, { device, identity, time: this.clock.now(), rooms: [] }));
    await until(() => this.welcomes.length > before);
  }
}

export async function connected(nickname: string, chance = 0): Promise<Connected> {
  return new Connected(await somebody(nickname), chance);
}
