import { readFileSync } from 'node:fs';
import { type Config, ConfigError } from './config.ts';

function readPem(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(`--${flag} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
}

/** Certificate and key, or undefined for plain HTTP. Throws ConfigError. */
export function readTls(config: Config): { readonly cert: Buffer; readonly key: Buffer } | undefined {
  const cert = config['tls-cert'];
  const key = config['tls-key'];
  if (cert === '' && key === '') return undefined;
  if (cert === '' || key === '') throw new ConfigError('TLS needs both --tls-cert and --tls-key.');
  return { cert: readPem('tls-cert', cert), key: readPem('tls-key', key) };
}
