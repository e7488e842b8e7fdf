import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOUNGE } from '@aurora/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { fetched, fileWays, filled, outgoing } from '../support/filing.ts';
import { type Headless, headless, messages, ready } from '../support/headless.ts';
import { isIn, personOf, privateView, reads } from '../support/private.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';
import { until } from '../support/until.ts';

const CANARY = 'canary-7f3a-sings-at-dawn';
/** Each of these is somewhere else in what a client sends. */
const PRIVATE = {
  title: 'canary-19bd-titles-a-room',
  renamed: 'canary-e02c-titles-it-anew',
  room: 'canary-5c61-sings-in-a-room',
  direct: 'canary-d48e-sings-to-bo-alone',
};

const FILE = {
  name: 'canary-a41c-names-a-file.bin',
  type: 'canary/c90e-types-it',
  words: 'canary-77d2-goes-with-it',
  preview: 'canary-3fb8-is-its-likeness',
  content: 'canary-e5a9-sings-in-it',
  packed: 'canary-06cc-is-packed ',
};

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
function holds(haystack: Buffer, needle: string | Buffer): boolean {
  const bytes = Buffer.from(needle);
  const forms = [
    bytes,
    Buffer.from(bytes.toString('base64').slice(0, -4)),
    Buffer.from(bytes.toString('hex')),
    ...(typeof needle === 'string' ? [Buffer.from(needle, 'utf16le')] : []),
  ];
  return forms.some((form) => haystack.includes(form));
}

/** That none of these is in the server's memory, its files or its logs. */
async function expectNowhere(secrets: readonly (string | Buffer)[]): Promise<void> {
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
  for (const secret of secrets)
    expect({ secret, found: holds(memory, secret) }).toEqual({ secret, found: false });
  const files = (await filesUnder(relay.dataDir)).filter((path) => path !== snapshot);
  expect(files.length).toBeGreaterThan(0);
  for (const path of files) {
    const file = await readFile(path);
    for (const secret of secrets)
      expect({ path, secret, found: holds(file, secret) }).toEqual({ path, secret, found: false });
  }
  const output = Buffer.from(relay.output());
  for (const secret of secrets)
    expect({ secret, found: holds(output, secret) }).toEqual({ secret, found: false });
}

describe('what the server has of a conversation', () => {
  it('is nothing readable of a message: not in its files, its logs, or its memory', async () => {
    relay = await startRelay('--log-level', 'trace');
    const ada = await headless(relay, 'Ada');
    const bo = await headless(relay, 'Bo');
    people = [ada, bo];
    await ready(ada);
    await ready(bo);
    await ada.say(CANARY);
    await until('Bo reads it', () => messages(bo).some(({ text }) => text === CANARY));
    await expectNowhere([CANARY]);
  });

  it('is nothing of a file: not its name, nor its type, preview, words or bytes, whether they are packed or not', async () => {
    relay = await startRelay('--log-level', 'trace');
    const ada = await headless(relay, 'Ada', { files: fileWays(relay) });
    const bo = await headless(relay, 'Bo', { files: fileWays(relay) });
    people = [ada, bo];
    await ready(ada);
    await ready(bo);
    // Random around it, so that nothing but sealing hides it.
    const content = filled(3_000_000);
    for (let at = 1_000; at < content.length; at += 100_000) content.set(Buffer.from(FILE.content), at);
    const image = new Uint8Array(Buffer.from(FILE.preview));
    await ada.client.sendFiles(LOUNGE, FILE.words, [
      { ...outgoing(content, FILE.name, FILE.type), preview: { width: 1, height: 1, image } },
      outgoing(new Uint8Array(Buffer.from(FILE.packed.repeat(10_000))), 'packed.txt'),
    ]);
    expect((await fetched(bo, FILE.name)).includes(FILE.content)).toBe(true);
    expect((await fetched(bo, 'packed.txt')).includes(FILE.packed)).toBe(true);
    await expectNowhere(Object.values(FILE));
  });

  it('is nothing of what is private: titles, links, what was said in a room and to one person', async () => {
    relay = await startRelay('--log-level', 'trace');
    const ada = await headless(relay, 'Ada');
    const bo = await headless(relay, 'Bo');
    const cleo = await headless(relay, 'Cleo');
    people = [ada, bo, cleo];
    for (const one of people) await ready(one);
    const { conversations } = ada.client;
    const direct = await conversations.openDirect(personOf(bo));
    await isIn(ada, direct);
    await ada.say(PRIVATE.direct, direct);
    await reads(bo, direct, PRIVATE.direct);

    const room = await conversations.create(PRIVATE.title, 'all', []);
    await isIn(ada, room);
    await ada.say(PRIVATE.room, room);
    const link = await conversations.private(room).relink(true);
    if (link === null) throw new Error('a link was made');
    await until('the link holds', async () => (await conversations.private(room).panel()).link === link);
    // The link's proof, the welcome with the keys of the past, and a new title pass the server too.
    await cleo.client.conversations.joinByLink(room, link);
    await isIn(cleo, room);
    await until('Cleo reads what was said before she came', async () => {
      await cleo.scrollUp(room);
      return cleo.texts(room).includes(PRIVATE.room);
    });
    await conversations.private(room).rename(PRIVATE.renamed);
    await until('Cleo sees it', () => privateView(cleo, room).title === PRIVATE.renamed);
    await expectNowhere([...Object.values(PRIVATE), link, Buffer.from(link, 'base64url')]);
  });
});
