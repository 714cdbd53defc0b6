import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { NEVER } from '../base/timeLimit.ts';
import type { Grant, IdentityService } from '../services/service.ts';
import { sameAccount, sameScopes } from './accounts.ts';
import { isOver } from './expiry.ts';
import { grantOf } from './grants.ts';
import type { NoticeEmitter } from './notices.ts';
import type { WindowLocks } from './ports.ts';
import { afterRenewal, type ApprovedSignIn, isLive, isProvisional, type LiveSession } from './record.ts';
import type { ServiceRecords } from './serviceRecords.ts';
import type { SessionStore } from './store.ts';
import { ticksAfter } from './ticks.ts';

/** Nobody waits for the answer, and the next attempt follows. */
const PATIENCE_MS = 5_000;
/** Each window tries every 30 seconds. One of them is enough. */
const CLAIMED_FOR_MS = 25_000;

/** What completion uses of the sessions of its service. */
export interface CompletionParts {
  readonly service: IdentityService;
  readonly records: ServiceRecords;
  readonly store: SessionStore;
  readonly locks: WindowLocks;
  readonly notices: NoticeEmitter;
  /** As in `ServiceSessions`. */
  readonly revokeUnkept: (grant: Grant) => void;
}

/**
 * Completes the provisional sessions of one service: those of a sign-in that was approved while the service could not
 * say who the user is. The session keeps its id and its token, and gets the right account.
 */
export class Completion {
  readonly #parts: CompletionParts;
  readonly #runtime: Runtime;
  /** The sessions whose user has been asked for an identity in this window. */
  readonly #asked = new Set<string>();
  /** The provisional sessions at the last attempt. */
  #known: readonly string[] = [];
  #running: Promise<void> | undefined;
  #failures = 0;
  #ticksToWait = 0;

  constructor(parts: CompletionParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
  }

  /** Call at each tick. Tries again when it is time to. Never rejects. */
  async tick(): Promise<void> {
    this.#ticksToWait -= 1;
    const hasNew = this.#provisional().some((id) => !this.#known.includes(id));
    if (hasNew || this.#ticksToWait <= 0) await this.tryAll();
  }

  /** Asks the service about all provisional sessions, now. Never rejects. */
  async tryAll(): Promise<void> {
    this.#running ??= this.#tryAll().finally(() => (this.#running = undefined));
    await this.#running;
  }

  /** Resolves when no request is in progress whose answer must not be lost. Never rejects. */
  async finish(): Promise<void> {
    await this.#running;
  }

  /**
   * Gives a provisional session the account that the service names at last. If that account has another session for
   * these scopes, the later of the two sign-ins stays. `asked`: the provisional session when the service was asked.
   * Changes nothing if the answer is provisional, too, or about somebody else. Returns the session that stays, or
   * undefined when the provisional one is complete or gone by now. Rejects only with `signal.reason`.
   */
  async complete(
    asked: LiveSession,
    { grant, person }: Pick<ApprovedSignIn, 'grant' | 'person'>,
    signal: AbortSignal,
  ): Promise<LiveSession | undefined> {
    const { service, records, store, notices } = this.#parts;
    const { closed, log } = this.#runtime;
    const before = store.liveSession(asked.id);
    if (person.provisional !== undefined) return before;
    if (asked.person.provisional === 'identity' && person.subject !== asked.person.subject) {
      log.warn('The answer about a provisional account is about somebody else, so it does not count.');
      return before;
    }
    const completed = await store.whileGranting(asked, signal, async (_lock, { id }) => {
      await store.reread(id).catch(() => undefined); // memory is the fallback
      const current = store.liveSession(id);
      if (current === undefined || !isProvisional(current)) return undefined;
      // A renewal may have brought a newer grant since.
      const isAsked = current.grant.accessToken === asked.grant.accessToken;
      const newest = isAsked ? grant : current.grant;
      const about = records.describe({ scopes: current.scopes, grant: newest, person });
      store.publish({ ...current, ...about, grant: newest, version: afterRenewal(current.version) });
      return store.liveSession(id);
    });
    if (completed === undefined) return undefined;
    log.info(`${service.label} has identified the user of a provisional account.`);
    // A window that closes may not have stored it, and must not remove what it replaces.
    const kept = closed.aborted ? completed : await this.#keepLatest(completed);
    if (!sameAccount(asked, kept)) notices.completed(asked, kept);
    return kept;
  }

  /** An account has one session for each set of scopes: that of the latest sign-in which can still be used. */
  async #keepLatest(completed: LiveSession): Promise<LiveSession> {
    const { records, store, revokeUnkept } = this.#parts;
    const nowMs = this.#runtime.clock.now();
    await store.rereadAll().catch(() => undefined); // memory is the fallback
    const others = records
      .ofAccount(completed)
      .filter(({ id, scopes }) => id !== completed.id && sameScopes(scopes, completed.scopes));
    const later = others
      .filter(isLive)
      .find((each) => !isOver(each, nowMs) && each.signedInAtMs > completed.signedInAtMs);
    for (const each of later === undefined ? others : [completed]) {
      const grant = grantOf(each);
      await store.remove(each).catch(() => undefined); // logged and retried there
      if (grant !== undefined) revokeUnkept(grant);
    }
    return later ?? completed;
  }

  async #tryAll(): Promise<void> {
    const { locks } = this.#parts;
    const { closed, log } = this.#runtime;
    this.#known = this.#provisional();
    for (const id of this.#known)
      try {
        if (await locks.claimFor(`complete ${id}`, CLAIMED_FOR_MS))
          // The lock of `Verification`: an answer can hold a new access token.
          await locks.withLock(`ask ${id}`, closed, () => this.#try(id));
      } catch (error) {
        if (!closed.aborted)
          log.warn(`A provisional account could not be completed: ${describeError(error)}.`);
      }
    this.#failures = this.#provisional().length === 0 ? 0 : this.#failures + 1;
    this.#ticksToWait = this.#failures === 0 ? 0 : ticksAfter(this.#failures);
  }

  async #try(id: string): Promise<void> {
    const { service, store, notices, revokeUnkept } = this.#parts;
    await store.reread(id).catch(() => undefined); // memory is the fallback
    const asked = store.liveSession(id);
    if (asked === undefined || !isProvisional(asked)) return;
    // Not aborted: its answer may be the only copy of a new token.
    const result = await service.identify(asked.grant, NEVER, { patienceMs: PATIENCE_MS });
    if (result.kind === 'choice' && !this.#asked.has(id)) {
      this.#asked.add(id);
      await notices.identityChoice(asked);
    }
    // A token that the service rejects is the concern of `Verification`.
    if (result.kind !== 'identified') return;
    const completed = await this.complete(asked, result, NEVER);
    const isNewToken = result.grant.accessToken !== asked.grant.accessToken;
    if (completed === undefined && isNewToken) revokeUnkept(result.grant);
  }

  /** The ids of the sessions to complete. */
  #provisional(): string[] {
    const sessions = this.#parts.records.configured().filter(isProvisional);
    return sessions.map(({ id }) => id);
  }
}
