import { parseArgs } from 'node:util';
import { type Option, type OptionName, options } from './options.ts';

type ValueOf<O> = O extends { type: 'text' }
  ? string
  : O extends { type: 'texts' }
    ? readonly string[]
    : O extends { type: 'flag' }
      ? boolean
      : number;

export type Config = { readonly [Name in OptionName]: ValueOf<(typeof options)[Name]> };

/** An option that makes no sense. The message says which, and what would. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Given = string | boolean | readonly string[] | undefined;

const table: readonly (readonly [OptionName, Option])[] = Object.entries(options).map(([name, option]) => [
  name as OptionName,
  option,
]);

function variableOf(name: string): string {
  return `AURORA_${name.toUpperCase().replaceAll('-', '_')}`;
}

const YES = ['1', 'true', 'yes', 'on'];
const NO = ['0', 'false', 'no', 'off', ''];

function flagOf(name: string, given: string | boolean): boolean {
  if (typeof given === 'boolean') return given;
  if (YES.includes(given.toLowerCase())) return true;
  if (NO.includes(given.toLowerCase())) return false;
  throw new ConfigError(`${name} is on or off, not “${given}”.`);
}

function numberOf(name: string, given: string, { least, most }: Option & { type: 'number' }): number {
  const value = given.trim() === '' ? Number.NaN : Number(given);
  if (value >= least && value <= most) return value;
  throw new ConfigError(`${name} is a number from ${least} to ${most}, not “${given}”.`);
}

function chosen(name: string, option: Option, given: Given): Config[OptionName] {
  if (given === undefined) return option.default;
  switch (option.type) {
    case 'text':
      return String(given);
    case 'texts':
      return typeof given === 'string'
        ? given.split(',').map((part) => part.trim())
        : [given].flat().map(String);
    case 'flag':
      return flagOf(name, typeof given === 'boolean' ? given : String(given));
    case 'number':
      return numberOf(name, String(given), option);
  }
}

function readFlags(args: readonly string[]): Record<string, Given> {
  const flags = Object.fromEntries(
    table.map(([name, { type }]) => [
      name,
      { type: type === 'flag' ? ('boolean' as const) : ('string' as const), multiple: type === 'texts' },
    ]),
  );
  try {
    return parseArgs({
      args: [...args],
      options: { ...flags, help: { type: 'boolean', short: 'h' } },
      strict: true,
    }).values as Record<string, Given>;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

export const defaultConfig = Object.fromEntries(
  table.map(([name, option]) => [name, option.default]),
) as Config;

/** Flags first, then the environment, then the defaults. `help` when that is asked for. Throws ConfigError. */
export function readConfig(args: readonly string[], environment: NodeJS.ProcessEnv): Config | 'help' {
  const flags = readFlags(args);
  if (flags.help === true) return 'help';
  const entries = table.map(([name, option]) => {
    const fromFlag = flags[name] !== undefined;
    return [
      name,
      chosen(
        fromFlag ? `--${name}` : variableOf(name),
        option,
        fromFlag ? flags[name] : environment[variableOf(name)],
      ),
    ];
  });
  return Object.fromEntries(entries) as Config;
}

/** What `--help` prints. */
export function helpText(): string {
  const lines = table.map(([name, option]) => {
    const shown = option.type === 'number' ? Number(option.default.toPrecision(3)) : option.default;
    const unless = option.type === 'flag' || String(shown) === '' ? '' : ` [${shown}]`;
    const value = option.type === 'flag' ? '' : ` <${option.type === 'number' ? 'number' : 'text'}>`;
    return `  --${name}${value}\n      ${option.help}${unless}\n      ${variableOf(name)}`;
  });
  return `Aurora’s relay.\n\nUsage: npm start -- [options]\n\n${lines.join('\n')}\n`;
}
