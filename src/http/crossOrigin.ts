import { withTimeLimit } from '../base/timeLimit.ts';
import type { HttpOutcome } from './outcome.ts';
import type { Http } from './send.ts';

const TIMEOUT_MS = 5_000;

/**
 * True if a request got no answer because the server allows no page of another origin to send it (CORS). A browser
 * gives no reason, so this asks whether the server can be reached at all: without a token, and without reading the
 * answer, which needs no permission. Rejects only with `signal.reason`.
 */
export async function isBlockedByBrowser(
  { fetch, clock, inBrowser }: Http,
  outcome: HttpOutcome | undefined,
  server: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (inBrowser !== true || outcome?.kind !== 'noAnswer' || outcome.problem === 'offline') return false;
  try {
    await withTimeLimit(clock, TIMEOUT_MS, signal, (limited) =>
      fetch(server, { mode: 'no-cors', credentials: 'omit', cache: 'no-store', signal: limited }),
    );
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
