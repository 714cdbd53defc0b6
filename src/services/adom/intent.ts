import * as z from 'zod/mini';

import { isSafeAddress } from '../../http/address.ts';
import { type HttpOutcome, isSuccess } from '../../http/outcome.ts';
import { bearerToken, lenient, nonEmpty, safeAddress, secondsOrText } from '../../http/schema.ts';
import { type Http, send } from '../../http/send.ts';
import { type Failed, failed, failureOf, refused } from '../../oauth/failure.ts';
import { type Disturbance, disturbanceOf, judge } from '../../oauth/judge.ts';

/** A pending AuthenticationIntent. Both addresses contain its token, so they are secrets. */
export interface Intent {
  /** The page for the user to open, exactly as the server sent it. */
  readonly authUrl: string;
  /** Returns the session token, to a poll or as a stream. */
  readonly statusUrl: string;
  /** The code to type in the browser, if the server wants one. Shown, never logged. */
  readonly confirmationCode?: string;
  /** When the intent expires, in milliseconds of the wall clock. */
  readonly deadlineMs: number;
  /** The session lifetime, starting at authentication. */
  readonly sessionMaxAgeSeconds: number;
}

export type CreateIntentResult = { kind: 'created'; intent: Intent } | Failed;

/** Every intent expires after 15 minutes (Adom's AuthenticationIntent guide). */
const MAX_LIFETIME_MS = 15 * 60_000;

const IntentResponse = z.object({
  // Becomes part of an address, so it must be well-formed.
  token: nonEmpty.check(z.refine((token) => token.isWellFormed())),
  created_at: lenient(z.string()),
  expires_at: lenient(z.string()),
  requested_max_age: lenient(secondsOrText),
  auth_url: z.nullish(safeAddress),
  updates_url: z.nullish(z.string()),
  confirmation_code: z.nullish(z.string().check(z.refine((text) => text.length <= 64))),
});

/**
 * Creates an intent for a session of `maxAgeSeconds` (POST /auth/intents, Adom's AuthenticationIntent guide).
 * `browserSide` is the origin of the sign-in page, for answers that do not name the page. Does not retry: the user is
 * waiting and can start over. Rejects only with `signal.reason`.
 */
export async function createIntent(
  http: Http,
  server: string,
  browserSide: string,
  maxAgeSeconds: number,
  signal: AbortSignal,
): Promise<CreateIntentResult> {
  const url = `${server}/auth/intents`;
  const json = { max_age: maxAgeSeconds };
  const outcome = await send(http, { name: 'intent', method: 'POST', url, json }, signal);
  const answer = isSuccess(outcome) ? z.safeParse(IntentResponse, outcome.json).data : undefined;
  const statusUrl = answer && statusUrlOf(server, answer.token, answer.updates_url);
  if (answer === undefined || statusUrl === undefined) return failureOf(disturbanceOf(outcome).problem);
  return {
    kind: 'created',
    intent: {
      authUrl: answer.auth_url ?? `${browserSide}/auth/intent?token=${encodeURIComponent(answer.token)}`,
      statusUrl,
      ...(answer.confirmation_code && { confirmationCode: answer.confirmation_code }),
      deadlineMs: http.clock.now() + lifetimeMs(answer, http.clock.now()),
      sessionMaxAgeSeconds: answer.requested_max_age ?? maxAgeSeconds,
    },
  };
}

/**
 * Servers send `updates_url` with `/status` at the end, without it, or not at all. Undefined if it has another origin,
 * which must not receive the intent's token.
 */
function statusUrlOf(
  server: string,
  token: string,
  updatesUrl: string | null | undefined,
): string | undefined {
  if (updatesUrl == null) return `${server}/auth/intents/${encodeURIComponent(token)}/status`;
  const url = URL.parse(updatesUrl);
  if (url?.origin !== new URL(server).origin || !isSafeAddress(url)) return undefined;
  const path = url.pathname.replace(/\/+$/, '');
  if (!path.endsWith('/status')) url.pathname = `${path}/status`;
  return url.href;
}

/** Uses the server's own two timestamps where possible, because our clock may be wrong. */
function lifetimeMs(answer: z.infer<typeof IntentResponse>, nowMs: number): number {
  const expires = Date.parse(answer.expires_at ?? '');
  const created = Date.parse(answer.created_at ?? '');
  const lifetime = expires - (Number.isNaN(created) ? nowMs : created);
  return Number.isNaN(lifetime) ? MAX_LIFETIME_MS : Math.min(Math.max(lifetime, 0), MAX_LIFETIME_MS);
}

/** What one answer says about an intent. */
export type IntentStatus =
  | { kind: 'authenticated'; sessionToken: string }
  | { kind: 'pending' }
  | { kind: 'expired' }
  /** It says nothing: retry later. */
  | Disturbance
  | Failed;

const Pending = z.object({ state: z.literal('pending') });
const Authenticated = z.object({ session_token: bearerToken });
/** A token with characters that RFC 6750 §2.1 does not allow. */
const MalformedToken = z.object({ session_token: nonEmpty });
/** Approved, but without a token: the session has ended, or the server does not return the token again. */
const TokenGone = z.object({ state: z.literal('authenticated') });

/** Reads an answer to `GET /auth/intents/{token}/status` (Adom's AuthenticationIntent guide). */
export function readIntentStatus(outcome: HttpOutcome): IntentStatus {
  const judged = judge(outcome, 'status');
  if (judged.kind === 'expired' || judged.kind === 'failed') return judged;
  const json = judged.kind === 'data' ? judged.json : undefined;
  if (z.safeParse(Pending, json).success) return { kind: 'pending' };
  const token = readSessionToken(json);
  if (token !== undefined) return { kind: 'authenticated', sessionToken: token };
  if (z.safeParse(MalformedToken, json).success) return refused('malformed session_token');
  return z.safeParse(TokenGone, json).success ? failed('codeSpent') : disturbanceOf(outcome);
}

/** Reads the token from an answer or from the data of an `authenticated` event. Undefined if absent or malformed. */
export function readSessionToken(json: unknown): string | undefined {
  return z.safeParse(Authenticated, json).data?.session_token;
}
