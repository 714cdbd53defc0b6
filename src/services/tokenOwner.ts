import type { HttpOutcome } from '../http/outcome.ts';
import { type Http, type HttpRequest, send } from '../http/send.ts';
import { type Dialect, type Disturbance, disturbanceOf, judge, type Word } from '../oauth/judge.ts';

/** How a service is asked whose token it is. */
export interface OwnerQuestion<T> {
  readonly request: HttpRequest;
  readonly dialect: Dialect;
  /** Undefined for data that names no owner. */
  readonly read: (json: unknown) => { readonly subject: string; readonly owner: T } | undefined;
}

/** What one answer to "whose token is this?" says. */
export interface OwnerAnswer<T> {
  readonly answer: { kind: 'owner'; owner: T } | Word | Disturbance;
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
