/** Longer endings are not endings, such as that of `notes.from yesterday`. */
const ENDING = /^(.+)(\.[\p{L}\p{N}]{1,8})$/u;

export interface FileName {
  readonly stem: string;
  /** With its dot; empty when there is none. */
  readonly ending: string;
}

/**
 * The two halves of a name. What is too long is cut out of the stem, so that nobody hides the ending of
 * `holiday.jpg                    .exe` behind an ellipsis.
 */
export function nameParts(name: string): FileName {
  const [, stem = name, ending = ''] = ENDING.exec(name) ?? [];
  return { stem, ending };
}

const FAMILIES: readonly (readonly [RegExp, FileKind])[] = [
  [/^image\//, 'picture'],
  [/^audio\//, 'sound'],
  [/^video\//, 'film'],
  [/zip|compressed|x-(7z|tar|rar|bzip)/, 'archive'],
  [/^text\/|pdf|document|msword|sheet|presentation|rtf/, 'text'],
];
export type FileKind = 'picture' | 'sound' | 'film' | 'archive' | 'text' | 'other';

/** What a file seems to be, by its sender's word: for an icon, never for a decision. */
export function kindOf(type: string): FileKind {
  return FAMILIES.find(([pattern]) => pattern.test(type))?.[1] ?? 'other';
}
