/** Small things of the page that the engine does not keep. All under one prefix, so that signing out can wipe them. */
const PREFIX = 'aurora.';

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Storage is refused or full: the page works without it.
  }
}

/** Forgets everything that the page itself kept. */
export function forgetAll(): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    }
    sessionStorage.removeItem(`${PREFIX}tab`);
  } catch {
    // Storage is refused, so nothing was kept.
  }
}

/** Whether the browser refuses this site all storage, and with it shared workers and locks. */
export function storageRefused(): boolean {
  try {
    return localStorage === null;
  } catch {
    return true;
  }
}

/** Which conversation this tab of the browser shows, across reloads. */
export function recallTab(): string | null {
  try {
    return sessionStorage.getItem(`${PREFIX}tab`);
  } catch {
    return null;
  }
}

export function rememberTab(room: string): void {
  try {
    sessionStorage.setItem(`${PREFIX}tab`, room);
  } catch {
    // Without it a reload leads to the first tab.
  }
}
