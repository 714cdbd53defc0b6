import type { Contact } from '../oauth/judge.ts';
import type { IdentityChoice, IdentityService, PendingSignIn } from '../services/service.ts';
import type { LiveSession } from '../sessions/record.ts';

/** What the user sees of sign-ins. */
export interface SignInUi {
  /** Shows a sign-in with the service of this name until `close`. */
  open(serviceLabel: string): SignInProgress;
  /** Shows a failure. VS Code itself shows none for a sign-in from the Accounts menu. */
  failed(error: SignInError): void;
  /** Confirms a sign-in in this window. `isAwaited`: false if the extension that asked for it no longer waits. */
  signedIn(service: IdentityService, record: LiveSession, isAwaited: boolean): void;
  /** Says why the sign-in in this window has ended: the user completed the same one in another window. */
  signedInElsewhere(service: IdentityService, record: LiveSession): void;
  /** Says, after a sign-in, that the account has no BAP identity. */
  hasNoBapIdentity(service: IdentityService): void;
  /** Says, after a sign-in, that it has no BAP identity because the user chose none in time. */
  choseNoIdentity(service: IdentityService): void;
  /** Brings a question back that a sign-in with this service waits for. Returns whether there is one. */
  showQuestion(serviceLabel: string): boolean;
  /** Brings the sign-ins in progress back into view for a user who asks a second time. */
  remind(): void;
}

/** One sign-in, as the user sees it. */
export interface SignInProgress {
  /** Aborts when the user cancels. */
  readonly canceled: AbortSignal;
  /** Shows the code, what to do with it, and how long it lasts. `isResumed`: it was begun before the window closed. */
  pending(signIn: PendingSignIn, isResumed: boolean): void;
  /** Shows who answers: the service, nobody, or something else. */
  contact(contact: Contact): void;
  /** Offers a new code. Resolves when the user asks for one. Rejects with `signal.reason`. */
  expired(signal: AbortSignal): Promise<void>;
  /** Shows that the sign-in is approved and almost complete. */
  finishing(): void;
  /**
   * Asks which identity the user signs in as. Resolves with its ID, or with undefined when they continue without one. A
   * question that is out of view is still open. `deadlineMs`: when the sign-in continues without an answer, by the wall
   * clock. Rejects with `signal.reason`.
   */
  choose(choice: IdentityChoice, deadlineMs: number, signal: AbortSignal): Promise<string | undefined>;
  /** Removes it from view. */
  close(): void;
}

export interface SignInErrorOptions {
  readonly setting?: string | undefined;
  readonly isWorthDiagnosis?: boolean;
  readonly cause?: unknown;
}

/** A failed sign-in or sign-out. The user has already seen the message: do not show it again. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
  /** The key of the setting that may be the cause, if any. */
  readonly setting: string | undefined;
  /** Diagnose Sign-In may show the cause. */
  readonly isWorthDiagnosis: boolean;

  /** `message` is localized, for the user. */
  constructor(message: string, { setting, isWorthDiagnosis = false, cause }: SignInErrorOptions = {}) {
    super(message, { cause });
    this.setting = setting;
    this.isWorthDiagnosis = isWorthDiagnosis;
  }
}
