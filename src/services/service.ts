import * as z from 'zod/mini';

import type { Provider } from '../api.ts';
import type { Failed, Failure } from '../oauth/failure.ts';
import type { Person } from './person.ts';
import type { ServiceCheck } from './serviceCheck.ts';
import type { Servers } from '../http/address.ts';

/** What a person reads of a service, in their language. */
export interface ServiceTexts {
  /** What they use it for. */
  readonly purpose: string;
  /** What whoever holds a token of theirs can do there. */
  readonly tokenRights: string;
}

/**
 * One identity service. All differences between services are behind this interface: the provider, the store
 * and the notification treat every service alike.
 */
export interface IdentityService extends ServiceTexts {
  /** The id of its authentication provider. */
  readonly id: Provider;
  /** Its name, as a person reads it. */
  readonly label: string;
  /** The page where a person creates a BAP identity. Absent for a service without them. */
  readonly identitiesAt?: string;
  /** The scopes that the command palette and the Accounts menu ask for. */
  readonly defaultScopes: readonly string[];
  /** The keys of its settings, for messages about a failure. */
  readonly settingKeys: { readonly server: string; readonly client?: string };
  /** The server of the settings as they are now, and the service's own. */
  servers(): Servers;
  /** Starts a sign-in. Rejects only with `signal.reason`. */
  begin(scopes: readonly string[], signal: AbortSignal): Promise<BeginResult>;
  /** Asks who the grant belongs to. Gives the grant back, completed. Rejects only with `signal.reason`. */
  identify(grant: Grant, signal: AbortSignal): Promise<IdentifyResult>;
  /**
   * Asks whether the access token still works. `rejected` only if the service says so. `unknown` for a
   * network error, a page of a proxy, 429 and 5xx. The answer may be the only copy of a new access token, so
   * the request should not be aborted. Rejects only with `signal.reason`.
   */
  verify(grant: Grant, signal: AbortSignal): Promise<VerifyResult>;
  /**
   * Asks for a later end of the session, with the access token alone, and tells whether that still works.
   * Absent for a service that moves no end. Rejects only with `signal.reason`.
   */
  readonly extend?: (grant: Grant, signal: AbortSignal) => Promise<VerifyResult>;
  /**
   * Gets a new access token with the grant's refresh token (RFC 6749 §6). Absent for a service without
   * refresh tokens. Rejects only with `signal.reason`.
   */
  readonly renew?: (grant: Grant, signal: AbortSignal) => Promise<RenewResult>;
  /**
   * Asks the service to end the grant. Best effort: the outcome is ignored. Rejects only with
   * `signal.reason`.
   */
  revoke(grant: Grant, signal: AbortSignal): Promise<void>;
  /**
   * Asks the server in the settings what tells whether a sign-in can work. Starts none, and sends no token. Rejects
   * only with `signal.reason`.
   */
  check(signal: AbortSignal): Promise<ServiceCheck>;
}

/** Why a sign-in ended without a session, as far as the person who started it needs to know. */
export type ServiceFailure =
  | Failure
  /** The service rejects the token that it has just granted. */
  | { kind: 'grantRejected' }
  /** The service takes the token only as a cookie, which no code in a browser can send. */
  | { kind: 'needsCookie' }
  /** The caller asked for scopes, and the service has none. */
  | { kind: 'noScopes' }
  /** The setting that names the server is not an https address. */
  | { kind: 'badServerSetting' };

export type BeginResult = { kind: 'pending'; pending: PendingSignIn } | Failed<ServiceFailure>;
export type WaitResult = { kind: 'granted'; grant: Grant } | { kind: 'expired' } | Failed<ServiceFailure>;
export type IdentifyResult =
  | {
      kind: 'identified';
      person: Person;
      grant: Grant;
      /** The service says that the person has no BAP identity. */
      hasNoBapIdentity?: boolean;
    }
  /** The person has several identities, and the grant stands for none of them yet. */
  | { kind: 'choice'; choice: IdentityChoice }
  | Failed<ServiceFailure>;

/** The identities of one person. They choose one for this sign-in. */
export interface IdentityChoice {
  readonly identities: readonly IdentityOption[];
  /** What the person has chosen before, and the service has refused. */
  readonly refused: IdentityOption | undefined;
  /**
   * Makes the grant stand for the identity with this id, or for none. Gives another choice when the service refuses
   * it. Rejects only with `signal.reason`.
   */
  choose(id: string | undefined, signal: AbortSignal): Promise<IdentifyResult>;
}

/** An identity that a person has. */
export interface IdentityOption {
  readonly id: string;
  /** As the service sent it: clean it before you show it. */
  readonly name: string | undefined;
  /** An address that may be shown. */
  readonly picture: string | undefined;
}

/** Whether a grant still works. */
export type VerifyResult =
  /** Keep this grant from now on: the service may have changed the access token or the end. */
  | { kind: 'valid'; grant: Grant }
  | { kind: 'rejected' }
  /** The service did not say. */
  | { kind: 'unknown' };
export type RenewResult =
  | { kind: 'granted'; grant: Grant }
  /** The refresh token does not work. */
  | { kind: 'rejected' }
  /** The service does not accept our client id. The tokens may still be good. */
  | { kind: 'clientRefused' }
  /** The service did not say. */
  | { kind: 'unknown' };

/** A sign-in that waits for the person in the browser. Never log any part of it. */
export interface PendingSignIn {
  /** The code that the person types in the browser. Absent if the page needs no code. */
  readonly userCode?: string;
  /** A page where the person can type the code on any device. Absent if the address itself is a secret. */
  readonly verificationUri?: string;
  /** The address that the sign-in opens, and that "Copy link" copies, exactly as it is. */
  readonly browserUri: string;
  /** When the sign-in expires, in milliseconds of the wall clock. */
  readonly deadlineMs: number;
  /**
   * Waits for the person's decision. Call it once. Calls `onContact` with whether the service could be
   * reached. Rejects only with `signal.reason`, at once.
   */
  wait(signal: AbortSignal, onContact: (reached: boolean) => void): Promise<WaitResult>;
}

/** The tokens that a service granted. They are secrets. */
export const Grant = z.object({
  /** The server that granted the tokens. They may be sent to no other server. */
  server: z.string(),
  accessToken: z.string(),
  refreshToken: z.exactOptional(z.string()),
  /** How to send the access token: in an Authorization header (also when absent), or in a cookie. */
  sentAs: z.exactOptional(z.literal(['bearer', 'cookie'])),
  /** When the access token expires, in milliseconds of the wall clock. Absent if the service does not say. */
  expiresAtMs: z.exactOptional(z.number()),
});
export type Grant = z.infer<typeof Grant>;
