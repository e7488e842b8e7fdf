import type { IncomingMessage } from 'node:http';

/** An IPv6 subscriber has a whole /64, so that is what counts as one address. */
export function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('%')[0]?.split('::') ?? [];
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array.from({ length: zeros }, () => '0'), ...back];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/**
 * Whom a request is counted against. Behind a proxy it is the last address of `X-Forwarded-For`, the only one that
 * the proxy itself vouches for: those before it are the client's own words.
 */
export function addressOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = request.headers['x-forwarded-for'];
  const last = trustProxy ? [forwarded].flat().at(-1)?.split(',').at(-1)?.trim() : undefined;
  return network(last || request.socket.remoteAddress || 'unknown');
}
