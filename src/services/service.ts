import type { Provider } from '../api.ts';
import type { Failed, Failure } from '../protocol/failure.ts';
import type { Person } from './person.ts';

/**
 * One identity service. All that tells services apart is in here: the provider, the store and the notification
 * never ask which one they serve.
 */
export interface IdentityService {
  /** The id of its authentication provider. */
  readonly id: Provider;
  /** Its name, as a person reads it. */
  readonly label: string;
  /** What a person signs in with it for, in their language. */
  readonly purpose: string;
  /** What the palette and the Accounts menu ask for. */
  readonly defaultScopes: readonly string[];
  /** The settings that a message about a failure can name. */
  readonly settings: { readonly server: string; readonly client?: string };
  /** Opens a sign-in. Rejects only with `signal.reason`. */
  begin(scopes: readonly string[], signal: AbortSignal): Promise<Begun>;
  /**
   * Asks whose the grant is; gives the grant back with what was learnt about it. Rejects only with `signal.reason`.
   */
  identify(grant: Grant, signal: AbortSignal): Promise<Identified>;
  /**
   * Asks whether the access token still works. Only the service's definite no counts as one: a lost connection, a
   * proxy's page, "too many requests" and trouble of the server leave it in doubt. Rejects only with `signal.reason`.
   */
  verify(grant: Grant, signal: AbortSignal): Promise<Verdict>;
  /** Gets a new access token for the grant's refresh token, where the service grants those (RFC 6749 §6). */
  readonly renew?: (grant: Grant, signal: AbortSignal) => Promise<Renewed>;
  /** Tells the service that the grant is not wanted any more: best effort. Rejects only with `signal.reason`. */
  revoke(grant: Grant, signal: AbortSignal): Promise<void>;
}

/** Why a sign-in ended without a session, as far as the person who started it needs to know. */
export type ServiceFailure =
  | Failure
  /** The service rejects the token that it has just granted. */
  | { kind: 'grantRejected' }
  /** The caller asked for scopes, and the service has none. */
  | { kind: 'noScopes' }
  /** The setting that names the server is not an https address. */
  | { kind: 'badServerSetting' };

export type Begun = { kind: 'pending'; pending: PendingSignIn } | Failed<ServiceFailure>;
export type Waited = { kind: 'granted'; grant: Grant } | { kind: 'expired' } | Failed<ServiceFailure>;
export type Identified = { kind: 'identified'; person: Person; grant: Grant } | Failed<ServiceFailure>;
/** What a service says of a token. */
export type Verdict = 'valid' | 'rejected' | 'unknown';
export type Renewed = { kind: 'granted'; grant: Grant } | { kind: 'rejected' } | { kind: 'unknown' };

/** A sign-in that waits for the person in the browser. Nothing in it may be logged. */
export interface PendingSignIn {
  /** What the person types in the browser. Without one the address that is opened says it all. */
  readonly userCode?: string;
  /** Where the person can type the code on any device. Absent where the address is itself a secret. */
  readonly verificationUri?: string;
  /** What "Open browser" opens and "Copy link" copies, byte for byte. */
  readonly browserUri: string;
  /** When it ends, in milliseconds of the wall clock. */
  readonly deadlineMs: number;
  /** Waits for the person's decision; `onContact` hears whether the service could be reached. Call once. */
  wait(signal: AbortSignal, onContact: (reached: boolean) => void): Promise<Waited>;
}

/** What the service granted. The tokens are secrets. */
export interface Grant {
  /** The server that granted it, and the only one that it may be sent to. */
  readonly server: string;
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** How the service wants the token: in an Authorization header (also when absent), or in a cookie. */
  readonly sentAs?: 'bearer' | 'cookie';
  /** When the access token ends, in milliseconds of the wall clock, where the service tells it. */
  readonly expiresAtMs?: number;
}
