import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Headless, headless, messages, ready } from '../support/headless.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';
import { until } from '../support/until.ts';

const CANARY = 'canary-7f3a-sings-at-dawn';

let relay: RelayProcess;
let people: Headless[] = [];

afterEach(async () => {
  for (const somebody of people) somebody.stop();
  people = [];
  await relay.dispose();
});

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** In any of the encodings that a text is likely to lie about in. */
function holds(haystack: Buffer, needle: string): boolean {
  const forms = [
    Buffer.from(needle),
    Buffer.from(needle, 'utf16le'),
    Buffer.from(Buffer.from(needle).toString('base64').slice(0, -4)),
    Buffer.from(Buffer.from(needle).toString('hex')),
  ];
  return forms.some((form) => haystack.includes(form));
}

describe('what the server has of a message', () => {
  it('is nothing readable: not in its files, its logs, or its memory', async () => {
    relay = await startRelay('--log-level', 'trace');
    const ada = await headless(relay, 'Ada');
    const bo = await headless(relay, 'Bo');
    people = [ada, bo];
    await ready(ada);
    await ready(bo);
    await ada.say(CANARY);
    await until('Bo reads it', () => messages(bo).some(({ text }) => text === CANARY));

    process.kill(relay.pid, 'SIGUSR2');
    const snapshot = await until('the heap snapshot is written', async () =>
      (await filesUnder(relay.dataDir)).find((path) => path.endsWith('.heapsnapshot')),
    );
    await until('the heap snapshot is whole', async () => {
      const text = await readFile(snapshot, 'utf8');
      return text.trimEnd().endsWith('}');
    });

    // The search itself must be able to find: the nickname, which the server knows, is in all of them.
    const memory = await readFile(snapshot);
    expect(holds(memory, 'Ada')).toBe(true);
    expect(holds(memory, CANARY)).toBe(false);
    const files = (await filesUnder(relay.dataDir)).filter((path) => path !== snapshot);
    expect(files.length).toBeGreaterThan(0);
    for (const path of files)
      expect({ path, found: holds(await readFile(path), CANARY) }).toEqual({ path, found: false });
    expect(relay.output()).not.toContain(CANARY);
  });
});
