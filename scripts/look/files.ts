import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutgoingFile, PreviewView } from '@aurora/chat';
import { LOUNGE } from '@aurora/protocol';
import type { Page } from 'playwright-core';
import type { Screen } from '../../test/support/browser.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import type { Headless } from '../../test/support/headless.ts';

const WIDE = { width: 1440, height: 900 };

/** Files come into the lounge and leave it; stops at each sight with its name. */
export async function* fileSights(
  viewer: Screen,
  others: ReadonlyMap<string, Headless>,
): AsyncGenerator<string> {
  const { page } = viewer;
  const card = (name: string) => viewer.log.getByRole('group', { name, exact: true });
  const send = async (nickname: string, text: string, ...files: OutgoingFile[]): Promise<void> => {
    await others.get(nickname)?.client.sendFiles(LOUNGE, text, files);
    for (const { name } of files) await card(name).waitFor();
  };
  await page.setViewportSize(WIDE);
  await send('Anh Thư', 'As promised: last night, from the lighthouse ✨', ...(await photographs(page)));
  await card('over the bay.jpg').getByRole('button', { name: 'Accept' }).click();
  await card('over the bay.jpg').getByRole('button', { name: 'Open over the bay.jpg' }).waitFor();
  await send(
    'Leo',
    '',
    file('packing list.txt', 'text/plain', 'tea\n'.repeat(700)),
    file('harbour map.pdf', 'application/pdf', 'x'.repeat(812_345)),
  );
  await card('packing list.txt').getByRole('button', { name: 'Reject' }).click();
  await send('Jonas', '', { ...file('Voice note.wav', 'audio/wav', tone(4)), duration: 4_000, voice: true });
  await card('Voice note.wav').getByRole('button', { name: 'Accept' }).click();
  await card('Voice note.wav').getByRole('button', { name: /Play/ }).waitFor();
  yield 'files';

  await page.setViewportSize(WIDE);
  await page.setInputFiles('input[type=file]', [
    { name: 'tea for nine.txt', mimeType: 'text/plain', buffer: Buffer.from('tea\n'.repeat(5_000)) },
    {
      name: 'a night at the pier, unabridged.epub',
      mimeType: 'application/epub+zip',
      buffer: Buffer.alloc(2_400_000, 'a'),
    },
    { name: 'me.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(await drawn(page, 3, 1400)) },
  ]);
  await viewer.composer.fill('The list, a book for the way, and me, so that you find me');
  await page.getByText('me.jpg').waitFor();
  yield 'files-tray';

  await page.setViewportSize(WIDE);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await card('me.jpg').waitFor();
  // Long enough on its way to be stopped there.
  const folder = await temporaryFolder();
  const path = join(folder.path, 'the whole night.mov');
  await writeFile(path, randomBytes(300_000_000));
  await page.setInputFiles('input[type=file]', path);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await card('the whole night.mov').getByRole('button', { name: 'Pause' }).click();
  yield 'files-moving';
  await card('the whole night.mov').getByRole('button', { name: 'Cancel' }).click();
  await folder.remove();
}

function file(
  name: string,
  type: string,
  content: BlobPart,
  preview: PreviewView | null = null,
): OutgoingFile {
  return { content: new Blob([content]), name, type, preview, duration: null, voice: false };
}

async function photographs(page: Page): Promise<OutgoingFile[]> {
  const names = ['over the bay.jpg', 'lighthouse.jpg'];
  return Promise.all(
    names.map(async (name, seed) => {
      const [large, small] = [await drawn(page, seed, 1800), await drawn(page, seed, 160)];
      return file(name, 'image/jpeg', large, { width: 1800, height: 1200, image: small });
    }),
  );
}

/** A night sky as JPEG, so wide. */
async function drawn(page: Page, seed: number, width: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await page.evaluate(
    async ([wide, hue]) => {
      const canvas = new OffscreenCanvas(wide, Math.round((wide * 2) / 3));
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no canvas');
      const { height } = canvas;
      const sky = context.createLinearGradient(0, 0, 0, height);
      sky.addColorStop(0, '#050a1c');
      sky.addColorStop(1, '#1c3a4a');
      context.fillStyle = sky;
      context.fillRect(0, 0, wide, height);
      for (let band = 0; band < 40; band += 1) {
        const x = (wide * ((band * 37 + hue * 13) % 40)) / 40;
        const light = context.createLinearGradient(0, height * 0.1, 0, height * 0.75);
        light.addColorStop(0, 'transparent');
        light.addColorStop(0.6, `hsl(${140 + hue * 40 + band} 80% 60% / 22%)`);
        light.addColorStop(1, 'transparent');
        context.fillStyle = light;
        context.fillRect(x, height * (0.1 + 0.1 * Math.sin(band)), wide / 14, height * 0.65);
      }
      context.fillStyle = '#02040a';
      context.beginPath();
      context.moveTo(0, height);
      for (let step = 0; step <= 20; step += 1)
        context.lineTo((wide * step) / 20, height * (0.82 + 0.06 * Math.sin(step * 1.7 + hue)));
      context.lineTo(wide, height);
      context.fill();
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: wide > 500 ? 0.85 : 0.6 });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [width, seed] as const,
  );
  return Uint8Array.from(bytes);
}

/** So many seconds of a tone, as WAV. */
function tone(seconds: number): Uint8Array<ArrayBuffer> {
  const rate = 8_000;
  const samples = Buffer.alloc(rate * seconds);
  for (let at = 0; at < samples.length; at += 1)
    samples[at] = 128 + 60 * Math.sin((at * 440 * 2 * Math.PI) / rate);
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return new Uint8Array(Buffer.concat([head, samples]));
}
