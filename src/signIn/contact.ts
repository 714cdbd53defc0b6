import type { Clock } from '../base/clock.ts';
import type { Contact } from '../oauth/judge.ts';
import type { SignInProgress } from './signInUi.ts';

/** A proxy may answer once in the service's place without anyone noticing. After this it is news. */
const ANSWERS_UNTIL_SHOWN = 5;
const MS_UNTIL_SHOWN = 60_000;

/**
 * Follows who answers during a sign-in, and shows what the user should see: at once that nobody answers or that
 * the service is back, and that something else answers only once the service has failed to answer five times in a row,
 * or for a minute.
 */
export function followContact(
  progress: Pick<SignInProgress, 'contact'>,
  clock: Clock,
): (contact: Contact) => void {
  let answers = 0;
  let sinceMs = 0;
  return (contact) => {
    if (contact.kind === 'service') answers = 0;
    else if (answers++ === 0) sinceMs = clock.now();
    const isNews = answers >= ANSWERS_UNTIL_SHOWN || clock.now() - sinceMs >= MS_UNTIL_SHOWN;
    if (contact.kind !== 'somethingElse' || isNews) progress.contact(contact);
  };
}
