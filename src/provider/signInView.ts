import type { PendingSignIn } from '../services/service.ts';
import type { SignInError } from './signInError.ts';

/** What the person sees of one sign-in; it stays until `show` settles. */
export interface SignInView {
  /**
   * Shows a sign-in with `service` while `flow` runs. The signal that the flow gets aborts when the person cancels
   * or the window closes.
   */
  show<T>(service: string, flow: (screen: SignInScreen, signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Tells of a failure: VS Code itself shows none that comes up in the Accounts menu. */
  failed(error: SignInError): void;
  /** Brings what is shown back into sight, for a person who asks a second time. */
  remind(): void;
}

export interface SignInScreen {
  /** The code is there: what to do with it, and how long it lasts. */
  pending(signIn: PendingSignIn): void;
  /** Whether the service can be reached. */
  contact(reached: boolean): void;
  /** The code has ended. Resolves when the person asks for a new one. */
  expired(signal: AbortSignal): Promise<void>;
  /** The person has approved; the rest takes a moment. */
  finishing(): void;
}
