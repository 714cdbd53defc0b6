import { type Attempt, repeatFor, retryAfterMs } from '../http/retry.ts';
import type { Http } from '../http/send.ts';
import { type Contact, contactOf, type Disturbance, type Word } from '../oauth/judge.ts';
import type { OwnerAnswer } from './tokenOwner.ts';

/** How long to ask while something in between keeps the service's answer away. The user looks at a notification. */
const PATIENCE_MS = 2 * 60_000;
/** A store behind the service may not know a token that is a second old, so one no is not its last word. */
const REJECTED_AFTER_NOES = 3;

export type NewGrantResult<T> =
  | { kind: 'owner'; owner: T }
  /** The service itself has said no three times. */
  | { kind: 'rejected' }
  /** There is no answer, or none that says whose token it is. */
  | { kind: 'unknown' };

/**
 * Asks whose a new token is, until the service says so, or for `patienceMs` while something else answers. Calls
 * `onContact` after each answer. Rejects as `ask` does, or with `signal.reason`.
 */
export async function askAboutNewGrant<T>(
  { clock }: Http,
  ask: () => Promise<OwnerAnswer<T>>,
  signal: AbortSignal,
  onContact: (contact: Contact) => void = () => undefined,
  patienceMs = PATIENCE_MS,
): Promise<NewGrantResult<T>> {
  let noes = 0;
  const attempt = async (): Promise<Attempt<NewGrantResult<T>>> => {
    const { answer, outcome, url } = await ask();
    onContact(contactOf(answer.kind === 'disturbance' ? answer : undefined, url));
    if (answer.kind === 'owner') return { kind: 'done', result: answer };
    if (isNo(answer)) noes += 1;
    else if (answer.kind !== 'disturbance') return { kind: 'done', result: { kind: 'unknown' } };
    if (noes === REJECTED_AFTER_NOES) return { kind: 'done', result: { kind: 'rejected' } };
    return { kind: 'again', waitMs: retryAfterMs(outcome, clock.now()) };
  };
  return (await repeatFor(clock, patienceMs, signal, attempt)) ?? { kind: 'unknown' };
}

/** The token is rejected, or may not be used to ask. */
function isNo(answer: Word | Disturbance): boolean {
  return answer.kind === 'tokenRejected' || (answer.kind === 'failed' && answer.failure.kind === 'refused');
}
