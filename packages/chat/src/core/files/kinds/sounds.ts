import type { Head } from './head.ts';
import { type Kind, sound } from './kind.ts';

export function wav(head: Head): Kind | null {
  return head.says(0, 'RIFF') && head.says(8, 'WAVE') ? sound('audio/wav') : null;
}

/** Its first block describes the stream, and has one size. */
export function flac(head: Head): Kind | null {
  return head.says(0, 'fLaC') && (head.u8(4) & 0x7f) === 0 && head.u24(5) === 34 ? sound('audio/flac') : null;
}

/** A page that begins a stream, and that stream is sound: nothing is known of what else an Ogg may hold. */
export function ogg(head: Head): Kind | null {
  if (!head.says(0, 'OggS\0') || (head.u8(5) & 2) === 0) return null;
  const packet = 27 + head.u8(26);
  const known = ['OpusHead', '\x01vorbis', '\x7fFLAC'].some((name) => head.says(packet, name));
  return known ? sound('audio/ogg') : null;
}

export function mp3(head: Head): Kind | null {
  if (!head.says(0, 'ID3')) return isTwoFrames(head, 0) ? sound('audio/mpeg') : null;
  const tag = tagLength(head);
  if (tag === null) return null;
  // A tag with the cover in it may be longer than what is seen here.
  return tag >= head.length || isTwoFrames(head, padding(head, tag)) ? sound('audio/mpeg') : null;
}

function tagLength(head: Head): number | null {
  const version = head.u8(3);
  const sizes = [6, 7, 8, 9].map((at) => head.u8(at));
  if (head.length < 10 || version < 2 || version > 4 || sizes.some((size) => size > 0x7f)) return null;
  const footer = (head.u8(5) & 0x10) === 0 ? 0 : 10;
  return sizes.reduce((sum, size) => sum * 0x80 + size, 0) + 10 + footer;
}

function padding(head: Head, from: number): number {
  let at = from;
  while (at < head.length && head.u8(at) === 0) at++;
  return at;
}

/** One header is eleven set bits and little more, which much else begins with; two at the right distance are no chance. */
function isTwoFrames(head: Head, at: number): boolean {
  const length = frameLength(head, at);
  if (length === null || head.u16(at) !== head.u16(at + length)) return false;
  return frameLength(head, at + length) !== null;
}

const RATES = [44_100, 48_000, 32_000];
const BITRATES = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const LOW_BITRATES = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/** Of a frame of layer III; null if none stands here. */
function frameLength(head: Head, at: number): number | null {
  const [second, third] = [head.u8(at + 1), head.u8(at + 2)];
  if (head.u8(at) !== 0xff || (second & 0xe6) !== 0xe2) return null;
  const version = (second >> 3) & 3;
  const rate = RATES[(third >> 2) & 3];
  const bitrate = (version === 3 ? BITRATES : LOW_BITRATES)[(third >> 4) - 1];
  if (version === 1 || rate === undefined || bitrate === undefined) return null;
  const [slots, divisor] = version === 3 ? [144, 1] : version === 2 ? [72, 2] : [72, 4];
  return Math.floor((slots * bitrate * 1000) / (rate / divisor)) + ((third >> 1) & 1);
}
