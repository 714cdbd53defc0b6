import { NEVER } from '../base/timeLimit.ts';
import type { HttpOutcome } from '../http/outcome.ts';
import { type Attempt, repeatFor, retryAfterMs } from '../http/retry.ts';
import { type Http, type HttpRequest, send } from '../http/send.ts';
import {
  contactOf,
  type Dialect,
  type Disturbance,
  disturbanceOf,
  type ErrorAnswer,
  judge,
} from '../oauth/judge.ts';
import type { IdentifyOptions } from './service.ts';

/** How long to keep asking while an intermediary keeps the answer away. The user looks at a notification. */
const PATIENCE_MS = 2 * 60_000;
/** A store behind the service may not know a token that is a second old, so a single rejection is not final. */
const REJECTIONS_UNTIL_FINAL = 3;

/** How a service is asked whose token it is. */
export interface OwnerQuestion<T> {
  readonly request: HttpRequest;
  readonly dialect: Dialect;
  /** Undefined for data that names no owner. */
  readonly read: (json: unknown) => { readonly subject: string; readonly owner: T } | undefined;
}

/** What one answer to "whose token is this?" says. */
export interface OwnerAnswer<T> {
  readonly answer: { kind: 'owner'; owner: T } | ErrorAnswer | Disturbance;
  readonly outcome: HttpOutcome;
  readonly url: string;
}

/**
 * Asks once. Data that names no owner is a disturbance, and so is an answer about somebody other than `subject` (OpenID
 * Connect Core 1.0 §5.3.2). Rejects only with `signal.reason`.
 */
export async function askForOwner<T>(
  http: Http,
  { request, dialect, read }: OwnerQuestion<T>,
  signal: AbortSignal,
  subject?: string,
): Promise<OwnerAnswer<T>> {
  const { name, url } = request;
  const outcome = await send(http, request, signal);
  const judged = judge(outcome, dialect);
  if (judged.kind !== 'data') return { answer: judged, outcome, url };
  const found = read(judged.json);
  const isOther = found !== undefined && subject !== undefined && found.subject !== subject;
  if (isOther) http.log.warn(`${name}: the answer is about somebody else, so it does not count.`);
  if (found === undefined || isOther) return { answer: disturbanceOf(outcome), outcome, url };
  return { answer: { kind: 'owner', owner: found.owner }, outcome, url };
}

export type NewGrantResult<T> =
  | { kind: 'owner'; owner: T }
  /** The service itself has rejected the token three times. */
  | { kind: 'rejected' }
  /** There is no answer, or none that says whose token it is. */
  | { kind: 'unknown' };

/**
 * Asks whose a new token is, until the service says so, or for `patienceMs` while something else answers. An
 * interruption ends it between two requests. Rejects as `ask` does, or with the reason of a signal.
 */
export async function askAboutNewGrant<T>(
  { clock }: Http,
  ask: () => Promise<OwnerAnswer<T>>,
  signal: AbortSignal,
  { onContact, patienceMs = PATIENCE_MS, interrupted = NEVER }: IdentifyOptions,
): Promise<NewGrantResult<T>> {
  let rejections = 0;
  const attempt = async (): Promise<Attempt<NewGrantResult<T>>> => {
    const { answer, outcome, url } = await ask();
    onContact?.(contactOf(answer.kind === 'disturbance' ? answer : undefined, url));
    if (answer.kind === 'owner') return { kind: 'done', result: answer };
    if (isRejection(answer)) rejections += 1;
    else if (answer.kind !== 'disturbance') return { kind: 'done', result: { kind: 'unknown' } };
    if (rejections === REJECTIONS_UNTIL_FINAL) return { kind: 'done', result: { kind: 'rejected' } };
    return { kind: 'again', waitMs: retryAfterMs(outcome, clock.now()) };
  };
  const pausing = AbortSignal.any([signal, interrupted]);
  return (await repeatFor(clock, patienceMs, pausing, attempt)) ?? { kind: 'unknown' };
}

/** The token is rejected, or may not be used to ask. */
function isRejection(answer: ErrorAnswer | Disturbance): boolean {
  return answer.kind === 'tokenRejected' || (answer.kind === 'failed' && answer.failure.kind === 'refused');
}
