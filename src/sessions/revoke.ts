import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { NEVER, withTimeLimit } from '../base/timeLimit.ts';
import type { Grant, IdentityService } from '../services/service.ts';

const REVOKE_LIMIT_MS = 5_000;

/**
 * Asks the service in the background to end a grant that is no longer wanted. The grant is gone here whatever the
 * service answers, so no caller waits for it and no failure is shown.
 */
export function revokeInBackground(service: IdentityService, grant: Grant, { clock, log }: Runtime): void {
  withTimeLimit(clock, REVOKE_LIMIT_MS, NEVER, (signal) => service.revoke(grant, signal)).then(
    () => {
      log.info(`Asked ${service.label} to end the session.`);
    },
    (error: unknown) => {
      log.warn(`${service.label} could not be asked in time to end the session: ${describeError(error)}.`);
    },
  );
}
