import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import type { IdentityService } from '../services/service.ts';
import { isOver } from './expiry.ts';
import { revokeInBackground } from './grants.ts';
import { afterAmendment, asLive, type EndedSession, type LiveSession, type Session } from './record.ts';
import type { SessionStore } from './store.ts';

/**
 * Ends the sessions of one service, and undoes an end that a wrong clock caused. A change takes effect in memory at
 * once. If it cannot be stored, the store keeps trying.
 */
export class SessionEnding {
  readonly #service: IdentityService;
  readonly #store: SessionStore;
  readonly #runtime: Runtime;
  /** What to do again with a session that still has an access token that the service has rejected. */
  readonly #afterRejection = new Map<string, (record: LiveSession) => Promise<unknown>>();

  constructor(service: IdentityService, store: SessionStore, runtime: Runtime) {
    this.#service = service;
    this.#store = store;
    this.#runtime = runtime;
    store.onDidChange(({ record }) => {
      if (record.serviceId === service.id) void this.#rejectAgain(record);
    });
  }

  /**
   * Ends a session. An expired one keeps its grant for now, in case the clock is wrong. Returns false, and does not end
   * it, when another window has changed the session since `record` was read. Never rejects.
   */
  async end(record: LiveSession, reason: EndedSession['reason']): Promise<boolean> {
    if (!(await this.#isCurrent(record))) return false;
    const { grant, grantedAtMs, accessTokenRejected, ...lasting } = record;
    this.#runtime.log.info(`A session with ${this.#service.label} has ended: ${reason}.`);
    if (reason === 'rejected')
      this.#afterRejection.set(grant.accessToken, (again) => this.end(again, 'rejected'));
    await this.#replace({
      ...lasting,
      version: afterAmendment(record.version),
      state: 'ended',
      reason,
      endedAtMs: this.#runtime.clock.now(),
      ...(grant.expiresAtMs !== undefined && { expiresAtMs: grant.expiresAtMs }),
      ...(reason === 'expired' && { expired: { grant, grantedAtMs } }),
    });
    return true;
  }

  /** Hides a session whose access token was rejected until its refresh token brings a new one. Never rejects. */
  async hideUntilRenewed(record: LiveSession): Promise<void> {
    if (!(await this.#isCurrent(record))) return;
    this.#afterRejection.set(record.grant.accessToken, (again) => this.hideUntilRenewed(again));
    await this.#replace({
      ...record,
      version: afterAmendment(record.version),
      accessTokenRejected: true,
    });
  }

  /**
   * Revives a session that expired by a clock that was ahead and has been corrected since: in memory before this
   * returns. Never rejects.
   */
  async resumeAfterWrongClock(record: EndedSession): Promise<void> {
    const live = asLive(record);
    if (live === undefined || isOver(live, this.#runtime.clock.now())) return;
    this.#runtime.log.info(
      `A session with ${this.#service.label} has not ended after all: the clock was wrong.`,
    );
    await this.#replace({ ...live, version: afterAmendment(live.version) });
  }

  /** Drops the grant of an expired session and asks the service to end it. Never rejects. */
  async dropExpiredGrant(record: EndedSession): Promise<void> {
    const { expired, ...rest } = record;
    if (expired === undefined) return;
    revokeInBackground(this.#service, expired.grant, this.#runtime);
    await this.#replace({ ...rest, version: afterAmendment(record.version) });
  }

  /**
   * A window that undoes a canceled sign-in publishes the session as it knows it, which may be from before the service
   * rejected its token.
   */
  async #rejectAgain(record: LiveSession): Promise<void> {
    const { id, grant, accessTokenRejected } = record;
    if (accessTokenRejected === true || this.#store.get(id) !== record) return;
    await this.#afterRejection.get(grant.accessToken)?.(record);
  }

  /** Rereads storage first, because the event for another window's change may still be on its way. */
  async #isCurrent(record: LiveSession): Promise<boolean> {
    await this.#store.reread(record.id).catch(() => undefined); // memory is the fallback
    return this.#store.get(record.id) === record;
  }

  async #replace(record: Session): Promise<void> {
    try {
      await this.#store.replace(record);
    } catch (error) {
      this.#runtime.log.warn(`The change of a session is not stored yet: ${describeError(error)}.`);
    }
  }
}
