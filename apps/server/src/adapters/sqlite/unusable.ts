/** The data folder cannot be used. The message says why, and what the operator can do. */
export class UnusableStorage extends Error {
  override readonly name = 'UnusableStorage';
}
