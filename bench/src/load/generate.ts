import { serve, usage } from '../process.ts';
import type { ServerName } from '../servers/server.ts';
import { appendLoad } from './appends.ts';
import { Crowd } from './crowd.ts';
import type { Dialect } from './dialect.ts';
import type { GeneratorOrder } from './generator.ts';
import { plain } from './plain.ts';
import { deviceOf, relay } from './relay.ts';
import { socketio } from './socketio.ts';

function dialectOf(server: ServerName, origin: string): Dialect {
  switch (server) {
    case 'aurora':
      return relay(origin);
    case 'Socket.IO':
      return socketio;
    case 'floor':
    case 'ws loop':
      return plain;
  }
}

let crowd: Crowd | undefined;

async function obey(order: GeneratorOrder): Promise<unknown> {
  switch (order.do) {
    case 'prepare':
      for (let member = 0; member < order.members; member += 1) deviceOf(order.first + member);
      return null;
    case 'open':
      crowd = new Crowd(order.crowd);
      return crowd.open(dialectOf(order.server, order.crowd.origin));
    case 'run':
      if (crowd === undefined) throw new Error('nobody is there');
      return crowd.run(order.schedule, order.write, order.patience);
    case 'append':
      return appendLoad(order.options);
    case 'close':
      crowd?.close();
      crowd = undefined;
      return null;
    case 'usage':
      return usage(false);
  }
}

serve((order) => obey(order as GeneratorOrder));
