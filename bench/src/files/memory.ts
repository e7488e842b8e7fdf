import { readdirSync, readFileSync } from 'node:fs';

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has just ended.
    return '';
  }
}

/** Anonymous resident bytes of a process: what it holds itself, without what it shares or maps. */
function heldBy(pid: number): number {
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Processes of browsers that this one started. */
function browsers(): number[] {
  const parents = new Map<number, number>();
  for (const pid of readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number))
    parents.set(pid, Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0));
  const ours = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === process.pid || (parent > 1 && ours(parent)));
  };
  return [...parents.keys()].filter((pid) => ours(pid) && read(`/proc/${pid}/cmdline`).includes('chrom'));
}

/** The most that all processes of the browsers hold together, over what they held at first. */
export class BrowserMemory {
  readonly #idle = browsers().reduce((sum, pid) => sum + heldBy(pid), 0);
  #peak = 0;
  readonly #timer = setInterval(() => {
    const held = browsers().reduce((sum, pid) => sum + heldBy(pid), 0);
    this.#peak = Math.max(this.#peak, held - this.#idle);
  }, 250);

  /** Bytes. */
  end(): number {
    clearInterval(this.#timer);
    return this.#peak;
  }
}
