import { describe, expect, it } from 'vitest';
import { defaultConfig, helpText, readConfig } from '../src/config.ts';
import { options } from '../src/options.ts';
import { settingsOf } from '../src/settings-of.ts';
import { temporaryFolder } from './support/folder.ts';
import { RelayProcess } from './support/process.ts';

describe('options', () => {
  it('are the defaults, then the environment, then the flags', () => {
    const environment = {
      AURORA_PORT: '6000',
      AURORA_HOST: '0.0.0.0',
      AURORA_ORIGIN: 'https://a.example, https://b.example',
    };
    expect(readConfig(['--port', '7000', '--trust-proxy'], environment)).toMatchObject({
      port: 7000,
      host: '0.0.0.0',
      origin: ['https://a.example', 'https://b.example'],
      'trust-proxy': true,
      'data-dir': 'data',
    });
    expect(readConfig([], { AURORA_TRUST_PROXY: 'off' })).toMatchObject({ 'trust-proxy': false });
  });

  it.each([
    [['--port', 'abc'], {}, /--port is a number from 0 to 65535/],
    [['--port', '70000'], {}, /--port is a number/],
    [[], { AURORA_PORT: '' }, /AURORA_PORT is a number/],
    [[], { AURORA_TRUST_PROXY: 'maybe' }, /AURORA_TRUST_PROXY is on or off/],
    [['--nonsense'], {}, /nonsense/],
  ])('%j with %j make no sense, and say so', (args, environment, words) => {
    expect(() => readConfig(args, environment)).toThrow(words);
  });

  it('never bound what comes from an address so that its largest file could never come', () => {
    const { fileSize, rates } = settingsOf({ ...defaultConfig, 'file-size': 100 });
    expect(rates.filesOfAddress.burst).toBe(fileSize);
    expect(settingsOf(defaultConfig).rates.filesOfAddress).toEqual({
      burst: 64 * 2 ** 30,
      perSecond: 2 ** 20,
    });
  });

  it('are all in the help, with their variables', () => {
    expect(readConfig(['--help'], {})).toBe('help');
    for (const name of Object.keys(options)) expect(helpText()).toContain(`--${name}`);
    expect(helpText()).toContain('AURORA_DATA_DIR');
  });
});

describe('the command', () => {
  it('says where to go, and on a taken port whose it is and what to do', async () => {
    const first = new RelayProcess(['--port', '0', '--data-dir', temporaryFolder()]);
    const url = await first.url();
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const { port } = new URL(url);
    const second = new RelayProcess(['--port', port, '--data-dir', temporaryFolder()]);
    expect(await second.exit()).toBe(1);
    expect(second.output).toMatch(new RegExp(`^Port ${port} is taken .*--port ${Number(port) + 1}\n$`));
    first.child.kill('SIGINT');
    expect(await first.exit()).toBe(0);
  }, 30_000);
});
