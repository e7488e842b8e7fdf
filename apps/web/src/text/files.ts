import type { FileView, MessageRow } from '@aurora/chat/view';
import { playTime } from './duration.ts';
import { counted } from './words.ts';

/** So many of a message's files are named; the others are counted. */
const MOST_NAMED = 3;

/** What a message brings beside its words: `file a.png`, `2 files: a.png, b.pdf`, `voice note, 0:07`. */
export function filesLine(files: readonly FileView[]): string {
  const [first] = files;
  if (!first) return '';
  if (files.length === 1 && first.voice) {
    return first.duration === null ? 'voice note' : `voice note, ${playTime(first.duration)}`;
  }
  return files.length === 1
    ? `file ${first.name}`
    : `${counted(files.length, 'file', 'files')}: ${names(files)}`;
}

/** `Ada sent a file: a.png`, `Ada sent 2 files: a.png, b.pdf`, `Ada sent a voice note`. */
export function sentLine({ author, files }: Pick<MessageRow, 'author' | 'files'>): string {
  const [first] = files;
  if (files.length === 1 && first?.voice) return `${author.nickname} sent a voice note`;
  const what = files.length === 1 ? 'a file' : counted(files.length, 'file', 'files');
  return `${author.nickname} sent ${what}: ${names(files)}`;
}

function names(files: readonly FileView[]): string {
  const named = files.slice(0, MOST_NAMED).map(({ name }) => name);
  const more = files.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
