/** One thing that must hold of the repository. `run` returns what is wrong, one line each; nothing wrong is a pass. */
export interface Check {
  readonly name: string;
  readonly run: (root: string) => Promise<readonly string[]> | readonly string[];
}
