const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long something plays: `0:07`, `12:05`, `1:02:03`. */
export function playTime(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / SECOND));
  const two = (part: number): string => String(part).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** How long it still takes, about: `a few seconds left`, `about 40 s left`, `about 2 min left`. */
export function leftOf(ms: number): string {
  if (ms < 5 * SECOND) return 'a few seconds left';
  // In steps, so that the words do not flicker.
  if (ms < 55 * SECOND) return `about ${Math.ceil(ms / (5 * SECOND)) * 5} s left`;
  if (ms < 55 * MINUTE) return `about ${Math.max(1, Math.round(ms / MINUTE))} min left`;
  if (ms < 48 * HOUR) return `about ${Math.max(1, Math.round(ms / HOUR))} h left`;
  return 'days left';
}
