const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `0 B`, `999 B`, `1.5 kB`, `12.3 MB`: units of a thousand, as systems and data plans count by now. */
export function bytesOf(count: number): string {
  let value = Math.max(0, count);
  let unit = 0;
  // What would round up to a thousand is one of the next unit: 1 MB, never 1,000 kB.
  while (unit < UNITS.length - 1 && rounded(value, unit) >= 1000) {
    value /= 1000;
    unit += 1;
  }
  return `${number.format(rounded(value, unit))} ${UNITS[unit]}`;
}

/** A tenth is worth telling of small numbers only. */
function rounded(value: number, unit: number): number {
  return unit === 0 || value >= 99.95 ? Math.round(value) : Math.round(value * 10) / 10;
}
