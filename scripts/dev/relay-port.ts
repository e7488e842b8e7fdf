/** The port that the relay will listen on, so that the page's server can pass its socket on. */
export function relayPort(flags: readonly string[], env: NodeJS.ProcessEnv): number {
  const at = flags.findIndex((flag) => flag === '--port' || flag.startsWith('--port='));
  const flag = flags[at]?.includes('=') ? flags[at].split('=')[1] : flags[at + 1];
  return Number((at >= 0 ? flag : undefined) ?? env.AURORA_PORT ?? 5000);
}
