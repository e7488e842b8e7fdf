import type { Change, Failure } from '@aurora/chat/view';

type Level = Extract<Change, { type: 'toast' }>['level'];

export interface Toast {
  readonly id: number;
  readonly level: Level;
  readonly message: string;
}

/** Long enough to read twice; errors stay until they are dismissed. */
const SHOWN_MS = 8_000;
const MOST = 4;

export class Toasts {
  shown: readonly Toast[] = $state.raw([]);
  #made = 0;

  show(level: Level, failure: Pick<Failure, 'message'>): void {
    // The same words again would only push others away.
    const others = this.shown.filter(({ message }) => message !== failure.message);
    const toast = { id: ++this.#made, level, message: failure.message };
    this.shown = [...others, toast].slice(-MOST);
    if (level !== 'error') setTimeout(() => this.dismiss(toast.id), SHOWN_MS);
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}
