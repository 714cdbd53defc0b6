import { type Clock, pause } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { withTimeLimit } from '../base/timeLimit.ts';
import type { Grant, IdentityService } from '../services/service.ts';
import type { Claims } from './windowLocks.ts';
import { endsSoon, isOver } from './sessionEnd.ts';
import type { SessionRecord } from './sessionRecord.ts';
import type { SessionStore } from './sessionStore.ts';
import { revokeInBackground } from './revoke.ts';

/** How long whoever asks for a session waits for it to be renewed. */
const PATIENCE_MS = 10_000;
/** No other window tries meanwhile: longer than a request and three looks at slow storage take. */
const CLAIM_MS = 200_000;
const LOOK_AGAIN_MS = 250;
/** After an attempt that came to nothing. */
const REST_MS = 30_000;

/** Gets new access tokens for refresh tokens, one request at a time for each session across all windows. */
export class Renewal {
  readonly #store: SessionStore;
  readonly #claims: Claims;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #closed: AbortSignal;
  readonly #running = new Map<string, Promise<void>>();
  readonly #failedAtMs = new Map<string, number>();

  constructor(store: SessionStore, claims: Claims, clock: Clock, log: Log, closed: AbortSignal) {
    this.#store = store;
    this.#claims = claims;
    this.#clock = clock;
    this.#log = log;
    this.#closed = closed;
  }

  isPossible(service: IdentityService, { refreshToken }: SessionRecord): boolean {
    return refreshToken !== undefined && service.renew !== undefined;
  }

  /** Renews in the background what ends soon, and makes the caller wait for what is over. Never rejects. */
  async keepUp(service: IdentityService, record: SessionRecord): Promise<void> {
    const nowMs = this.#clock.now();
    const over = isOver(record, nowMs); // a short one is over before it ends soon
    if (!this.isPossible(service, record) || !(over || endsSoon(record, nowMs))) return;
    // Either way: the clock can be set back.
    if (Math.abs(nowMs - (this.#failedAtMs.get(record.id) ?? -Infinity)) < REST_MS) return;
    const renewing = this.renew(service, record, this.#closed);
    if (over) await renewing;
  }

  /** Renews now, or waits for who is at it already, for at most ten seconds. Never rejects. */
  async renew(service: IdentityService, record: SessionRecord, signal: AbortSignal): Promise<void> {
    let running = this.#running.get(record.id);
    if (running === undefined) {
      // It goes on when nobody waits any more: a rotated token that gets lost is a lost session.
      running = this.#renew(service, record)
        .catch(() => {
          this.#log.warn(`A session with ${service.label} could not be renewed.`);
        })
        .finally(() => this.#running.delete(record.id));
      this.#running.set(record.id, running);
    }
    const work = running;
    await withTimeLimit(this.#clock, PATIENCE_MS, signal, () => work).catch(() => undefined);
  }

  async #renew(service: IdentityService, { id, accessToken }: SessionRecord): Promise<void> {
    const claim = `renew-${id}`;
    while (!(await this.#claims.take(claim, CLAIM_MS))) {
      await pause(this.#clock, LOOK_AGAIN_MS, this.#closed);
      await this.#store.reread(id);
      if (this.#store.get(id)?.accessToken !== accessToken) return; // by another window
    }
    try {
      await this.#store.reread(id);
      const current = this.#store.get(id);
      if (current?.accessToken === accessToken) await this.#ask(service, current);
    } finally {
      await this.#claims.release(claim);
    }
  }

  async #ask(service: IdentityService, current: SessionRecord): Promise<void> {
    const renewed = (await service.renew?.(current, this.#closed)) ?? { kind: 'unknown' };
    if (renewed.kind === 'unknown') {
      this.#log.warn(`${service.label} could not be asked for a new token; trying again later.`);
      this.#failedAtMs.set(current.id, this.#clock.now());
      return;
    }
    await this.#store.reread(current.id).catch(() => undefined); // then memory has to do
    const now = this.#store.get(current.id);
    // Else it has been signed out of, or signed in to again, while the service was asked.
    const same = now?.accessToken === current.accessToken ? now : undefined;
    if (renewed.kind === 'rejected') {
      this.#log.info(`${service.label} does not renew a session any more.`);
      if (same !== undefined) await this.#drop(same);
    } else if ((await this.#keep(same, renewed.grant)) === undefined) {
      revokeInBackground(service, renewed.grant, this.#clock, this.#log);
    } else {
      this.#log.info(`Renewed a session with ${service.label}.`);
    }
  }

  /** That token and no other: whoever has brought a newer one is not to lose it. */
  async #drop(record: SessionRecord): Promise<void> {
    const { refreshToken, ...withoutIt } = record;
    await this.#store.amend(record, withoutIt);
  }

  async #keep(record: SessionRecord | undefined, grant: Grant): Promise<SessionRecord | undefined> {
    if (record === undefined) return undefined;
    const { refreshToken, expiresAtMs, ...lasting } = record;
    return this.#store.put({ ...lasting, ...grant });
  }
}
