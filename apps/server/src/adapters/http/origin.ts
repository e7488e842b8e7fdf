import type { IncomingMessage } from 'node:http';
import type { HostRule } from './own-host.ts';

export interface OriginRule extends HostRule {
  /** Lets clients in that send no origin: no browser does, but programs may. */
  readonly allowNone: boolean;
}

/**
 * The origin that the device has to sign, or undefined when the socket is refused. SPEC [TR4]. Compared as text: what
 * a browser sends is canonical, and anything that parses a URL finds ways to be fooled by one.
 */
export function originOf({ headers }: IncomingMessage, rule: OriginRule): string | undefined {
  const { host = '', origin } = headers;
  const own = [`https://${host}`, ...(rule.tls ? [] : [`http://${host}`])];
  if (origin === undefined) return rule.allowNone ? (rule.origins[0] ?? own.at(-1)) : undefined;
  // A TLS proxy in front of a plain relay keeps the host and changes the scheme.
  const allowed = rule.origins.length > 0 ? rule.origins : own;
  return allowed.includes(origin) ? origin : undefined;
}
