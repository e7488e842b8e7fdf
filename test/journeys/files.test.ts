import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { forgetfulBrowser, launchBrowser, Screen } from '../support/browser.ts';
import { buildFilesPage } from '../support/files-page.ts';
import { type RelayProcess, startRelay } from '../support/relay.ts';

const MIB = 1024 * 1024;

let browser: Browser;
let relay: RelayProcess;
let built: Awaited<ReturnType<typeof buildFilesPage>>;
let page: Page;
let faults: string[];

beforeAll(async () => {
  built = await buildFilesPage();
  const flags = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  [browser, relay] = await Promise.all([launchBrowser(...flags), startRelay('--web-dir', built.path)]);
});
afterAll(async () => {
  await browser?.close();
  await relay?.dispose();
  await built?.remove();
});
beforeEach(async () => {
  page = await (await browser.newContext({ permissions: ['microphone'] })).newPage();
  faults = new Screen(page).faults;
  await page.goto(relay.url);
});
afterEach(async () => {
  await page.context().close();
  expect(faults).toEqual([]);
});

/** Calls one of the functions that the page offers (apps/web/test/files-page/main.ts). */
function ask(on: Page, name: string, ...args: readonly unknown[]): Promise<unknown> {
  return on.evaluate(`files.${name}(...${JSON.stringify(args)})`);
}

/** SHA-256 of what the page generates. */
function expected(size: number): string {
  const hash = createHash('sha256');
  for (let at = 0, index = 0; at < size; at += MIB, index++) {
    const length = Math.min(MIB, size - at);
    hash.update(Uint8Array.from({ length }, (_, i) => (index * 31 + i * 7 + (i >> 8)) & 0xff));
  }
  return hash.digest('hex');
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

describe('saving a file', () => {
  it.each([50 * MIB + 17, 1, 0])('of %d bytes gives the same bytes, under the name it has', async (size) => {
    const download = page.waitForEvent('download');
    const saved = ask(page, 'save', size, 'Grüße; “2” 🌌.bin');
    const file = await download;
    expect(file.suggestedFilename()).toBe('Grüße; “2” 🌌.bin');
    expect(file.url()).toMatch(/\/saved\/[0-9a-f]{32}$/);
    expect(await hashOf(await file.path())).toBe(expected(size));
    expect(await saved).toBe('saved');
  });

  it('leaves nothing when its bytes end too early', async () => {
    const download = page.waitForEvent('download');
    const saved = ask(page, 'save', 20 * MIB, 'half.bin', 5);
    expect(await (await download).failure()).not.toBeNull();
    expect(await saved).toBe('file_gone');
  });

  it('that the person stops is told so', async () => {
    const download = page.waitForEvent('download');
    const saved = ask(page, 'save', 2048 * MIB, 'endless.bin');
    await (await download).cancel();
    expect(await saved).toBe('saving_stopped');
  });

  it('leaves nothing when the page goes away', async () => {
    const download = page.waitForEvent('download');
    void ask(page, 'save', 2048 * MIB, 'endless.bin').catch(() => undefined);
    const file = await download;
    await page.goto('about:blank');
    expect(await file.failure()).not.toBeNull();
  });

  it('opens an address once, to whoever knows it', async () => {
    const download = page.waitForEvent('download');
    await ask(page, 'save', 1, 'one.bin');
    for (const address of [(await download).url(), `${relay.url}/saved/guess`]) {
      const other = await page.context().newPage();
      const answer = await other.goto(address);
      expect([answer?.status(), answer?.fromServiceWorker()]).toEqual([404, true]);
      expect(answer?.headers()['content-security-policy']).toBe("sandbox; default-src 'none'");
      await other.close();
    }
    expect((await fetch(`${relay.url}/saved/guess`)).status).toBe(404);
    // Nothing else passes through the worker.
    expect((await page.reload())?.fromServiceWorker()).toBe(false);
  });

  it('works without a service worker, as long as the memory can hold it', async () => {
    const { context, close } = await forgetfulBrowser();
    const careful = await context.newPage();
    await careful.goto(relay.url);
    const download = careful.waitForEvent('download');
    const saved = ask(careful, 'save', 3 * MIB + 5, 'small.bin');
    const file = await download;
    expect(file.suggestedFilename()).toBe('small.bin');
    expect(await hashOf(await file.path())).toBe(expected(3 * MIB + 5));
    expect(await saved).toBe('saved');
    expect(await ask(careful, 'save', 300 * MIB, 'large.bin')).toBe('too_large_here');
    await close();
  });
});

/** Draws something in the page, and gives the picture in base64. */
function drawn(width: number, height: number, type: string, noise: number): Promise<string> {
  return page.evaluate(
    async ([width, height, type, noise]) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no canvas');
      const pixels = context.createImageData(width, height);
      for (let at = 0, seed = 1; at < pixels.data.length; at++) {
        seed = (seed * 48_271) % 0x7fffffff;
        const alpha = at % 4 === 3;
        pixels.data[at] = alpha ? 255 : ((at / 4) % width) / 16 + (seed % 256) * noise;
      }
      context.putImageData(pixels, 0, 0);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type, quality: 0.95 })).arrayBuffer());
      let text = '';
      for (const byte of bytes) text += String.fromCharCode(byte);
      return btoa(text);
    },
    [width, height, type, noise] as const,
  );
}

/** A JPEG as a phone writes it that was held upright: turned, and with the place in it. */
function photographed(jpeg: string): string {
  const place = '52.5200N 13.4050E\0';
  const tiff = Buffer.alloc(8 + 2 + 2 * 12 + 4 + place.length);
  tiff.write('II*\0', 'latin1');
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(2, 8);
  const entry = (at: number, tag: number, type: number, count: number, value: number): void => {
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(count, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  };
  entry(10, 0x010e, 2, place.length, 38);
  entry(22, 0x0112, 3, 1, 6);
  tiff.write(place, 38, 'latin1');
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([head, exif, Buffer.from(jpeg, 'base64').subarray(2)]).toString('base64');
}

describe('a file that somebody chose', () => {
  it('and is a photo has a small likeness, the right way up', async () => {
    const photo = photographed(await drawn(1200, 800, 'image/jpeg', 0.3));
    expect(await ask(page, 'prepare', photo, 'IMG_1.JPG', 'image/jpeg')).toMatchObject({
      photo: true,
      metadata: true,
      secret: true,
      preview: { width: 800, height: 1200, type: 'image/webp' },
      likeness: { width: 213, height: 320 },
    });
  });

  it('and is all noise has a likeness of 8 KiB all the same', async () => {
    const noise = await drawn(1600, 1600, 'image/webp', 1);
    const prepared = await ask(page, 'prepare', noise, 'noise.webp', 'image/webp');
    expect(prepared).toMatchObject({ photo: true, preview: { width: 1600, height: 1600, fits: true } });
  });

  it('and is made smaller is rid of all that a camera wrote', async () => {
    const photo = photographed(await drawn(3000, 2000, 'image/jpeg', 0.1));
    const made = await ask(page, 'smaller', photo, 'IMG_1.heic.JPG', 'image/jpeg');
    expect(made).toMatchObject({
      name: 'IMG_1.heic.JPG',
      type: 'image/jpeg',
      metadata: false,
      secret: false,
      photo: false,
      pixels: { width: 1365, height: 2048 },
    });
  });

  it('and is small already is rid of it too, and else stays as it is', async () => {
    const plain = await drawn(40, 30, 'image/jpeg', 0);
    expect(await ask(page, 'smaller', photographed(plain), 'a.jpg', 'image/jpeg')).toMatchObject({
      metadata: false,
      secret: false,
    });
    expect(await ask(page, 'smaller', plain, 'a.jpg', 'image/jpeg')).toMatchObject({
      size: Buffer.from(plain, 'base64').length,
    });
  });

  it('and is a large PNG becomes what its pixels need', async () => {
    const png = await drawn(700, 700, 'image/png', 1);
    const made = await ask(page, 'smaller', png, 'shot.png', 'image/png');
    expect(made).toMatchObject({ name: 'shot.jpg', type: 'image/jpeg', metadata: false });
  });

  it('and is a film has a frame and a length', async () => {
    const film = await page.evaluate(async () => {
      const canvas = document.createElement('canvas');
      canvas.width = 320;
      canvas.height = 180;
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no canvas');
      const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8' });
      const parts: Blob[] = [];
      recorder.ondataavailable = ({ data }) => parts.push(data);
      recorder.start();
      for (let i = 0; i < 50; i++) {
        context.fillStyle = `rgb(${i * 5} 120 200)`;
        context.fillRect(0, 0, 320, 180);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      await new Promise((resolve) => {
        recorder.onstop = resolve;
        recorder.stop();
      });
      let text = '';
      for (const byte of new Uint8Array(await new Blob(parts).arrayBuffer()))
        text += String.fromCharCode(byte);
      return btoa(text);
    });
    const prepared = await ask(page, 'prepare', film, 'film.webm', 'video/webm');
    expect(prepared).toMatchObject({
      photo: false,
      duration: expect.any(Number),
      preview: { width: 320, height: 180 },
    });
    expect(await ask(page, 'play', film, 'text/html')).toMatchObject({ kind: 'film' });
  });

  it.each([
    ['a drawing with a script', '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', 'image/svg+xml'],
    ['a page', '<!doctype html><script>document.title = "caught"</script>', 'image/png'],
    ['a broken picture', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10broken', 'image/png'],
    ['a picture bomb', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x06', 'image/png'],
    ['a broken film', '\0\0\0\x10ftypisom\0\0\0\0', 'video/mp4'],
    ['nothing', '', ''],
  ])('and is %s is sent without a likeness', async (_, content, type) => {
    const base64 = Buffer.from(content, 'latin1').toString('base64');
    const prepared = await ask(page, 'prepare', base64, 'file', type);
    expect(prepared).toMatchObject({ preview: null, likeness: null, photo: false, duration: null });
  });
});

describe('a held file', () => {
  it('that is a picture is shown under a type of ours, and read once however often it is asked for', async () => {
    const picture = await drawn(64, 48, 'image/png', 0);
    const shown = { kind: 'picture', shown: 64, same: true, opened: 1 };
    expect(await ask(page, 'play', picture, 'text/html')).toEqual(shown);
  });

  it.each([
    ['a page', '<!doctype html><script>document.title = "caught"</script>'],
    ['a drawing with a script', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['a document', '%PDF-1.7'],
    ['a picture bomb', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x06'],
  ])('that is %s is not shown, whatever its sender calls it', async (_, content) => {
    const base64 = Buffer.from(content, 'latin1').toString('base64');
    expect(await ask(page, 'play', base64, 'image/png')).toMatchObject({ code: 'not_playable' });
  });
});

describe('a voice note', () => {
  it('is recorded, measured, and plays', async () => {
    const note = await ask(page, 'record', 1_200);
    expect(note).toMatchObject({
      name: expect.stringMatching(/^Voice note \d{4}-\d\d-\d\d \d\d\.\d\d\.webm$/),
      type: 'audio/webm',
      voice: true,
      photo: false,
    });
    expect(note).toHaveProperty('spoken', expect.closeTo(1_200, -3));
    expect(note).toHaveProperty('duration', expect.closeTo(1_200, -3));
  });

  it('needs the microphone, and says how to allow it', async () => {
    const careful = await (await browser.newContext({ permissions: [] })).newPage();
    await careful.goto(relay.url);
    await careful.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    expect(await ask(careful, 'record', 1)).toMatchObject({ code: 'microphone_refused' });
    await careful.context().close();
  });
});
