import { type Clock, pause } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Person } from '../services/person.ts';
import type { Grant, IdentityService } from '../services/service.ts';
import type { Claims } from './windowLocks.ts';
import { sameScopes, scopeKey } from './scopes.ts';
import { isOver } from './sessionEnd.ts';
import type { NewRecord, SessionRecord } from './sessionRecord.ts';
import type { SessionStore } from './sessionStore.ts';
import { isLive, type StoreChange } from './sessionChange.ts';
import type { Renewal } from './renewal.ts';
import { revokeInBackground } from './revoke.ts';
import type { SessionNotices } from './sessionNotices.ts';

/** Longer than storage takes, as long as it is not locked. */
const KEEP_MS = 20_000;
const LOOK_AGAIN_MS = 100;
/** Longer than two windows can be about the same rejection. */
const ONE_MESSAGE_MS = 10 * 60_000;

/** The sessions of one service, and what makes them true: their ends, renewals and verifications. */
export class ServiceSessions {
  readonly service: IdentityService;
  readonly #store: SessionStore;
  readonly #renewal: Renewal;
  readonly #claims: Claims;
  readonly #notices: SessionNotices;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(
    service: IdentityService,
    store: SessionStore,
    renewal: Renewal,
    claims: Claims,
    notices: SessionNotices,
    clock: Clock,
    log: Log,
  ) {
    this.service = service;
    this.#store = store;
    this.#renewal = renewal;
    this.#claims = claims;
    this.#notices = notices;
    this.#clock = clock;
    this.#log = log;
  }

  /** Hears of each change of a session of this service once, whichever window made it. */
  onDidChange(listener: (change: StoreChange) => void): { dispose(): void } {
    return this.#store.onDidChange((change) => {
      if (change.record.provider === this.service.id) listener(change);
    });
  }

  /** From memory, as it is: also what is past its end and has not been looked at since. */
  known(): SessionRecord[] {
    return this.#store.list(this.service.id);
  }

  /** All there are, also those that are over and wait to be renewed. Throws a StoreError when they cannot be read. */
  async kept(): Promise<SessionRecord[]> {
    await this.#store.load();
    return this.known();
  }

  /**
   * The sessions that can be used, oldest first. Their ends are settled here and not on a timer, which would sleep
   * through a laptop's night. Uses the network only where there is a refresh token: before the answer
   * for a session that is over, and behind it for one that ends soon. Throws a StoreError when they cannot be read.
   */
  async list(): Promise<SessionRecord[]> {
    await this.#store.load();
    await Promise.all(this.known().map((record) => this.#settle(record)));
    return this.known().filter((record) => !isOver(record, this.#clock.now()));
  }

  /**
   * Keeps what a sign-in has brought. Signing in again as the same identity renews its session, ended or not, with the
   * id that others know. Throws a StoreError when it is not kept.
   */
  async keep(scopes: readonly string[], grant: Grant, person: Person): Promise<SessionRecord> {
    // Two sign-ins that end at the same moment would make twins.
    const claim = `keep ${this.service.id} ${person.accountId} ${scopeKey(scopes)}`;
    const never = new AbortController().signal;
    while (!(await this.#claims.take(claim, KEEP_MS))) await pause(this.#clock, LOOK_AGAIN_MS, never);
    try {
      return await this.#keepAlone(scopes, grant, person);
    } finally {
      await this.#claims.release(claim);
    }
  }

  async #keepAlone(scopes: readonly string[], grant: Grant, person: Person): Promise<SessionRecord> {
    await this.#store.load();
    await this.#store.rereadAll(); // another window may have been faster than its event
    const ofAccount = this.#store.ofAccount(this.service.id, person.accountId);
    const before = ofAccount.find((each) => sameScopes(each.scopes, scopes));
    const record: NewRecord = {
      ...grant,
      version: 1,
      id: before?.id ?? crypto.randomUUID(),
      provider: this.service.id,
      scopes: [...scopes],
      // VS Code keys consent by the label: a new display name must not cost it.
      person: { ...person, accountLabel: ofAccount[0]?.person.accountLabel ?? person.accountLabel },
      // Later than the sign-in before, whatever has become of the clock.
      createdAtMs: Math.max(this.#clock.now(), (before?.createdAtMs ?? 0) + 1),
    };
    for (let { id } = record; ; id = crypto.randomUUID()) {
      const kept = await this.#store.put({ ...record, id });
      if (kept !== undefined) return kept; // else its id has been signed out of in this very moment
    }
  }

  /** Signs out here at once; the service is told in the background. Throws a StoreError when it stays in storage. */
  async signOut(id: string): Promise<void> {
    await this.#store.load();
    const record = this.#store.get(id);
    if (record?.provider !== this.service.id) return;
    this.#log.info(`Signing out of ${this.service.label}.`);
    // As far as anybody can see: what waits to be renewed is not listed. Whoever leaves an account wants nothing to stay.
    const isLast = this.siblings(record).every((each) => isOver(each, this.#clock.now()));
    const leaving = isLast ? this.#store.ofAccount(this.service.id, record.person.accountId) : [record];
    for (const each of leaving.filter(isLive)) revokeInBackground(this.service, each, this.#clock, this.#log);
    await Promise.all(leaving.map((each) => this.#store.remove(each.id)));
  }

  /** The other sessions of its account. */
  siblings({ id, person }: SessionRecord): SessionRecord[] {
    return this.known().filter((each) => each.person.accountId === person.accountId && each.id !== id);
  }

  /**
   * Asks the service whether the session still works. False: the service has rejected it, or it is not there any more;
   * true as well while the service gives no definite answer. A session that is rejected ends, and the person is told.
   */
  async verify(id: string, signal: AbortSignal): Promise<boolean> {
    await this.#store.load();
    const record = this.#store.get(id);
    if (record?.provider !== this.service.id) return false;
    if ((await this.service.verify(record, signal)) !== 'rejected') return this.#store.get(id) !== undefined;
    this.#log.warn(`${this.service.label} rejects a session.`);
    if (this.#renewal.isPossible(this.service, record)) await this.#renewRejected(record, signal);
    const current = this.#store.get(id);
    if (current === undefined) return false;
    if (current.accessToken !== record.accessToken) return true;
    // Nobody gets it now; while the service cannot be asked for a new token, it waits for a better moment.
    if (this.#renewal.isPossible(this.service, current)) return false;
    if (await this.#end(current, 'rejected')) await this.#tellOfRejection(current);
    return this.#store.get(id) !== undefined;
  }

  /** The access token is over, whatever its time; the refresh token need not be. */
  async #renewRejected(record: SessionRecord, signal: AbortSignal): Promise<void> {
    await this.#renewal.renew(this.service, record, signal);
    const current = this.#store.get(record.id);
    if (current?.accessToken !== record.accessToken || current.refreshToken === undefined) return;
    // Zero, since the clock can be set back.
    await this.#store.amend(current, { ...current, expiresAtMs: 0 });
  }

  /** Two windows can find out at the same time; what has ended comes back by a later sign-in alone. */
  async #tellOfRejection(record: SessionRecord): Promise<void> {
    const claim = `rejected ${record.id} ${record.createdAtMs}`;
    if (await this.#claims.take(claim, ONE_MESSAGE_MS)) this.#notices.rejected(record);
  }

  async #settle(record: SessionRecord): Promise<void> {
    await this.#renewal.keepUp(this.service, record);
    const current = this.#store.get(record.id);
    if (current === undefined || !isOver(current, this.#clock.now())) return;
    // What can be renewed waits for a better moment.
    if (!this.#renewal.isPossible(this.service, current)) await this.#end(current, 'expired');
  }

  /** False when it has been renewed or removed meanwhile. */
  async #end(record: SessionRecord, reason: 'expired' | 'rejected'): Promise<boolean> {
    try {
      const ended = await this.#store.end(record, reason);
      if (ended) this.#log.info(`A session with ${this.service.label} has ended: ${reason}.`);
      return ended;
    } catch {
      // It has ended in memory in any case; what stays behind in storage is found again, and is as dead.
      this.#log.warn('The end of a session could not be stored.');
      return true;
    }
  }
}
