import { safeText } from './safe.ts';

/** The only things a message can turn into on the page. Line breaks stay in the text; the style shows them. */
export type Token =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly href: string };

/** Invisible and direction characters end a link: inside one they could hide where it leads. */
const CANDIDATE =
  /(?:https?:\/\/|mailto:|www\.)[^\s<>"`{}|\\^\u00AD\u061C\u180E\u200B-\u200F\u2060-\u206F\uFEFF]+/giu;
const SCHEMES = new Set(['http:', 'https:', 'mailto:']);
/** Enough for any honest message, and a bound on the elements that one message can make. */
const MOST_LINKS = 200;
const CLOSERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '»': '«', '”': '“', '’': '‘' };

/** Splits a message into text and links. Only http, https and mailto become links. */
export function tokenise(message: string): readonly Token[] {
  const text = safeText(message);
  const tokens: Token[] = [];
  let end = 0;
  let links = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    if (links === MOST_LINKS) break;
    // "xhttp://" and "me@www.example" are words, not links.
    if (/[\p{L}\p{N}@._-]/u.test(text.slice(0, match.index).slice(-1))) continue;
    const shown = withoutTrailing(match[0]);
    const href = safeHref(shown);
    if (href === undefined) continue;
    if (match.index > end) tokens.push({ type: 'text', text: text.slice(end, match.index) });
    tokens.push({ type: 'link', text: shown, href });
    end = match.index + shown.length;
    links += 1;
  }
  if (end < text.length) tokens.push({ type: 'text', text: text.slice(end) });
  return tokens;
}

/** Where a link may lead, or undefined. */
function safeHref(shown: string): string | undefined {
  const url = URL.parse(/^www\./i.test(shown) ? `https://${shown}` : shown);
  if (!url || !SCHEMES.has(url.protocol)) return undefined;
  // `https://bank.example@evil.example` shows one host and leads to another.
  if (url.username !== '' || url.password !== '') return undefined;
  if (url.protocol === 'mailto:') return /^[^@?]+@[^@?]+/.test(url.pathname) ? url.href : undefined;
  return url.hostname === '' || url.hostname === 'www' ? undefined : url.href;
}

/**
 * Cuts off punctuation that ends the sentence rather than the link, and brackets that were opened before it. Counts each
 * bracket once: a message of nothing but brackets must not cost its reader a second.
 */
function withoutTrailing(link: string): string {
  const counts = new Map<string, number>();
  for (const character of link) counts.set(character, (counts.get(character) ?? 0) + 1);
  let end = link.length;
  while (end > 0) {
    const last = link[end - 1] ?? '';
    const opener = CLOSERS[last];
    if (opener === undefined && !/[.,;:!?'*_~…]/.test(last)) break;
    const closed = counts.get(last) ?? 0;
    if (opener !== undefined && (counts.get(opener) ?? 0) >= closed) break;
    counts.set(last, closed - 1);
    end -= 1;
  }
  return link.slice(0, end);
}
