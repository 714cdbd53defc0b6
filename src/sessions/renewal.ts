import { isWithin } from '../base/clock.ts';
import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { NEVER, withTimeLimit } from '../base/timeLimit.ts';
import type { IdentityService } from '../services/service.ts';
import { missingScopes, sessionKey } from './accounts.ts';
import { endsSoon, isOver } from './expiry.ts';
import { isKept, type NewerGrant, publishNewerGrant, revokeInBackground, stillCurrent } from './grants.ts';
import type { HeldLock } from './ports.ts';
import { afterAmendment, type LiveSession } from './record.ts';
import type { SessionStore } from './store.ts';

/** How long a caller that needs the session waits for its renewal. */
const WAIT_LIMIT_MS = 10_000;
/** A younger token is not renewed, so that one issued with little time left does not cost a request each time. */
const LEAST_AGE_MS = 10_000;
/** How long another machine may take to show what it has stored. */
const OTHERS_STORE_WITHIN_MS = 2_000;
/** No attempt follows a failed one for this long. */
const REST_MS = 30_000;

interface Attempt {
  /** Resolves when the new token is in memory, or the attempt has failed. Never rejects. */
  readonly answered: Promise<undefined>;
  /** Resolves when the result is stored as well. Never rejects. */
  readonly stored: Promise<void>;
}

/** Exchanges refresh tokens for new access tokens: one request at a time for each session, across all windows. */
export class Renewal {
  readonly #service: IdentityService;
  readonly #store: SessionStore;
  readonly #runtime: Runtime;
  /** The attempts in progress, by session id. */
  readonly #running = new Map<string, Attempt>();
  readonly #failedAtMs = new Map<string, number>();
  /** The refresh tokens with which the service has refused our client, by session id. */
  readonly #refused = new Map<string, string | undefined>();

  constructor(service: IdentityService, store: SessionStore, runtime: Runtime) {
    this.#service = service;
    this.#store = store;
    this.#runtime = runtime;
  }

  isPossible({ grant }: LiveSession): boolean {
    return grant.refreshToken !== undefined && this.#service.renew !== undefined;
  }

  /** False also when the service has refused our client in this window: then only a new sign-in helps. */
  canSucceed(record: LiveSession): boolean {
    return this.isPossible(record) && this.#refused.get(record.id) !== record.grant.refreshToken;
  }

  /**
   * Renews a session that is over, or that ends soon. For a session that is over, resolves after the attempt, or after
   * ten seconds; otherwise at once. Never rejects.
   */
  async renewIfDue(record: LiveSession): Promise<void> {
    const nowMs = this.#runtime.clock.now();
    // One that is over but does not end soon: the service has rejected the access token.
    const over = isOver(record, nowMs);
    if (!over && !endsSoon(record, nowMs)) return;
    const renewing = this.renew(record, NEVER);
    if (over) await renewing;
  }

  /**
   * Renews a session now, or waits for the attempt in progress, for at most ten seconds. Does nothing for a token that
   * is younger than ten seconds, within 30 seconds of a failure, or after the service has refused our client. Never
   * rejects.
   */
  async renew(record: LiveSession, signal: AbortSignal): Promise<void> {
    if (!this.canSucceed(record)) return;
    const running = this.#running.get(record.id) ?? this.#begin(record);
    if (running === undefined) return;
    // The attempt continues when its caller stops waiting: a new refresh token that gets lost is a lost session.
    await withTimeLimit(this.#runtime.clock, WAIT_LIMIT_MS, signal, () => running.answered).catch(
      () => undefined,
    );
  }

  /** Resolves when all attempts have ended and their results are stored. Never rejects. */
  async finish(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ stored }) => stored));
  }

  #begin(record: LiveSession): Attempt | undefined {
    const { id } = record;
    if (isWithin(LEAST_AGE_MS, this.#runtime.clock.now(), record.grantedAtMs)) return undefined;
    if (isWithin(REST_MS, this.#runtime.clock.now(), this.#failedAtMs.get(id))) return undefined;
    const answered = Promise.withResolvers<undefined>();
    const onAnswer = (): void => {
      answered.resolve(undefined);
    };
    const stored = this.#renew(record, onAnswer)
      .catch((error: unknown) => {
        this.#runtime.log.warn(
          `A session with ${this.#service.label} could not be renewed: ${describeError(error)}.`,
        );
        this.#failedAtMs.set(id, this.#runtime.clock.now());
      })
      .finally(() => {
        this.#running.delete(id);
        onAnswer();
      });
    const attempt = { answered: answered.promise, stored };
    this.#running.set(id, attempt);
    return attempt;
  }

  async #renew(record: LiveSession, onAnswer: () => void): Promise<void> {
    const newer = await this.#store.whileGranting(record, this.#runtime.closed, async (lock) => {
      await this.#store.reread(record.id);
      // Another window may have renewed it while this one waited.
      const current = stillCurrent(this.#store, record);
      // The lock is that of the account. If another window has completed it, the next attempt takes the right one.
      const isLocked = current !== undefined && sessionKey(current) === sessionKey(record);
      const answer = isLocked ? await this.#askIfAlone(current, lock) : undefined;
      onAnswer();
      return answer;
    });
    if (newer === undefined) return;
    if (isKept(this.#store, newer)) this.#runtime.log.info(`Renewed a session with ${this.#service.label}.`);
    else revokeInBackground(this.#service, newer.grant, this.#runtime);
  }

  /** A refresh token that is sent twice can end the session, so nothing is sent while another window may send it. */
  async #askIfAlone(current: LiveSession, lock: HeldLock): Promise<NewerGrant | undefined> {
    if (await lock.isHeld()) return this.#ask(current);
    this.#runtime.log.warn('A session is not renewed now: this window cannot lock out the others.');
    this.#failedAtMs.set(current.id, this.#runtime.clock.now());
    return undefined;
  }

  /**
   * Publishes what the service answers. The request has its own time limit and is not aborted: its answer may be the
   * only copy of a new token.
   */
  async #ask(asked: LiveSession): Promise<NewerGrant | undefined> {
    const { clock, log } = this.#runtime;
    const { label } = this.#service;
    const renewed = (await this.#service.renew?.(asked.grant, NEVER)) ?? { kind: 'unknown' };
    switch (renewed.kind) {
      case 'granted': {
        const scopes = asked.grant.scopes ?? asked.scopes;
        const lost = missingScopes({ scopes, grant: renewed.grant });
        if (lost.length > 0) log.warn(`${label} no longer grants these scopes: ${lost.join(' ')}.`);
        return publishNewerGrant(this.#store, asked, renewed.grant, clock.now());
      }
      case 'rejected': {
        log.info(`${label} no longer renews this session.`);
        await this.#waitForOthers(asked.id);
        const current = stillCurrent(this.#store, asked);
        if (current !== undefined) this.#dropRefreshToken(current);
        return undefined;
      }
      case 'clientRefused':
        log.warn(`${label} does not accept this client ID. It is not asked for a new token again.`);
        this.#refused.set(asked.id, asked.grant.refreshToken);
        return undefined;
      case 'unknown':
        log.warn(`${label} could not be asked for a new token. Trying again later.`);
        this.#failedAtMs.set(asked.id, clock.now());
        return undefined;
    }
  }

  /** A window on another machine has no lock of ours, and may have renewed the session a moment before. */
  async #waitForOthers(id: string): Promise<void> {
    const { clock, closed } = this.#runtime;
    await clock.sleep(OTHERS_STORE_WITHIN_MS, closed).catch(() => undefined);
    await this.#store.reread(id).catch(() => undefined); // memory is the fallback
  }

  #dropRefreshToken(record: LiveSession): void {
    const { refreshToken, ...grant } = record.grant;
    this.#store.publish({ ...record, version: afterAmendment(record.version), grant });
  }
}
