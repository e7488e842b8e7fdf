/**
 * Characters that no message needs and that could fool a reader: controls other than tab and newline, and the bidi
 * embeddings and overrides that turn `gpj.exe` around. Isolates and direction marks stay: right-to-left text needs them,
 * and they cannot reach past their own message.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNSAFE = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2028\u2029\uFFF9-\uFFFB]/g;

/** The text as it may be shown. */
export function safeText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(UNSAFE, '');
}
