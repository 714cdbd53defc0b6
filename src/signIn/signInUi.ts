import type { IdentityChoice, IdentityService, PendingSignIn } from '../services/service.ts';
import type { LiveSession } from '../sessions/record.ts';

/** What the person sees of sign-ins. */
export interface SignInUi {
  /** Shows a sign-in with the service of this name until its screen is closed. */
  open(serviceLabel: string): SignInProgress;
  /** Tells of a failure. VS Code itself shows none for a sign-in that began in the Accounts menu. */
  failed(error: SignInError): void;
  /** Tells that a sign-in in this window is complete. */
  signedIn(service: IdentityService, record: LiveSession): void;
  /** Tells, after a sign-in, that this account has no BAP identity. */
  hasNoBapIdentity(service: IdentityService): void;
  /** Brings the open screens back into sight, for a person who asks a second time. */
  remind(): void;
}

/** The screen of one sign-in. */
export interface SignInProgress {
  /** Aborts when the person cancels. */
  readonly cancelled: AbortSignal;
  /** Shows the code, what to do with it, and how long it lasts. */
  pending(signIn: PendingSignIn): void;
  /** Shows whether the service can be reached. */
  contact(reached: boolean): void;
  /** Offers a new code. Resolves when the person asks for one. Rejects with `signal.reason`. */
  expired(signal: AbortSignal): Promise<void>;
  /** Shows that the person has approved and the rest takes a moment. */
  finishing(): void;
  /**
   * Asks which identity the person signs in as. Resolves with its id, or with undefined when they go on without one.
   * A person who closes the question cancels the sign-in. Rejects with `signal.reason`.
   */
  choose(choice: IdentityChoice, signal: AbortSignal): Promise<string | undefined>;
  /** Takes the screen away. */
  close(): void;
}

export interface SignInErrorOptions {
  readonly setting?: string | undefined;
  readonly isWorthDiagnosis?: boolean;
  readonly cause?: unknown;
}

/** A sign-in or sign-out that failed. The person has seen the message already: do not show it again. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
  /** The setting that may be the cause, if one may be. */
  readonly setting: string | undefined;
  /** A report on sign-in may show the cause. */
  readonly isWorthDiagnosis: boolean;

  /** `message` is for the person, in their language. */
  constructor(message: string, { setting, isWorthDiagnosis = false, cause }: SignInErrorOptions = {}) {
    super(message, { cause });
    this.setting = setting;
    this.isWorthDiagnosis = isWorthDiagnosis;
  }
}
