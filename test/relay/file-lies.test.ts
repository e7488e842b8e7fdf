import { memoryDepot, memoryVault } from '@aurora/chat';
import { type BlobId, LOUNGE, toHex } from '@aurora/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bytesOf, fileNamed, filesOf, fileWays, filled, outgoing, standing } from '../support/filing.ts';
import { type Headless, headless, ready } from '../support/headless.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';
import { until } from '../support/until.ts';

const MIB = 1024 * 1024;

let relay: RelayProcess;
let mallory: Headless;
let bo: Headless;
const depot = memoryDepot(Number.MAX_SAFE_INTEGER);

type Descriptor = NonNullable<Awaited<ReturnType<ReturnType<Headless['client']['room']>['fileAt']>>>;

/** Sends a real file first, and then a message that says what it likes of it. */
async function lie(
  change: Partial<Descriptor> | ((true_: Descriptor) => Partial<Descriptor>),
): Promise<void> {
  const room = mallory.client.room(LOUNGE);
  const descriptor = await until('the true one is in the log', async () =>
    room.fileAt((await fileNamed(mallory, 'true.bin')).place),
  );
  const said = {
    ...descriptor,
    name: 'lie.bin',
    ...(typeof change === 'function' ? change(descriptor) : change),
  };
  const id = await room.hold('', async () => [said]);
  await room.amend(id, { type: 'files', text: '', files: [said] });
}

/** What becomes of the lie at Bo's, who accepts it. */
async function accepted(status: 'failed' | 'held' = 'failed') {
  const { place } = await fileNamed(bo, 'lie.bin');
  await bo.client.acceptFile(place);
  const { file } = await until(`it is ${status}`, async () =>
    (await filesOf(bo)).find((one) => one.place.id === place.id && one.file.transfer.status === status),
  );
  return { place, transfer: file.transfer };
}

beforeEach(async () => {
  relay = await startRelay();
  await depot.wipe();
  mallory = await headless(relay, 'Mallory', { files: fileWays(relay) });
  bo = await headless(relay, 'Bo', { files: fileWays(relay, depot), vault: memoryVault() });
  await ready(mallory);
  await ready(bo);
  await mallory.client.sendFiles(LOUNGE, '', [outgoing(filled(9 * MIB), 'true.bin')]);
});
afterEach(async () => {
  mallory.stop();
  bo.stop();
  await relay.dispose();
});

it.each([
  ['another hash', ({ hash }: Descriptor) => ({ hash: hash.map((byte) => byte ^ 1) }), 'file_differs'],
  ['more bytes', { size: 900 * MIB }, 'file_differs'],
  ['more bytes than there are in the world', { size: 2 ** 52 }, 'file_differs'],
  ['fewer bytes, within the padding', ({ size }: Descriptor) => ({ size: size - 1 }), 'padding_wrong'],
  ['another key', ({ key }: Descriptor) => ({ key: key.map((byte) => byte ^ 1) }), 'chunk_wrong'],
  ['another beginning of its nonces', { prefix: new Uint8Array(7) }, 'chunk_wrong'],
  ['that it is packed', ({ size }: Descriptor) => ({ packed: size }), 'file_differs'],
] as const)('a file of which %s is said is refused, and nothing of it is kept', async (_, change, code) => {
  await lie(change);
  const { place, transfer } = await accepted();
  expect(transfer).toMatchObject({ status: 'failed', failure: { code } });
  expect(await depot.files()).toEqual([]);
  await expect(bo.client.files().then((files) => files.open(place))).rejects.toMatchObject({
    failure: { code: 'file_gone' },
  });
});

it.each([
  ['a large one that is said to be nothing', { size: 0, packed: 9 * MIB }],
  ['one that is packed into twice its size', { size: 4 * MIB, packed: 9 * MIB }],
])('%s is not fetched at all', async (_, change) => {
  await lie({ ...change, type: 'image/png' });
  const { place } = await fileNamed(bo, 'lie.bin');
  await expect(bo.client.acceptFile(place)).rejects.toMatchObject({ failure: { code: 'file_differs' } });
  expect(await depot.files()).toEqual([]);
});

it('a message that names a blob of somebody else, or none that exists, is not taken by the relay', async () => {
  await lie({ blob: toHex(new Uint8Array(16).fill(7)) as BlobId });
  await until('it failed', async () =>
    mallory.rows().some((row) => row.kind === 'message' && row.delivery.status === 'failed'),
  );
  expect((await filesOf(bo)).map(({ file }) => file.name)).toEqual(['true.bin']);
});

it('two messages that name one blob stand for themselves: what is accepted of one is not had by the other', async () => {
  await lie({});
  const { place: first, file } = await fileNamed(bo, 'true.bin');
  const { place: second } = await fileNamed(bo, 'lie.bin');
  await bo.client.acceptFile(first);
  await standing(bo, file.blob, 'held');
  const all = await filesOf(bo);
  expect(all.find(({ place }) => place.id === second.id)?.file.transfer).toEqual({ status: 'offered' });
  expect(Buffer.compare(await bytesOf(bo, first), filled(9 * MIB))).toBe(0);
});

it.each([
  ['../../etc/passwd', 'passwd'],
  ['C:\\Windows\\system32\\evil.dll', 'evil.dll'],
  ['holiday\u202Egpj.exe', 'holidaygpj.exe'],
  ['CON.txt', '_CON.txt'],
  ['\u200B\u00A0', 'file'],
  ['.htaccess', 'htaccess'],
  ['a<img src=x onerror=alert(1)>.png', 'a_img src=x onerror=alert(1)_.png'],
])('the name %j is shown and saved as %j', async (given, shown) => {
  await lie({ name: given });
  const { place } = await fileNamed(bo, shown);
  await bo.client.acceptFile(place);
  await until('it is held', async () =>
    (await filesOf(bo)).some((one) => one.place.id === place.id && one.file.transfer.status === 'held'),
  );
  expect(await bo.client.files().then((files) => files.open(place))).toMatchObject({
    name: shown,
    size: 9 * MIB,
  });
});
