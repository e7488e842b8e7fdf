import { UnusableStorage } from './adapters/sqlite/unusable.ts';
import { type Config, ConfigError, helpText, readConfig } from './config.ts';
import { PortError } from './listen.ts';
import { startServer } from './server.ts';

/** What went wrong, for the operator: a sentence where we have one, everything where we do not. */
function wordsOf(error: unknown): string {
  const known =
    error instanceof ConfigError || error instanceof PortError || error instanceof UnusableStorage;
  if (known) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function run(config: Config): Promise<void> {
  const server = await startServer(config);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Whoever asks twice will not wait.
      if (stopping) process.exit(130);
      stopping = true;
      process.stdout.write('Stopping: telling everybody when to come back. Once more stops at once.\n');
      void server.stop().then(() => process.exit(0));
    });
  }
  process.stdout.write(`Aurora is ready: ${server.url}\n`);
}

try {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === 'help') process.stdout.write(helpText());
  else await run(config);
} catch (error) {
  process.stderr.write(`${wordsOf(error)}\n`);
  process.exit(1);
}
