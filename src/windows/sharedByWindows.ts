import type { SessionStorage } from '../sessions/sessionStorage.ts';
import type { WindowLocks } from '../sessions/windowLocks.ts';

/** What the windows of one person share. Each platform has its own way. */
export interface SharedByWindows {
  readonly locks: WindowLocks;
  readonly storage: SessionStorage;
}
