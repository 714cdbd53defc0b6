import type { ItemStorage, StorageStatus, WindowLocks } from '../sessions/ports.ts';

/** The storage that all windows of one user share. Each platform has its own. */
export interface WindowStorage {
  readonly locks: WindowLocks;
  readonly storage: ItemStorage;
  /** For Diagnose Sign-In. Rejects with the platform's error when the storage cannot be opened. */
  readonly status: () => Promise<StorageStatus>;
}
