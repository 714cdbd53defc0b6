import { isWithin } from '../base/clock.ts';
import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { abortable, NEVER } from '../base/timeLimit.ts';
import type { Grant, IdentityService, VerifyResult } from '../services/service.ts';
import type { SessionEnding } from './ending.ts';
import { extendAfterMs } from './expiry.ts';
import { isKept, publishNewerGrant, revokeInBackground, stillCurrent } from './grants.ts';
import type { NoticeEmitter } from './notices.ts';
import type { WindowLocks } from './ports.ts';
import type { LiveSession } from './record.ts';
import type { Renewal } from './renewal.ts';
import type { ServiceRecords } from './serviceRecords.ts';
import type { SessionStore } from './store.ts';

type Question = 'verify' | 'extend';

const UNKNOWN: VerifyResult = { kind: 'unknown' };

interface Answer {
  /** The session as it was when the service was asked. Undefined when it was gone. */
  readonly asked: LiveSession | undefined;
  readonly verdict: VerifyResult;
}

/** The last token that the service has accepted. */
interface Accepted {
  readonly accessToken: string;
  /** In milliseconds of the wall clock. */
  readonly atMs: number;
}

interface Asking {
  /** The answer, once it is in memory. Rejects when the window closes before the request. */
  readonly answered: Promise<Answer>;
  /** Resolves when the answer is stored as well. Never rejects. */
  readonly stored: Promise<void>;
}

/** What verification uses of the sessions of its service. */
export interface VerificationParts {
  readonly service: IdentityService;
  readonly records: ServiceRecords;
  readonly store: SessionStore;
  readonly renewal: Renewal;
  readonly ending: SessionEnding;
  readonly locks: WindowLocks;
  readonly notices: NoticeEmitter;
}

/**
 * Asks the service whether sessions still work, and asks it to extend them. Only one window at a time asks about a
 * session, and a new access token in the answer is kept: another window must not take the old one for rejected.
 */
export class Verification {
  readonly #parts: VerificationParts;
  readonly #runtime: Runtime;
  /** The requests in progress, by `keyOf`. */
  readonly #asking = new Map<string, Asking>();
  /** What this window knows of sessions, by id. */
  readonly #accepted = new Map<string, Accepted>();

  constructor(parts: VerificationParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
  }

  /**
   * Asks the service whether a session still works. Returns false when the service has rejected it, and when it is
   * gone, hidden or dormant; true also while the service gives no definite answer. A rejected session ends, with a
   * notice. Does not ask if the service has accepted this token within the last `maxAgeMs` milliseconds. Throws a
   * StoreError when the storage cannot be read, or `signal.reason`.
   */
  async verify(id: string, signal: AbortSignal, maxAgeMs = 0): Promise<boolean> {
    const { store, records } = this.#parts;
    await store.load();
    const record = records.configured().find((each) => each.id === id);
    if (record === undefined) return false;
    return this.#wasAccepted(record, maxAgeMs) || this.#check('verify', id, signal);
  }

  /**
   * Asks whether the service still accepts an earlier access token of a session. Returns false only
   * for a rejection, which ends nothing. An answer with yet another token is kept. Rejects only with `signal.reason`.
   */
  async acceptsEarlier(id: string, accessToken: string, signal: AbortSignal): Promise<boolean> {
    const key = keyOf('verify', id, accessToken);
    const { answered } = this.#asking.get(key) ?? this.#begin('verify', id, accessToken);
    return (await abortable(answered, signal)).verdict.kind !== 'rejected';
  }

  /**
   * Starts to ask the service to extend a session that cannot be renewed, after a part of its life, in one window. Asks
   * again after a part of what is left, because a service may extend only an old session. If the service no longer
   * knows the session, it ends as rejected. Returns false when it does not ask. Never rejects.
   */
  async extendIfOld(record: LiveSession): Promise<boolean> {
    const { service, renewal, locks } = this.#parts;
    const { id } = record;
    const nowMs = this.#runtime.clock.now();
    const isOld = record.grantedAtMs + extendAfterMs(record, record.grantedAtMs) <= nowMs;
    if (service.extend === undefined || !isOld || renewal.canSucceed(record)) return false;
    if (!(await locks.claimFor(`extend ${id}`, extendAfterMs(record, nowMs)))) return false;
    this.#check('extend', id, this.#runtime.closed).catch((error: unknown) => {
      this.#runtime.log.warn(`A session could not be extended: ${describeError(error)}.`);
    });
    return true;
  }

  /** True while this window asks the service to extend the session. */
  isExtending(id: string): boolean {
    return this.#asking.has(keyOf('extend', id));
  }

  /** Resolves when all requests are answered and the answers stored. Never rejects. */
  async finish(): Promise<void> {
    await Promise.all([...this.#asking.values()].map(({ stored }) => stored));
  }

  /** Asks, or waits for the same request in progress. Returns false as `verify` does. */
  async #check(question: Question, id: string, signal: AbortSignal): Promise<boolean> {
    const { answered } = this.#asking.get(keyOf(question, id)) ?? this.#begin(question, id);
    const { asked, verdict } = await abortable(answered, signal);
    if (asked !== undefined && verdict.kind === 'rejected') return this.#handleRejection(asked, signal);
    return this.#parts.store.liveSession(id) !== undefined;
  }

  /** Asks with `earlierToken` instead of the session's own. */
  #begin(question: Question, id: string, earlierToken?: string): Asking {
    const key = keyOf(question, id, earlierToken);
    const answered = Promise.withResolvers<Answer>();
    // An extension can take minutes, and brings no new token: nobody else has to wait for it.
    const lock = question === 'extend' ? `extending ${id}` : `ask ${id}`;
    const stored = this.#parts.locks
      .withLock(lock, this.#runtime.closed, async () => {
        const { asked, verdict } = await this.#ask(question, id, earlierToken);
        const onAnswer = (): void => {
          answered.resolve({ asked, verdict });
        };
        if (asked !== undefined && verdict.kind === 'valid')
          await this.#accept(asked, verdict.grant, earlierToken, onAnswer);
        onAnswer();
      })
      .catch(answered.reject)
      .finally(() => this.#asking.delete(key));
    const asking = { answered: answered.promise, stored };
    this.#asking.set(key, asking);
    return asking;
  }

  async #ask(question: Question, id: string, earlierToken?: string): Promise<Answer> {
    const { store } = this.#parts;
    await store.reread(id).catch(() => undefined); // memory is the fallback
    const asked = store.liveSession(id);
    if (asked === undefined) return { asked, verdict: UNKNOWN };
    const accessToken = earlierToken ?? asked.grant.accessToken;
    // The request has its own time limit and is not aborted: its answer may be the only copy of a new token.
    const verdict = await this.#send(question, { ...asked, grant: { ...asked.grant, accessToken } });
    return { asked, verdict };
  }

  /** Keeps the grant of an answer, if it is new. Calls `onPublished` once it is in memory. */
  async #accept(
    asked: LiveSession,
    grant: Grant,
    earlierToken: string | undefined,
    onPublished: () => void,
  ): Promise<void> {
    const { accessToken } = grant;
    if (accessToken === earlierToken) return;
    this.#accepted.set(asked.id, { accessToken, atMs: this.#runtime.clock.now() });
    if (!isSame(asked.grant, grant)) await this.#keep(asked, grant, onPublished);
  }

  /** In both directions of time: a clock that was ahead then does not skip a check for long. */
  #wasAccepted({ id, grant, accessTokenRejected }: LiveSession, maxAgeMs: number): boolean {
    const accepted = this.#accepted.get(id);
    if (accessTokenRejected === true || accepted?.accessToken !== grant.accessToken) return false;
    return isWithin(maxAgeMs, this.#runtime.clock.now(), accepted.atMs);
  }

  /** Calls `onPublished` once the grant is in memory, so that callers need not wait for the storage. */
  async #keep(asked: LiveSession, grant: Grant, onPublished: () => void): Promise<void> {
    const { service, store } = this.#parts;
    const newer = await store.whileGranting(asked, NEVER, (_lock, holder) => {
      const published = publishNewerGrant(store, holder, grant, this.#runtime.clock.now());
      onPublished();
      return Promise.resolve(published);
    });
    // The old token is not revoked: to the service, it is the same session.
    if (!isKept(store, newer) && grant.accessToken !== asked.grant.accessToken)
      revokeInBackground(service, grant, this.#runtime);
  }

  async #send(question: Question, { grant, person }: LiveSession): Promise<VerifyResult> {
    const { service } = this.#parts;
    const subject = person.provisional === 'user' ? undefined : person.subject;
    if (question === 'verify') return service.verify(grant, NEVER, subject);
    return (await service.extend?.(grant, NEVER, subject)) ?? UNKNOWN;
  }

  /**
   * Renews a rejected session if possible, and otherwise hides or ends it. Returns true when it continues with another
   * access token.
   */
  async #handleRejection(asked: LiveSession, signal: AbortSignal): Promise<boolean> {
    const { service, records, store, renewal, ending, notices } = this.#parts;
    this.#runtime.log.warn(`${service.label} rejects a session.`);
    await renewal.renew(asked, signal);
    const current = stillCurrent(store, asked);
    if (current !== undefined) {
      if (renewal.isPossible(current)) await ending.hideUntilRenewed(current);
      // The setting may have changed since the request. The end of a dormant session is nobody's concern.
      else if ((await ending.end(current, 'rejected')) && records.isConfigured(current))
        await notices.rejected(current);
    }
    return store.liveSession(asked.id) !== undefined && stillCurrent(store, asked) === undefined;
  }
}

function keyOf(question: Question, id: string, earlierToken = ''): string {
  return `${question} ${id} ${earlierToken}`;
}

function isSame(a: Grant, b: Grant): boolean {
  return a.accessToken === b.accessToken && a.expiresAtMs === b.expiresAtMs;
}
