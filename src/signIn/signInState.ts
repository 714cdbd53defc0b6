import type { PendingSignIn } from '../services/service.ts';

/** What the person can do while a sign-in runs, beside cancelling it. */
export type SignInAction = 'copyCode' | 'copyLink' | 'openPage' | 'showQr' | 'startAgain' | 'diagnose';

/** Where a sign-in is, as far as the person sees it. */
export type SignInState =
  | { phase: 'starting' }
  /** `said` is what the person asked for last: the notification says that it was done, or why it cannot be. */
  | { phase: 'pending'; signIn: PendingSignIn; said?: SignInAction; reached: boolean }
  | { phase: 'expired'; hasCode: boolean }
  | { phase: 'choosing' }
  | { phase: 'finishing' };
