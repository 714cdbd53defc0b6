import * as z from 'zod/mini';

import { isSafeAddress } from './address.ts';
import { type Failed, failed } from './failure.ts';
import { type Http, isSuccess, send } from './http.ts';
import { isTransientFailure } from './retry.ts';
import { nonEmpty, lenient, safeAddress, seconds } from './schema.ts';

/** An AuthenticationIntent that waits for the person. All of its addresses hold its token: secrets. */
export interface Intent {
  /** What the person opens, byte for byte. */
  readonly authUrl: string;
  /** Where the session token comes from, by polling or as a stream. */
  readonly statusUrl: string;
  /** What the person types in the browser, where the server wants that. Shown, never logged. */
  readonly confirmationCode?: string;
  /** When it ends, in milliseconds of the wall clock. */
  readonly deadlineMs: number;
  /** The life of the session that it leads to. */
  readonly sessionMaxAgeSeconds: number;
}

export type IntentCreated = { kind: 'created'; intent: Intent } | Failed;

/** No intent lives longer, whatever its session's life (Adom's AuthenticationIntent guide). */
const LONGEST_LIFE_MS = 15 * 60_000;

const IntentResponse = z.object({
  // It becomes part of an address, which half a surrogate pair cannot.
  token: nonEmpty.check(z.refine((token) => token.isWellFormed())),
  created_at: lenient(z.string()),
  expires_at: lenient(z.string()),
  requested_max_age: lenient(seconds),
  auth_url: z.nullish(safeAddress),
  updates_url: z.nullish(z.string()),
  confirmation_code: z.nullish(z.string().check(z.refine((text) => text.length <= 64))),
});

/**
 * Creates an intent whose session is to live `maxAgeSeconds` (POST /auth/intents, Adom's AuthenticationIntent guide). One request, no retry: the
 * person who started this is looking. `browserSide` is where the person goes when the answer does not say. Rejects
 * only with `signal.reason`.
 */
export async function createIntent(
  http: Http,
  server: string,
  browserSide: string,
  maxAgeSeconds: number,
  signal: AbortSignal,
): Promise<IntentCreated> {
  const url = `${server}/auth/intents`;
  const json = { max_age: maxAgeSeconds };
  const outcome = await send(http, { name: 'intent', method: 'POST', url, json }, signal);
  if (isTransientFailure(outcome)) return failed('unreachable');
  const answer = isSuccess(outcome) ? z.safeParse(IntentResponse, outcome.json).data : undefined;
  const statusUrl = answer && statusUrlOf(server, answer.token, answer.updates_url);
  if (answer === undefined || statusUrl === undefined) return failed('notTheService');
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
 * Servers differ in whether `updates_url` ends in `/status`, and whether it is there at all. Undefined when it leads
 * to another origin: the intent's token must not go there.
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

/** The server's own two times tell the life whatever our clock says; one of them alone is held against our clock. */
function lifeMs(answer: z.infer<typeof IntentResponse>, nowMs: number): number {
  const expires = Date.parse(answer.expires_at ?? '');
  const created = Date.parse(answer.created_at ?? '');
  const life = expires - (Number.isNaN(created) ? nowMs : created);
  return Number.isNaN(life) ? LONGEST_LIFE_MS : Math.min(Math.max(life, 0), LONGEST_LIFE_MS);
}
