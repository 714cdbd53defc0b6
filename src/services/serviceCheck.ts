import { serverTimeMs } from '../http/clockSkew.ts';
import { type HttpAnswer, type HttpOutcome, type Problem, problemOfOutcome } from '../http/outcome.ts';
import { type Http, type HttpRequest, sendWithin } from '../http/send.ts';

/** What came back from the server in the settings for a request that starts no sign-in and carries no token. */
export interface ServiceCheck {
  /**
   * `service`: the service's own answer, as it should be. `notTheService`: data of something else. `badServerSetting`:
   * the setting is no address, and nothing was asked.
   */
  readonly answer: 'service' | 'notTheService' | 'badServerSetting' | Problem;
  /** The HTTP status, if there was an answer. */
  readonly status?: number;
  /** How long it took until something answered, in milliseconds. Absent without an answer. */
  readonly tookMs?: number;
  /**
   * How far this machine's clock is ahead of the server's, in milliseconds; negative when it is behind. Zero when no
   * difference can be told: the server tells its time in whole seconds. Absent when its time cannot be read.
   */
  readonly aheadMs?: number;
  /** What the server says of our client id. Absent for a service without one. */
  readonly client?: ClientCheck;
}

/** `known`: it is in the server's list. `unlisted`: it is not. `refused`: a sign-in with it fails. */
export type ClientCheck = 'known' | 'unlisted' | 'refused' | 'unknown';

/** For each request, in milliseconds: a person waits for the report. */
export const CHECK_LIMIT_MS = 5_000;

/**
 * Sends one request and says what answered. Takes five seconds at most. `isService` judges an answer. Rejects only with
 * `signal.reason`.
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

/** Undefined where nothing tells the server's time. */
function clockAheadMs(headers: Headers, sentMs: number, receivedMs: number): number | undefined {
  const serverMs = serverTimeMs(headers);
  if (serverMs === undefined) return undefined;
  // The server wrote its time between these two moments, and left out what was more than whole seconds.
  if (sentMs - serverMs > 1_000) return sentMs - serverMs - 1_000;
  return Math.min(0, receivedMs - serverMs);
}
