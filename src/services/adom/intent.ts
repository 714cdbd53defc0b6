import * as z from 'zod/mini';

import { isSafeAddress } from '../../http/address.ts';
import { type HttpOutcome, isSuccess, type Problem, problemOfOutcome } from '../../http/outcome.ts';
import { bearerToken, lenient, nonEmpty, safeAddress, seconds } from '../../http/schema.ts';
import { type Http, isTransientFailure, retryAfterMs, send } from '../../http/send.ts';
import { type Failed, failed, refused, failureOf } from '../../oauth/failure.ts';

/** An AuthenticationIntent that waits for the person. Both addresses hold its token, so they are secrets. */
export interface Intent {
  /** The page that the person opens, exactly as the server sent it. */
  readonly authUrl: string;
  /** The address that gives the session token, to a poll or as a stream. */
  readonly statusUrl: string;
  /** The code that the person types in the browser, if the server wants one. Shown, never logged. */
  readonly confirmationCode?: string;
  /** When the intent expires, in milliseconds of the wall clock. */
  readonly deadlineMs: number;
  /** The life of the session, from the moment of authentication. */
  readonly sessionMaxAgeSeconds: number;
}

export type CreateIntentResult = { kind: 'created'; intent: Intent } | Failed;

/** Every intent expires after 15 minutes (Adom's AuthenticationIntent guide). */
const MAX_LIFE_MS = 15 * 60_000;

const IntentResponse = z.object({
  // It becomes part of an address, so it must be well-formed.
  token: nonEmpty.check(z.refine((token) => token.isWellFormed())),
  created_at: lenient(z.string()),
  expires_at: lenient(z.string()),
  requested_max_age: lenient(seconds),
  auth_url: z.nullish(safeAddress),
  updates_url: z.nullish(z.string()),
  confirmation_code: z.nullish(z.string().check(z.refine((text) => text.length <= 64))),
});

/**
 * Creates an intent for a session that lives `maxAgeSeconds` (POST /auth/intents, Adom's AuthenticationIntent
 * guide). `browserSide` is the origin of the sign-in page when the answer names no page. Sends one request
 * and does not retry: the person waits for the result and can start again. Rejects only with `signal.reason`.
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
  if (answer === undefined || statusUrl === undefined) return failureOf(outcome);
  return {
    kind: 'created',
    intent: {
      authUrl: answer.auth_url ?? `${browserSide}/auth/intent?token=${encodeURIComponent(answer.token)}`,
      statusUrl,
      ...(answer.confirmation_code && { confirmationCode: answer.confirmation_code }),
      deadlineMs: http.clock.now() + lifeMs(answer, http.clock.now()),
      sessionMaxAgeSeconds: answer.requested_max_age ?? maxAgeSeconds,
    },
  };
}

/**
 * The address of the status. Servers send `updates_url` with `/status` at the end, without it, or not at all.
 * Undefined when it is on another origin, because the intent's token must not go there.
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

/** The life in milliseconds, by the server's two times if possible, because our clock can be wrong. */
function lifeMs(answer: z.infer<typeof IntentResponse>, nowMs: number): number {
  const expires = Date.parse(answer.expires_at ?? '');
  const created = Date.parse(answer.created_at ?? '');
  const life = expires - (Number.isNaN(created) ? nowMs : created);
  return Number.isNaN(life) ? MAX_LIFE_MS : Math.min(Math.max(life, 0), MAX_LIFE_MS);
}

/** The meaning of one answer about an intent's status. */
export type IntentStatus =
  | { kind: 'authenticated'; sessionToken: string }
  | { kind: 'pending' }
  | { kind: 'expired' }
  /** Ask again later. `waitMs` is the time that the server asks to wait, or 0. */
  | { kind: 'transientFailure'; waitMs: number; problem: Problem }
  | Failed;

const Pending = z.object({ state: z.literal('pending') });
const Authenticated = z.object({ session_token: bearerToken });
/** A token that is not in the form of RFC 6750 §2.1. */
const MalformedToken = z.object({ session_token: nonEmpty });
/**
 * The person has approved, but there is no token: the session ended, or the server does not give it again.
 */
const TokenGone = z.object({ state: z.literal('authenticated') });

/**
 * Reads the answer of `GET /auth/intents/{token}/status` (Adom's AuthenticationIntent guide). `nowMs` is the
 * wall clock, for a Retry-After that is a date.
 */
export function readIntentStatus(outcome: HttpOutcome, nowMs: number): IntentStatus {
  if (isTransientFailure(outcome)) {
    const waitMs = outcome.kind === 'answer' ? retryAfterMs(outcome.headers, nowMs) : undefined;
    return {
      kind: 'transientFailure',
      waitMs: waitMs ?? 0,
      problem: problemOfOutcome(outcome) ?? 'serverFault',
    };
  }
  if (outcome.kind !== 'answer') return failureOf(outcome);
  if (outcome.status === 410) return { kind: 'expired' };
  if (outcome.status === 404 && outcome.json !== undefined) return failed('codeSpent');
  if (outcome.status !== 200) return failureOf(outcome);
  const { json } = outcome;
  if (z.safeParse(Pending, json).success) return { kind: 'pending' };
  const token = readSessionToken(json);
  if (token !== undefined) return { kind: 'authenticated', sessionToken: token };
  if (z.safeParse(MalformedToken, json).success) return refused('malformed session_token');
  return z.safeParse(TokenGone, json).success ? failed('codeSpent') : failureOf(outcome);
}

/**
 * The token in an answer or in the data of an `authenticated` event. Undefined when it is absent or
 * malformed.
 */
export function readSessionToken(json: unknown): string | undefined {
  return z.safeParse(Authenticated, json).data?.session_token;
}
