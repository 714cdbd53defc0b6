import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { TimeLimitError, withTimeLimit } from '../base/timeLimit.ts';
import type { Person } from '../services/person.ts';
import type { Grant, Identified, IdentityService, ServiceFailure, Waited } from '../services/service.ts';
import { revokeInBackground } from '../sessions/revoke.ts';
import type { SignInScreen } from './signInView.ts';

export type SignInResult =
  | { kind: 'signedIn'; grant: Grant; person: Person }
  | { kind: 'expired' }
  | { kind: 'failed'; failure: ServiceFailure };

/** How long an ended code's "new code" is offered: VS Code holds up every other request to the provider meanwhile. */
const OFFER_LIMIT_MS = 10 * 60_000;

/** One sign-in from the first request to a known person. Rejects only with `signal.reason`. */
export async function signIn(
  service: IdentityService,
  scopes: readonly string[],
  screen: SignInScreen,
  clock: Clock,
  log: Log,
  signal: AbortSignal,
): Promise<SignInResult> {
  const waited = await obtainGrant(service, scopes, screen, clock, log, signal);
  if (waited.kind !== 'granted') return waited;
  const { grant } = waited;
  screen.finishing();
  let identified: Identified | undefined;
  try {
    identified = await service.identify(grant, signal);
    return identified.kind === 'failed' ? identified : { ...identified, kind: 'signedIn' };
  } finally {
    // A token that nobody will keep must not stay alive.
    if (identified?.kind !== 'identified') revokeInBackground(service, grant, clock, log);
  }
}

/** Gets a code and waits for the person's decision, with a new code as often as they ask for one. */
async function obtainGrant(
  service: IdentityService,
  scopes: readonly string[],
  screen: SignInScreen,
  clock: Clock,
  log: Log,
  signal: AbortSignal,
): Promise<Waited> {
  for (;;) {
    const begun = await service.begin(scopes, signal);
    if (begun.kind === 'failed') return begun;
    log.info(
      `Waiting for the browser, at most ${Math.round((begun.pending.deadlineMs - clock.now()) / 1000)} s.`,
    );
    screen.pending(begun.pending);
    const waited = await begun.pending.wait(signal, (reached) => {
      screen.contact(reached);
    });
    if (waited.kind !== 'expired') return waited;
    log.info('The sign-in has expired; offering a new one.');
    if (!(await newCodeWanted(screen, clock, signal))) return waited;
  }
}

async function newCodeWanted(screen: SignInScreen, clock: Clock, signal: AbortSignal): Promise<boolean> {
  try {
    await withTimeLimit(clock, OFFER_LIMIT_MS, signal, (limited) => screen.expired(limited));
    return true;
  } catch (error) {
    if (error instanceof TimeLimitError) return false;
    throw error;
  }
}
