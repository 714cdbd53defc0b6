import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Grant, IdentityService } from '../services/service.ts';
import { sameAccount } from './accounts.ts';
import type { NoticeEmitter } from './notices.ts';
import type { WindowLocks } from './ports.ts';
import { afterRenewal, type ApprovedSignIn, isLive, type LiveSession } from './record.ts';
import type { ServiceRecords } from './serviceRecords.ts';
import type { SessionStore } from './store.ts';
import { ticksAfter } from './ticks.ts';

/** Nobody waits for the answer, and the next attempt follows. */
const PATIENCE_MS = 5_000;
/** Each window tries every 30 seconds. One of them is enough. */
const ASKED_FOR_MS = 25_000;

/** What completion uses of the sessions of its service. The functions are those of `ServiceSessions`. */
export interface CompletionParts {
  readonly service: IdentityService;
  readonly records: ServiceRecords;
  readonly store: SessionStore;
  readonly locks: WindowLocks;
  readonly notices: NoticeEmitter;
  readonly keep: (approved: ApprovedSignIn, signal: AbortSignal) => Promise<LiveSession>;
  readonly revokeUnkept: (grant: Grant) => void;
  readonly signOut: (id: string) => Promise<void>;
}

/**
 * Completes the provisional sessions of one service: those of a sign-in that was approved while the service could not
 * say who the user is. The session gets the right account, and keeps its id.
 */
export class Completion {
  readonly #parts: CompletionParts;
  readonly #runtime: Runtime;
  /** The sessions whose user has been asked for an identity in this window. */
  readonly #asked = new Set<string>();
  #failures = 0;
  #ticksToWait = 0;

  constructor(parts: CompletionParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
  }

  /** Call at each tick. Tries again when it is time to. Never rejects. */
  async tick(): Promise<void> {
    this.#ticksToWait -= 1;
    if (this.#ticksToWait <= 0) await this.tryAll();
  }

  /** Asks the service about all provisional sessions, now. Never rejects. */
  async tryAll(): Promise<void> {
    const { records, locks } = this.#parts;
    const { closed, log } = this.#runtime;
    for (const { id } of records.configured().filter(isProvisional))
      try {
        if (await locks.claimFor(`complete ${id}`, ASKED_FOR_MS))
          // The lock of `Verification`: an answer can hold a new access token.
          await locks.withLock(`ask ${id}`, closed, () => this.#try(id));
      } catch (error) {
        if (!closed.aborted)
          log.warn(`A provisional account could not be completed: ${describeError(error)}.`);
      }
    this.#failures = records.configured().some(isProvisional) ? this.#failures + 1 : 0;
    this.#ticksToWait = this.#failures === 0 ? 0 : ticksAfter(this.#failures);
  }

  /**
   * Gives a provisional session the account that the service names at last. If that account has a session for these
   * scopes, the later of the two sign-ins continues it. `asked`: the provisional session when the service was asked.
   * Changes nothing if the answer is provisional, too, or about somebody else. Returns undefined when the session is
   * complete or gone by now. Throws a StoreError when the change cannot be stored, or `signal.reason`.
   */
  async complete(
    asked: LiveSession,
    { grant, person }: Pick<ApprovedSignIn, 'grant' | 'person'>,
    signal: AbortSignal,
  ): Promise<LiveSession | undefined> {
    const { service, store, notices } = this.#parts;
    const { log } = this.#runtime;
    const before = store.liveSession(asked.id);
    if (person.provisional !== undefined) return before;
    if (asked.person.provisional === 'identity' && person.subject !== asked.person.subject) {
      log.warn('The answer about a provisional account is about somebody else, so it does not count.');
      return before;
    }
    const after = await store.whileGranting(asked, signal, () => {
      const current = store.liveSession(asked.id);
      if (current === undefined || !isProvisional(current)) return Promise.resolve(undefined);
      // A renewal may have brought a newer grant meanwhile.
      const isAsked = current.grant.accessToken === asked.grant.accessToken;
      return this.#become({ ...current, grant: isAsked ? grant : current.grant }, person, signal);
    });
    if (before === undefined || after === undefined) return undefined;
    log.info(`${service.label} has said whose a provisional account is.`);
    if (!sameAccount(before, after)) notices.completed(before, after);
    return after;
  }

  async #become(
    current: LiveSession,
    person: ApprovedSignIn['person'],
    signal: AbortSignal,
  ): Promise<LiveSession | undefined> {
    const { records, store, keep, revokeUnkept, signOut } = this.#parts;
    const { id, version, signInId, scopes, grant, signedInAtMs } = current;
    const about = records.describe({ scopes, grant, person });
    const other = records.continuedBy(about);
    if (other === undefined || other.id === id) {
      store.publish({ ...current, ...about, version: afterRenewal(version) });
      return store.liveSession(id);
    }
    const isLater = isLive(other) && other.signedInAtMs >= signedInAtMs;
    const kept = isLater
      ? other
      : await keep({ ...(signInId !== undefined && { id: signInId }), scopes, grant, person }, signal);
    const isSignedOut = store.get(id)?.state === 'removed';
    store.publish({ format: 1, id, version, state: 'removed' });
    if (isLater) revokeUnkept(grant);
    else if (isSignedOut) await signOut(kept.id); // of the provisional account, while it became another one
    return isSignedOut ? undefined : kept;
  }

  async #try(id: string): Promise<void> {
    const { service, store, notices, revokeUnkept } = this.#parts;
    const { closed } = this.#runtime;
    await store.reread(id).catch(() => undefined); // memory is the fallback
    const asked = store.liveSession(id);
    if (asked === undefined || !isProvisional(asked)) return;
    const result = await service.identify(asked.grant, closed, undefined, PATIENCE_MS);
    if (result.kind === 'choice' && !this.#asked.has(id)) {
      this.#asked.add(id);
      await notices.identityChoice(asked);
    }
    // A token that the service rejects is the concern of `Verification`.
    if (result.kind !== 'identified') return;
    const completed = await this.complete(asked, result, closed);
    const isNewToken = result.grant.accessToken !== asked.grant.accessToken;
    if (completed === undefined && isNewToken) revokeUnkept(result.grant);
  }
}

export function isProvisional({ person }: LiveSession): boolean {
  return person.provisional !== undefined;
}
