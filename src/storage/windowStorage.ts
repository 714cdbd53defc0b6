import type { SessionStorage, Sharing, WindowLocks } from '../sessions/ports.ts';

/** What the windows of one person share. Each platform has its own way. */
export interface WindowStorage {
  readonly locks: WindowLocks;
  readonly storage: SessionStorage;
  /** For the report on sign-in. Rejects with the platform's error when the storage cannot be opened. */
  readonly sharing: () => Promise<Sharing>;
}
