import * as z from 'zod/mini';

import type { Provider } from '../api.ts';
import type { Interruption } from '../base/interruption.ts';
import type { Servers } from '../http/address.ts';
import type { Contact } from '../oauth/judge.ts';
import type { Failed, Failure } from '../oauth/failure.ts';
import type { Person } from './person.ts';
import type { ServiceCheck } from './serviceCheck.ts';

/** Localized texts about a service. */
export interface ServiceTexts {
  /** What it is for. */
  readonly purpose: string;
  /** What a bearer of the user's token can do there. */
  readonly tokenRights: string;
}

/** One identity service. Everything that differs between services is behind this interface. */
export interface IdentityService extends ServiceTexts {
  /** The ID of its authentication provider. */
  readonly id: Provider;
  /** Its name, as users know it. */
  readonly label: string;
  /** The page where users create a BAP identity. Absent for a service without BAP identities. */
  readonly identitiesAt?: string;
  /** The environment variable in which its own CLI looks for a token. Absent for a service without one. */
  readonly tokenVariable?: string;
  /** The scopes that the command palette and the Accounts menu request. */
  readonly defaultScopes: readonly string[];
  /** The keys of its settings, for messages about a failure. */
  readonly settingKeys: { readonly server: string; readonly client?: string };
  /** Reads the settings, so the configured server is always the current one. */
  servers(): Servers;
  /** Starts a sign-in. Rejects only with `signal.reason`. */
  begin(scopes: readonly string[], signal: AbortSignal): Promise<BeginResult>;
  /**
   * Continues a sign-in after its window has closed, from its `toResume`, until `deadlineMs` (wall clock), at the
   * server where it was begun. Undefined for anything else.
   */
  resume(toResume: unknown, deadlineMs: number): PendingSignIn | undefined;
  /**
   * Asks who a grant belongs to. Fails only if the service itself says no, several times. If it does not say in time,
   * the person is a provisional one. Use the grant in the result from now on. Rejects with `signal.reason`
   * immediately. Rejects also when it is interrupted, but waits for an answer first that could be the only copy of a
   * new token.
   */
  identify(grant: Grant, signal: AbortSignal, options?: IdentifyOptions): Promise<IdentifyResult>;
  /**
   * Asks whether the access token still works. `rejected` only if the service itself says so; `unknown` for any
   * disturbance, and for an answer about somebody other than `subject`. Do not abort it: the answer may be the only
   * copy of a rotated access token. Rejects only with `signal.reason`.
   */
  verify(grant: Grant, signal: AbortSignal, subject?: string): Promise<VerifyResult>;
  /**
   * Extends the session, using the access token alone, and verifies the token at the same time, as `verify` does.
   * The answer has no new token, and `verify` may be asked at the same time. Absent for a service that rotates access
   * tokens, or whose sessions cannot be extended. Rejects only with `signal.reason`.
   */
  readonly extend?: (grant: Grant, signal: AbortSignal, subject?: string) => Promise<VerifyResult>;
  /**
   * Exchanges the grant's refresh token for a new access token (RFC 6749 §6). Absent for a service without refresh
   * tokens. Rejects only with `signal.reason`.
   */
  readonly renew?: (grant: Grant, signal: AbortSignal) => Promise<RenewResult>;
  /**
   * Asks the server that granted the tokens to end them, and then whether it has. Rejects only with `signal.reason`.
   */
  revoke(grant: Grant, signal: AbortSignal): Promise<RevokeResult>;
  /** Tests the configured server without a sign-in and without a token. Rejects only with `signal.reason`. */
  check(signal: AbortSignal): Promise<ServiceCheck>;
}

export interface IdentifyOptions {
  /** Called after each answer. */
  readonly onContact?: (contact: Contact) => void;
  /** How long to keep asking while something else answers, in milliseconds: two minutes by default. */
  readonly patienceMs?: number | undefined;
  /** Aborts when nothing new may be sent. */
  readonly interrupted?: AbortSignal;
}

/** Why a sign-in failed, as far as the user needs to know. */
export type ServiceFailure =
  | Failure
  /** The service rejects the token that it just granted. */
  | { kind: 'grantRejected' }
  /** The service accepts the token only as a cookie, which extensions cannot send in a browser. */
  | { kind: 'needsCookie' }
  /** The caller requested scopes, and the service has none. */
  | { kind: 'noScopes' }
  /** The configured server is not a safe address, as `isSafeAddress` defines it. */
  | { kind: 'badServerSetting' };

export type BeginResult = { kind: 'pending'; pending: PendingSignIn } | Failed<ServiceFailure>;
export type WaitResult = { kind: 'granted'; grant: Grant } | { kind: 'expired' } | Failed<ServiceFailure>;
export type IdentifyResult =
  | {
      kind: 'identified';
      person: Person;
      grant: Grant;
      /** The service says that the user has no BAP identity. */
      hasNoBapIdentity?: boolean;
    }
  /** The user has several identities, or one that could not be activated, and the grant stands for none of them yet. */
  | { kind: 'choice'; choice: IdentityChoice }
  | Failed<ServiceFailure>;

/** The identities that the user can choose from for this sign-in. */
export interface IdentityChoice {
  readonly identities: readonly IdentityOption[];
  /** The identity that was tried before. Undefined for the first question about several. */
  readonly failed: FailedIdentity | undefined;
  /**
   * Makes the grant stand for the identity with this ID; undefined continues without one. Returns another choice if
   * the service refuses the identity or does not confirm it. Rejects only with `signal.reason`.
   */
  choose(id: string | undefined, signal: AbortSignal): Promise<IdentifyResult>;
}

export interface FailedIdentity {
  readonly identity: IdentityOption;
  /** `unconfirmed`: the service does not say that the grant stands for it, or says something else. */
  readonly reason: 'refused' | 'unconfirmed';
}

export interface IdentityOption {
  readonly id: string;
  /** As the service sent it: make it safe before you show it. */
  readonly name: string | undefined;
  /** An address that `trustedPicture` allows. */
  readonly picture: string | undefined;
}

export type VerifyResult =
  /** Use this grant from now on: the service may have changed the access token or its expiry. */
  | { kind: 'valid'; grant: Grant }
  | { kind: 'rejected' }
  /** The service did not say. */
  | { kind: 'unknown' };
export type RenewResult =
  | { kind: 'granted'; grant: Grant }
  /** The refresh token no longer works. */
  | { kind: 'rejected' }
  /** The service rejects our client ID. The tokens may still be good. */
  | { kind: 'clientRefused' }
  /** The service did not say. */
  | { kind: 'unknown' };

export type RevokeResult =
  /** The service no longer knows the grant. */
  | { kind: 'ended' }
  /** The service has answered and still accepts the grant, or the browser blocks the request: do not ask again. */
  | { kind: 'refused' }
  /** The service gave no answer of its own. */
  | { kind: 'unanswered' };

/** A sign-in that waits for the user's decision in the browser. Never log any part of it. */
export interface PendingSignIn {
  /** The code that the user types in the browser. Absent if the page needs none. */
  readonly userCode?: string;
  /** A page for typing the code on any device. Absent if the address itself is a secret. */
  readonly verificationUri?: string;
  /** The address for the browser. Open and copy it exactly as it is. */
  readonly browserUri: string;
  /** When the sign-in expires, in milliseconds of the wall clock. */
  readonly deadlineMs: number;
  /** What `IdentityService.resume` needs, as JSON. */
  readonly toResume: Readonly<Record<string, unknown>>;
  /**
   * Waits for the user's decision. Call it only once. Calls `onContact` after each answer. Rejects with
   * `signal.reason` immediately. Rejects also when it is interrupted, but waits for the answer of a poll first if
   * that could be lost.
   */
  wait(
    signal: AbortSignal,
    onContact: (contact: Contact) => void,
    interruption?: Interruption,
  ): Promise<WaitResult>;
}

/** The tokens that a service granted, as stored with the session. They are secrets. */
export const Grant = z.object({
  /** The server that granted the tokens. Never send them anywhere else. */
  server: z.string(),
  /** The OAuth client that got the tokens: a refresh token works for no other (RFC 6749 §6). */
  clientId: z.exactOptional(z.string()),
  accessToken: z.string(),
  refreshToken: z.exactOptional(z.string()),
  /** An ID token, for other extensions. */
  idToken: z.exactOptional(z.string()),
  /** The scopes that the service granted. Absent if it does not say: then they are those that were requested. */
  scopes: z.exactOptional(z.array(z.string())),
  /** How to send the access token: in an Authorization header (the default), or in a cookie. */
  sentAs: z.exactOptional(z.literal(['bearer', 'cookie'])),
  /** When the access token expires, in milliseconds of the wall clock. Absent if the server does not say. */
  expiresAtMs: z.exactOptional(z.number()),
});
export type Grant = z.infer<typeof Grant>;
