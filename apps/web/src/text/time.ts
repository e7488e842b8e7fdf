const clock = new Intl.DateTimeFormat('en-US', { hour: '2-digit', minute: '2-digit', hour12: true });
const full = new Intl.DateTimeFormat('en-US', { dateStyle: 'full', timeStyle: 'short' });
const day = new Intl.DateTimeFormat('en-US', { weekday: 'long', month: 'long', day: 'numeric' });
const dayAndYear = new Intl.DateTimeFormat('en-US', { dateStyle: 'long' });

/** `02:45 PM`. Some versions of the locale data put a narrow space before PM; a plain one is what people search for. */
export function timeOf(at: number): string {
  return clock.format(at).replace(/[\u202F\u00A0]/g, ' ');
}

/** The whole moment, for those who point at a time. */
export function momentOf(at: number): string {
  return full.format(at).replace(/[\u202F\u00A0]/g, ' ');
}

/** The calendar day where the person is, as `2026-11-23`. */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `Today`, `Yesterday`, `Monday, November 16`, and with the year when it is another. */
export function dayLabel(at: number, now: number): string {
  if (dayOf(at) === dayOf(now)) return 'Today';
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(at) === dayOf(yesterday.getTime())) return 'Yesterday';
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? day.format(at) : dayAndYear.format(at);
}
