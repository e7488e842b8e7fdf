const list = new Intl.ListFormat('en', { style: 'long', type: 'conjunction' });
const number = new Intl.NumberFormat('en');
const plural = new Intl.PluralRules('en');

/** `1 message`, `12 messages`. */
export function counted(count: number, one: string, many: string): string {
  return `${number.format(count)} ${plural.select(count) === 'one' ? one : many}`;
}

export function grouped(count: number): string {
  return number.format(count);
}

/** `Kim`, `Kim and Leo`, `Kim, Leo and 3 others`: at most two by name when there are many. */
export function named(names: readonly string[], more: number): string {
  const total = names.length + more;
  if (total <= 3 && more === 0) return joined(names);
  const shown = names.slice(0, 2);
  const others = total - shown.length;
  return joined([...shown, counted(others, 'other', 'others')]);
}

function joined(parts: readonly string[]): string {
  return list.format(parts).replace(/, and /, ' and ');
}

/** Who types now, or an empty string. */
export function typingLine(nicknames: readonly string[]): string {
  if (nicknames.length === 0) return '';
  if (nicknames.length === 1) return `${nicknames[0]} is typing`;
  return nicknames.length <= 3 ? `${joined(nicknames)} are typing` : 'Several people are typing';
}
