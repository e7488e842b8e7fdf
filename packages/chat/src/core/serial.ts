/** Runs tasks one after another, so that no two see the same state and both change it. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Gives the task's own outcome; a task that fails holds up nothing. */
  run<T>(task: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const outcome = this.#last.then(task);
    this.#last = outcome
      .catch(() => undefined)
      .then(() => {
        this.#waiting -= 1;
      });
    return outcome;
  }

  /** Whether no task runs or waits. */
  get idle(): boolean {
    return this.#waiting === 0;
  }
}
