import type { Preferences } from '@aurora/chat/view';
import { remember } from './local.ts';

/** Shows a theme now, and before the first paint of the next visit (public/theme.js). */
export function applyTheme(theme: Preferences['theme']): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  remember('theme', theme === 'system' ? null : theme);
}
