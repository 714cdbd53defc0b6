import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { abortable, NEVER } from '../base/timeLimit.ts';
import type { Grant, IdentityService, Verdict } from '../services/service.ts';
import type { SessionEnding } from './ending.ts';
import { keepNewerGrant, revokeInBackground, stillCurrent } from './grants.ts';
import type { SessionNotices } from './notices.ts';
import type { WindowLocks } from './ports.ts';
import type { LiveSession } from './record.ts';
import type { Renewal } from './renewal.ts';
import type { ServiceRecords } from './serviceRecords.ts';
import type { SessionStore } from './store.ts';

/** Two windows can find out about the same rejection within this time. */
const ONE_REJECTION_MS = 10 * 60_000;
/** better-auth's default for `updateAge`: it moves the end of no session that is younger. */
const EXTENDED_FOR_MS = 24 * 60 * 60_000;

type Question = 'verify' | 'extend';

const UNKNOWN: Verdict = { kind: 'unknown' };

interface Answer {
  /** The session as it was when the service was asked. Undefined when it was gone. */
  readonly asked: LiveSession | undefined;
  readonly verdict: Verdict;
}

interface Asking {
  /** The answer, when it is in memory. Rejects when the window closes before the question. */
  readonly answered: Promise<Answer>;
  /** Resolves when the answer is stored as well. Never rejects. */
  readonly stored: Promise<void>;
}

/**
 * Asks the service whether sessions still work, and for a later end. One window at a time asks about a session, and
 * a new access token that an answer brings is kept: another window must not take the old one for rejected.
 */
export class Verification {
  readonly #service: IdentityService;
  readonly #records: ServiceRecords;
  readonly #store: SessionStore;
  readonly #renewal: Renewal;
  readonly #ending: SessionEnding;
  readonly #locks: WindowLocks;
  readonly #notices: SessionNotices;
  readonly #runtime: Runtime;
  /** The questions under way, by question and session id. */
  readonly #asking = new Map<string, Asking>();

  constructor(
    records: ServiceRecords,
    store: SessionStore,
    renewal: Renewal,
    ending: SessionEnding,
    locks: WindowLocks,
    notices: SessionNotices,
    runtime: Runtime,
  ) {
    this.#service = renewal.service;
    this.#records = records;
    this.#store = store;
    this.#renewal = renewal;
    this.#ending = ending;
    this.#locks = locks;
    this.#notices = notices;
    this.#runtime = runtime;
  }

  /**
   * Asks the service whether a session still works. False: the service has rejected it, or it is gone or hidden. True
   * also while the service gives no definite answer. A rejected session ends, and the person is told. Throws a StoreError
   * when the storage cannot be read, or `signal.reason`.
   */
  async verify(id: string, signal: AbortSignal): Promise<boolean> {
    await this.#store.load();
    if (!this.#records.configured().some((record) => record.id === id)) return false;
    return this.#check('verify', id, signal);
  }

  /**
   * Begins to ask for a later end of a session that is a day old and cannot be renewed, once a day in one window. If
   * the service does not know it any more, it ends as a rejected one. False when it does not ask. Never rejects.
   */
  async extendIfOld(record: LiveSession): Promise<boolean> {
    const { id } = record;
    const isOld = record.grantedAtMs + EXTENDED_FOR_MS <= this.#runtime.clock.now();
    if (this.#service.extend === undefined || !isOld || this.#renewal.canSucceed(record)) return false;
    if (!(await this.#locks.claimFor(`extend ${id}`, EXTENDED_FOR_MS))) return false;
    this.#check('extend', id, this.#runtime.closed).catch((error: unknown) => {
      this.#runtime.log.warn(`A session could not be extended: ${describeError(error)}.`);
    });
    return true;
  }

  /** True while this window asks for a later end of the session. */
  isExtending(id: string): boolean {
    return this.#asking.has(keyOf('extend', id));
  }

  /** Resolves when all questions are answered, and the answers stored. Never rejects. */
  async finish(): Promise<void> {
    await Promise.all([...this.#asking.values()].map(({ stored }) => stored));
  }

  /** Asks, or waits for the same question that is under way. False as for `verify`. */
  async #check(question: Question, id: string, signal: AbortSignal): Promise<boolean> {
    const { answered } = this.#asking.get(keyOf(question, id)) ?? this.#begin(question, id);
    const { asked, verdict } = await abortable(answered, signal);
    if (asked !== undefined && verdict.kind === 'rejected') return this.#survives(asked, signal);
    return this.#store.liveSession(id) !== undefined;
  }

  #begin(question: Question, id: string): Asking {
    const answered = Promise.withResolvers<Answer>();
    const stored = this.#locks
      .withLock(`ask ${id}`, this.#runtime.closed, () => this.#ask(question, id, answered.resolve))
      .catch(answered.reject)
      .finally(() => this.#asking.delete(keyOf(question, id)));
    const asking = { answered: answered.promise, stored };
    this.#asking.set(keyOf(question, id), asking);
    return asking;
  }

  async #ask(question: Question, id: string, onAnswer: (answer: Answer) => void): Promise<void> {
    await this.#store.reread(id).catch(() => undefined); // else memory must do
    const asked = this.#store.liveSession(id);
    // The request has a time limit of its own and is not aborted: its answer may be the only copy of a new token.
    const verdict = asked === undefined ? UNKNOWN : await this.#send(question, asked.grant);
    if (asked !== undefined && verdict.kind === 'valid' && !isSame(asked.grant, verdict.grant))
      await this.#store.whileRenewing(id, NEVER, () =>
        this.#keep(asked, verdict.grant, () => {
          onAnswer({ asked, verdict });
        }),
      );
    onAnswer({ asked, verdict });
  }

  /** The old token is not revoked: to the service, it is the same session. */
  async #keep(asked: LiveSession, grant: Grant, onAnswer: () => void): Promise<void> {
    const keeping = keepNewerGrant(this.#store, asked, grant, this.#runtime.clock.now());
    onAnswer(); // it is in memory, so callers need not wait for the storage
    if (!(await keeping) && grant.accessToken !== asked.grant.accessToken)
      revokeInBackground(this.#service, grant, this.#runtime);
  }

  async #send(question: Question, grant: Grant): Promise<Verdict> {
    if (question === 'verify') return this.#service.verify(grant, NEVER);
    return (await this.#service.extend?.(grant, NEVER)) ?? UNKNOWN;
  }

  /** Ends a rejected session, unless it can be renewed. True when it goes on with another access token. */
  async #survives(asked: LiveSession, signal: AbortSignal): Promise<boolean> {
    this.#runtime.log.warn(`${this.#service.label} rejects a session.`);
    await this.#renewal.renew(asked, signal);
    const current = stillCurrent(this.#store, asked);
    if (current !== undefined) {
      if (this.#renewal.isPossible(current)) await this.#ending.hideUntilRenewed(current);
      else if (await this.#ending.end(current, 'rejected')) await this.#tellOfRejection(current);
    }
    return this.#store.liveSession(asked.id) !== undefined && stillCurrent(this.#store, asked) === undefined;
  }

  /** Two windows can find out at the same time. The count of sign-ins makes a later rejection a new one. */
  async #tellOfRejection(record: LiveSession): Promise<void> {
    if (!this.#records.isConfigured(record)) return; // the setting has changed since the question
    const name = `rejected ${record.id} ${record.version.signIn}`;
    if (await this.#locks.claimFor(name, ONE_REJECTION_MS)) this.#notices.rejected(record);
  }
}

function keyOf(question: Question, id: string): string {
  return `${question} ${id}`;
}

function isSame(a: Grant, b: Grant): boolean {
  return a.accessToken === b.accessToken && a.expiresAtMs === b.expiresAtMs;
}
