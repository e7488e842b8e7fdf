/**
 * `full`: nothing was written, for lack of space. `failed`: it is not known whether it was written.
 */
export type StorageFault = 'full' | 'failed';

/** What every storage port rejects with when the storage itself fails. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly fault: StorageFault;

  constructor(fault: StorageFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}
