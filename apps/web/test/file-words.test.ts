import type { TransferView } from '@aurora/chat/view';
import type { Bytes } from '@aurora/protocol';
import { describe, expect, it } from 'vitest';
import { showable } from '../src/files/preview.ts';
import { announce } from '../src/text/announce.ts';
import { bytesOf } from '../src/text/bytes.ts';
import { leftOf, playTime } from '../src/text/duration.ts';
import { kindOf, nameParts } from '../src/text/file-name.ts';
import { filesLine } from '../src/text/files.ts';
import { progressWords, transferParts } from '../src/text/transfer.ts';
import { file, says } from './people.ts';

describe('a number of bytes', () => {
  it('is told in units of a thousand, never as a thousand of them', () => {
    const told = [0, 1, 999, 1000, 1499, 99_949, 99_950, 999_499, 999_500, 2_100_000, 8.4e9, 3e15];
    expect(told.map(bytesOf)).toEqual([
      '0 B',
      '1 B',
      '999 B',
      '1 kB',
      '1.5 kB',
      '99.9 kB',
      '100 kB',
      '999 kB',
      '1 MB',
      '2.1 MB',
      '8.4 GB',
      '3,000 TB',
    ]);
  });
});

describe('a time', () => {
  it('to play is minutes and seconds', () => {
    expect([0, 7_400, 725_000, 3_723_000].map(playTime)).toEqual(['0:00', '0:07', '12:05', '1:02:03']);
  });

  it('left is about', () => {
    expect([1_000, 38_000, 54_000, 119_000, 7_300_000, 1e12].map(leftOf)).toEqual([
      'a few seconds left',
      'about 40 s left',
      'about 55 s left',
      'about 2 min left',
      'about 2 h left',
      'days left',
    ]);
  });
});

describe('a file’s name', () => {
  it('keeps its ending apart, so that it stays in sight', () => {
    expect(nameParts('holiday.jpg          .exe')).toEqual({ stem: 'holiday.jpg          ', ending: '.exe' });
    expect(nameParts('archive.tar.gz')).toEqual({ stem: 'archive.tar', ending: '.gz' });
    for (const name of ['README', '.profile', 'notes.from yesterday', 'a.', '']) {
      expect(nameParts(name)).toEqual({ stem: name, ending: '' });
    }
  });

  it('says by its type what it seems to be', () => {
    const types = ['image/png', 'audio/ogg', 'video/mp4', 'application/zip', 'application/pdf', ''];
    expect(types.map(kindOf)).toEqual(['picture', 'sound', 'film', 'archive', 'text', 'other']);
  });
});

describe('the words about files', () => {
  const voice = file('voice', { voice: true, duration: 7_000 });

  it('name them, or count them when there are many', () => {
    expect(filesLine([file('a.png')])).toBe('file a.png');
    expect(filesLine(['a', 'b', 'c', 'd', 'e'].map((name) => file(name)))).toBe(
      '5 files: a, b, c, and 2 more',
    );
    expect(filesLine([voice])).toBe('voice note, 0:07');
    expect(filesLine([file('voice', { voice: true })])).toBe('voice note');
  });

  it('are spoken in place of a text, and before a caption', () => {
    const said = announce([
      says('Mia', 1, 0, { text: '', files: [file('a.png'), file('b.pdf')] }),
      says('Leo', 2, 0, { text: '', files: [voice] }),
      says('Kim', 3, 0, { text: 'the plan', files: [file('a.png')] }),
    ]);
    expect(said).toEqual([
      'Mia sent 2 files: a.png, b.pdf',
      'Leo sent a voice note',
      'Kim sent a file: a.png. the plan',
    ]);
  });

  it('tell how the bytes stand', () => {
    const line = (transfer: TransferView): string => transferParts(transfer, 0).join(' · ');
    const failure = { code: 'x', message: 'The server is full.' };
    const way = { done: 1_300_000, total: 2_100_000 };
    expect(line({ status: 'moving', ...way, speed: 3_200_000, left: 110_000 })).toBe(
      '1.3 MB of 2.1 MB · 3.2 MB/s · about 2 min left',
    );
    expect(line({ status: 'moving', ...way, speed: null, left: null })).toBe('1.3 MB of 2.1 MB');
    expect(line({ status: 'paused', ...way })).toBe('Paused · 1.3 MB of 2.1 MB');
    expect(line({ status: 'waiting', ...way, failure: null })).toBe('Waiting · 1.3 MB of 2.1 MB');
    expect(line({ status: 'waiting', ...way, failure })).toBe('The server is full.');
    expect(line({ status: 'failed', failure, again: true })).toBe('The server is full.');
    expect(progressWords({ status: 'moving', ...way, speed: 1, left: 8_000 })).toBe('62%, about 10 s left');
    expect(progressWords({ status: 'preparing', done: 0, total: 0 })).toBe('100%');
  });
});

describe('a preview', () => {
  const bytes = (...parts: readonly (string | readonly number[])[]): Bytes =>
    Uint8Array.from(
      parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : part)),
    );
  const png = (width: number, height: number): Bytes => {
    const view = new DataView(new ArrayBuffer(8));
    view.setUint32(0, width);
    view.setUint32(4, height);
    return bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [...new Uint8Array(view.buffer)]);
  };

  it('is shown when it is a small picture, known by what it is', () => {
    expect(showable(png(64, 48))?.type).toBe('image/png');
  });

  it('is not one that would unfold to a billion pixels, nor anything else', () => {
    expect(showable(png(40_000, 40_000))).toBeNull();
    expect(showable(png(0, 10))).toBeNull();
    expect(showable(bytes('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'))).toBeNull();
    for (const short of ['', '\xff\xd8', '\x89PNG', 'GIF89a']) {
      expect(showable(bytes(short))).toBeNull();
    }
  });
});
