import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { abortable, NEVER } from '../base/timeLimit.ts';
import type { Grant, IdentityService } from '../services/service.ts';
import { grantOf, tryToRevoke } from './grants.ts';
import type { NoticeEmitter, UnusedBecause } from './notices.ts';
import {
  isTooOld,
  KEPT_FOR_MS,
  type PendingRevocation,
  type PendingRevocations,
} from './pendingRevocations.ts';
import { HeldElsewhereError, type HeldLock, type WindowLocks } from './ports.ts';
import type { SessionStore } from './store.ts';
import { MAX_PAUSE_TICKS, TICK_MS, ticksAfter } from './ticks.ts';

/** A user who closes the window soon must not wait for longer. */
const FIRST_LIMIT_MS = 5_000;
const LATER_LIMIT_MS = 30_000;
/** A window without a sign of life for this long no longer works on a revocation. */
const STALE_AFTER_MS = 10_000;
/** The sessions of an account that is signed out end at about the same moment, and need one message. */
const ANNOUNCED_TOGETHER_MS = 1_000;

export interface RevocationParts {
  readonly services: readonly IdentityService[];
  readonly pending: PendingRevocations;
  readonly store: SessionStore;
  readonly locks: WindowLocks;
  readonly notices: NoticeEmitter;
  /** Whether a sign-in with the service is in progress in any window. Rejects with the platform's error. */
  readonly isSigningIn: (serviceId: string) => Promise<boolean>;
}

/** A revocation that waits, as a window remembers it: without its secrets. */
interface Known extends Pick<PendingRevocation, 'id' | 'begunAtMs'> {
  readonly server: string;
}

/**
 * Ends grants that the user has given up, at the service that granted them. One that gets no answer is stored, and is
 * delivered later, by any window: within 72 hours, to the same server, and never while a session holds the same token.
 */
export class Revocations {
  readonly #parts: RevocationParts;
  readonly #runtime: Runtime;
  /** The first attempts, until they are over or stored. */
  readonly #running = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  /** What was stored and not announced yet: ids, by service and cause. */
  readonly #unannounced = new Map<string, string[]>();
  #known: readonly Known[] = [];
  #isLooking = false;
  #failures = 0;
  #ticksToWait = 0;
  /** The running time of this window, and how old each revocation is at least, by that time alone. */
  #ranMs = 0;
  readonly #bornAtMs = new Map<string, number>();

  constructor(parts: RevocationParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
    runtime.closed.addEventListener('abort', () => {
      this.#closing.abort();
    });
    parts.pending.onDidChange(() => {
      this.#ticksToWait = 0;
    });
  }

  /** Asks the service in the background. The grant is gone here whatever the service answers, so no caller waits. */
  revoke(service: IdentityService, grant: Grant, because: UnusedBecause): void {
    const running = this.#revoke(service, grant, because).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /**
   * Queues a grant, which some window revokes within a minute, unless a session has it by then: the window that brought
   * it may be about to store it as another session.
   */
  revokeSoon({ id }: IdentityService, grant: Grant): void {
    const adding = this.#parts.pending.add(id, grant, this.#runtime.clock.now()).then(() => {
      this.#ticksToWait = this.#failures = 0;
    });
    const running = adding.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when no revocation can be lost with this window anymore. Never rejects. */
  async finish(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#running);
  }

  /** How many wait, in any window. Rejects with the platform's error. */
  async count(): Promise<number> {
    return (await this.#parts.pending.list()).length;
  }

  /** Deletes what is stored of these: the user does not want them delivered. Never rejects. */
  async forget(ids: readonly string[]): Promise<void> {
    this.#runtime.log.info(`Forgetting revocations: ${ids.length}.`);
    await Promise.all(ids.map((id) => this.#parts.pending.end(id)));
  }

  /** Call at each tick. Tries again when it is time to. Never rejects. */
  async tick(): Promise<void> {
    this.#ranMs += TICK_MS;
    this.#ticksToWait -= 1;
    if (this.#ticksToWait <= 0 || this.#known.some((each) => this.#isTooOld(each))) await this.deliver();
  }

  /** Call when a server has answered any request: the network is back. The next tick tries again. */
  reached(url: string): void {
    if (!this.#isLooking && this.#known.some(({ server }) => url.startsWith(`${server}/`)))
      this.#ticksToWait = this.#failures = 0;
  }

  /** Tries to deliver all that wait, now. Never rejects. */
  async deliver(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#ticksToWait = MAX_PAUSE_TICKS; // a change during this work sets it to 0
    try {
      const left: PendingRevocation[] = [];
      for (const each of await this.#parts.pending.list())
        if (!this.#runtime.closed.aborted && (await this.#deliverOne(each))) left.push(each);
      this.#known = left.map(({ id, begunAtMs, grant: { server } }) => ({ id, begunAtMs, server }));
      this.#failures = left.length === 0 ? 0 : this.#failures + 1;
    } catch (error) {
      if (!this.#runtime.closed.aborted)
        this.#runtime.log.warn(`Revocations that wait cannot be read: ${describeError(error)}.`);
      this.#failures += 1;
    }
    if (this.#failures > 0) this.#ticksToWait = Math.min(this.#ticksToWait, ticksAfter(this.#failures));
    this.#isLooking = false;
  }

  /** Never rejects. */
  async #revoke(service: IdentityService, grant: Grant, because: UnusedBecause): Promise<void> {
    if (this.#isHeld(grant)) return;
    const begunAtMs = this.#runtime.clock.now();
    const asking = tryToRevoke(service, grant, FIRST_LIMIT_MS, NEVER, this.#runtime);
    const result = await abortable(asking, this.#closing.signal).catch(() => 'closing' as const);
    if (result === 'ended' || result === 'refused') return;
    const id = await this.#parts.pending.add(service.id, grant, begunAtMs);
    this.#ticksToWait = this.#failures = 0;
    if (result === 'unanswered') this.#announce(service.id, because, id);
    // Without waiting: what is stored can be delivered later.
    else void asking.then((late) => (late === 'unanswered' ? undefined : this.#parts.pending.end(id)));
  }

  /** Tells the user once of all that could not be delivered at about the same moment. */
  #announce(serviceId: string, because: UnusedBecause, id: string): void {
    const key = `${serviceId} ${because}`;
    const ids = this.#unannounced.get(key) ?? [];
    ids.push(id);
    if (ids.length > 1) return;
    this.#unannounced.set(key, ids);
    this.#runtime.clock.sleep(ANNOUNCED_TOGETHER_MS, this.#runtime.closed).then(
      () => {
        this.#unannounced.delete(key);
        this.#parts.notices.revocationWaits({ serviceId, because, ids });
      },
      () => undefined, // the window closes
    );
  }

  /** Returns true if it still waits. One window at a time works on it. Never rejects. */
  async #deliverOne({ id }: PendingRevocation): Promise<boolean> {
    const { locks } = this.#parts;
    const { closed, log } = this.#runtime;
    const work = (lock: HeldLock): Promise<boolean> => this.#deliverAlone(id, lock);
    try {
      return await locks.withLock(`revocation ${id}`, closed, work, STALE_AFTER_MS);
    } catch (error) {
      if (!(error instanceof HeldElsewhereError) && !closed.aborted)
        log.warn(`A revocation cannot be delivered now: ${describeError(error)}.`);
      return true;
    }
  }

  /** Rejects with the platform's error. */
  async #deliverAlone(id: string, lock: HeldLock): Promise<boolean> {
    const { services, pending } = this.#parts;
    const { log, closed } = this.#runtime;
    const revocation = await pending.get(id);
    if (revocation === undefined) return false; // another window has delivered it
    const { serviceId, grant } = revocation;
    const isLast = this.#isTooOld(revocation);
    const service = services.find((each) => each.id === serviceId);
    const isFree = await this.#isFree(serviceId, grant);
    if (isFree === false) log.info('A session has the same token again, so it is not revoked.');
    else if (service !== undefined && isFree === true && (await lock.isHeld())) {
      const result = await tryToRevoke(service, grant, LATER_LIMIT_MS, closed, this.#runtime);
      if (result === 'unanswered' && !isLast) return true;
    } else if (!isLast) return true;
    if (isLast) log.warn('A revocation is too old, so it is deleted, delivered or not.');
    await pending.end(id);
    return false;
  }

  /** By the wall clock, or by the time that this window has run: the clock can be set back. */
  #isTooOld({ id, begunAtMs }: Pick<PendingRevocation, 'id' | 'begunAtMs'>): boolean {
    const nowMs = this.#runtime.clock.now();
    const bornAtMs = this.#bornAtMs.get(id) ?? this.#ranMs - Math.max(0, nowMs - begunAtMs);
    this.#bornAtMs.set(id, bornAtMs);
    return this.#ranMs - bornAtMs >= KEPT_FOR_MS || isTooOld({ begunAtMs }, nowMs);
  }

  /**
   * Whether no session has the token, so that it may be revoked. Undefined when that is not known: a sign-in in progress
   * may bring the same token again.
   */
  async #isFree(serviceId: string, grant: Grant): Promise<boolean | undefined> {
    try {
      if (await this.#parts.isSigningIn(serviceId)) return undefined;
      await this.#parts.store.rereadAll();
    } catch (error) {
      this.#runtime.log.warn(`A revocation waits until sessions can be read: ${describeError(error)}.`);
      return undefined;
    }
    return !this.#isHeld(grant);
  }

  /** Whether a session in memory has a token of the grant, or would have it again if the clock was wrong. */
  #isHeld(grant: Grant): boolean {
    const tokens = tokensOf(grant);
    const held = this.#parts.store.records().map(grantOf);
    return held.some((each) => each !== undefined && tokensOf(each).some((token) => tokens.includes(token)));
  }
}

function tokensOf({ accessToken, refreshToken }: Grant): string[] {
  return refreshToken === undefined ? [accessToken] : [accessToken, refreshToken];
}
