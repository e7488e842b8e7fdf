import { serve, usage } from '../process.ts';

export type ServerOrder = { readonly do: 'start' } | { readonly do: 'usage'; readonly settle: boolean };

/** In a server's process: starts it when told, and tells what it uses. `start` gives the port. */
export function serveBench(start: () => Promise<number>): void {
  serve(async (order) => {
    const known = order as ServerOrder;
    return known.do === 'start' ? start() : usage(known.settle);
  });
}
