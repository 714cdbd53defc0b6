import * as z from 'zod/mini';

import { isSuccess } from '../../http/outcome.ts';
import { type Http, sendWithRetries } from '../../http/send.ts';
import { rejectsToken } from '../../oauth/failure.ts';

export type ExtendSessionResult =
  /** The session lives. Its end is in milliseconds of the wall clock. */
  | { kind: 'alive'; expiresAtMs: number }
  /** The server knows no session with this token. */
  | { kind: 'noSession' }
  /** The answer says nothing about the session. */
  | { kind: 'unknown' };

const Answer = z.object({ session: z.object({ token: z.string(), expiresAt: z.string() }) });

/**
 * Asks better-auth's `get-session` for the session of a token. If the session is older than the server's
 * `updateAge`, this moves its end. Sends the request again after a transient failure, for half a minute: this is
 * asked when a person comes back, and their network may come back later. Rejects only with `signal.reason`.
 */
export async function extendSession(
  http: Http,
  url: string,
  token: string,
  signal: AbortSignal,
): Promise<ExtendSessionResult> {
  const headers = { authorization: `Bearer ${token}` };
  const outcome = await sendWithRetries(http, { name: 'get-session', method: 'GET', url, headers }, signal);
  if (rejectsToken(outcome)) return { kind: 'noSession' };
  if (!isSuccess(outcome)) return { kind: 'unknown' };
  if (outcome.status === 200 && outcome.json === null) return { kind: 'noSession' };
  const { session } = z.safeParse(Answer, outcome.json).data ?? {};
  // A cache between us and the server could give the session of somebody else.
  if (session?.token !== token) return { kind: 'unknown' };
  const expiresAtMs = Date.parse(session.expiresAt);
  return expiresAtMs > http.clock.now() ? { kind: 'alive', expiresAtMs } : { kind: 'unknown' };
}
