import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { withTimeLimit } from '../base/timeLimit.ts';
import type { Grant, IdentityService } from '../services/service.ts';

const REVOKE_LIMIT_MS = 5_000;

/**
 * Tells the service in the background that a grant is not wanted any more. The session is gone here whatever the
 * service answers, so nobody waits for it and no failure is shown.
 */
export function revokeInBackground(service: IdentityService, grant: Grant, clock: Clock, log: Log): void {
  const never = new AbortController().signal;
  withTimeLimit(clock, REVOKE_LIMIT_MS, never, (signal) => service.revoke(grant, signal)).then(
    () => {
      log.info(`Asked ${service.label} to end the session.`);
    },
    () => {
      log.warn(`${service.label} could not be asked in time to end the session.`);
    },
  );
}
