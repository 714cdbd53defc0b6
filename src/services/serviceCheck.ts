import { serverTimeMs } from '../http/clockSkew.ts';
import { type HttpAnswer, type HttpOutcome, type Problem, problemOfOutcome } from '../http/outcome.ts';
import { type Http, type HttpRequest, sendWithin } from '../http/send.ts';

/** How the configured server answered a request that starts no sign-in and carries no token. */
export interface ServiceCheck {
  /**
   * `service`: the service's own answer, as expected. `notTheService`: data from something else. `badServerSetting`:
   * the setting is not an address, so no request was sent.
   */
  readonly answer: 'service' | 'notTheService' | 'badServerSetting' | Problem;
  /** The HTTP status. Absent without an answer. */
  readonly status?: number;
  /** The time to the answer, in milliseconds. Absent without an answer. */
  readonly tookMs?: number;
  /**
   * How far this machine's clock is ahead of the server's, in milliseconds; negative if it is behind. Zero if the
   * difference is too small to see in the server's whole seconds. Absent if the server's time cannot be read.
   */
  readonly aheadMs?: number;
  /** What the server says about our client ID. Absent for a service without client IDs. */
  readonly client?: ClientCheck;
}

/** `known` and `unlisted`: it is on the server's list, or not. `refused`: every sign-in with it fails. */
export type ClientCheck = 'known' | 'unlisted' | 'refused' | 'unknown';

/** The time limit of each request, in milliseconds: the user is waiting for the report. */
export const CHECK_LIMIT_MS = 5_000;

/**
 * Sends one request and reports what answered, within five seconds. `isService` recognizes the service's own answer.
 * Rejects only with `signal.reason`.
 */
export async function sendCheck(
  http: Http,
  request: HttpRequest,
  signal: AbortSignal,
  isService: (answer: HttpAnswer) => boolean,
): Promise<{ check: ServiceCheck; outcome: HttpOutcome | undefined }> {
  const sentMs = http.clock.now();
  const outcome = await sendWithin(http, CHECK_LIMIT_MS, request, signal);
  if (outcome === undefined) return { check: { answer: 'timeout' }, outcome };
  if (outcome.kind === 'noAnswer') return { check: { answer: outcome.problem }, outcome };
  const receivedMs = http.clock.now();
  const tookMs = receivedMs - sentMs;
  if (outcome.kind === 'redirect') return { check: { answer: 'loginPage', tookMs }, outcome };
  const { status, headers } = outcome;
  if (!isService(outcome))
    return { check: { answer: problemOfOutcome(outcome) ?? 'notTheService', status, tookMs }, outcome };
  const aheadMs = clockAheadMs(headers, sentMs, receivedMs);
  return { check: { answer: 'service', status, tookMs, ...(aheadMs !== undefined && { aheadMs }) }, outcome };
}

function clockAheadMs(headers: Headers, sentMs: number, receivedMs: number): number | undefined {
  const serverMs = serverTimeMs(headers);
  if (serverMs === undefined) return undefined;
  // The server wrote its time between these two moments, and truncated it to whole seconds.
  if (sentMs - serverMs > 1_000) return sentMs - serverMs - 1_000;
  return Math.min(0, receivedMs - serverMs);
}
