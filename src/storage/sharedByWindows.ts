import type { SessionStorage } from '../sessions/sessionStorage.ts';
import type { Sharing } from '../sessions/sharing.ts';
import type { WindowLocks } from '../sessions/windowLocks.ts';

/** What the windows of one person share. Each platform has its own way. */
export interface SharedByWindows {
  readonly locks: WindowLocks;
  readonly storage: SessionStorage;
  /** For the report on sign-in. Rejects with the platform's error when the storage cannot be opened. */
  readonly sharing: () => Promise<Sharing>;
}
