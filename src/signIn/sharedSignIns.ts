import { type Clock, pause } from '../base/clock.ts';
import { NEVER, withTimeLimit } from '../base/timeLimit.ts';
import { scopeKey } from '../sessions/accounts.ts';
import type { LiveSession } from '../sessions/record.ts';
import type { ServiceSessions } from '../sessions/serviceSessions.ts';
import type { SignInRequest } from './signIn.ts';

/** VS Code calls a provider for one extension after the other, so the second call comes right after the first ends. */
export const SAME_MOMENT_MS = 1_000;
/**
 * VS Code passes no other call on to the provider while one waits. A user who has just approved may still have to
 * choose an identity, or asks for a new code.
 */
const HELD_AFTER_CODE_MS = 2 * 60_000;
/** How long a call waits for sign-ins that began in an earlier window: it may ask for the same as one of them. */
const TAKE_OVER_LIMIT_MS = 15_000;

/** What a running sign-in reports, and what it can ask. */
export interface SignInCalls {
  /** Call with the deadline of each code, in milliseconds of the wall clock. */
  readonly onCode: (deadlineMs: number) => void;
  /** False when nobody waits for the session anymore. */
  readonly isAwaited: () => boolean;
}

/** A sign-in that began in an earlier window is over, without a session. */
export class ResumedOver extends Error {
  override readonly name = 'ResumedOver';
}

type Work = (calls: SignInCalls) => Promise<LiveSession>;

interface Running {
  readonly result: Promise<LiveSession>;
  /** When the latest code expires, by the wall clock. */
  codeExpiresAtMs: number;
  /** How many calls wait for the session. */
  waiting: number;
}

interface Finished {
  readonly key: string;
  readonly id: string;
  readonly atMs: number;
}

export interface SharedSignInParts {
  readonly sessions: ServiceSessions;
  readonly clock: Clock;
  /** Runs a new sign-in. */
  readonly signIn: (request: SignInRequest, calls: SignInCalls) => Promise<LiveSession>;
  /** Called when a second caller joins a sign-in. */
  readonly onJoin: () => void;
  /** Resolves when the sign-ins of earlier windows have been taken over. Never rejects. */
  readonly takeOverFinished: () => Promise<void>;
}

/** The sign-ins of one service. Extensions that ask for the same at the same moment get one sign-in, with one code. */
export class SharedSignIns {
  readonly #parts: SharedSignInParts;
  /** The sign-ins in progress, by what was asked for. */
  readonly #running = new Map<string, Running>();
  #latest: Finished | undefined;

  constructor(parts: SharedSignInParts) {
    this.#parts = parts;
  }

  /**
   * Returns the session of a sign-in for the same scopes and account that has just ended, or of one in progress, or of
   * a new one. An account that is asked for must be that session's: VS Code asks again if the user has signed in as
   * someone else. Undefined two minutes after the code has expired, so that VS Code can pass on other calls: the
   * sign-in goes on by itself. Rejects as the sign-in does.
   */
  async get(request: SignInRequest): Promise<LiveSession | undefined> {
    const recent = this.#recent(keyOf(request), request);
    if (recent !== undefined) return recent;
    const { clock, takeOverFinished } = this.#parts;
    const calledAtMs = clock.now();
    const known = new Set(this.#usable(request).map(({ signedInAtMs }) => signedInAtMs));
    await withTimeLimit(clock, TAKE_OVER_LIMIT_MS, NEVER, takeOverFinished).catch(() => undefined); // then it is a new one
    // Another window may have completed the sign-in while this one waited to take it over. An older session that has
    // only been loaded meanwhile is no answer.
    const meanwhile = this.#usable(request).findLast(
      ({ signedInAtMs }) => signedInAtMs >= calledAtMs && !known.has(signedInAtMs),
    );
    if (meanwhile !== undefined) return meanwhile;
    return this.#settled(request, (running) => this.#held(running));
  }

  /** Runs a sign-in, or joins the one in progress for the same scopes and account. Rejects as the sign-in does. */
  async start(request: SignInRequest): Promise<LiveSession> {
    return this.#settled(request, (running) => {
      running.waiting += 1;
      return running.result;
    });
  }

  /**
   * Runs a sign-in that began in an earlier window. A caller that asks for the same joins it, unless it cannot be
   * joined, because the user does not see it. Rejects as the sign-in does.
   */
  async resume(request: SignInRequest, work: Work, canBeJoined = true): Promise<LiveSession> {
    return await this.#run(keyOf(request), work, canBeJoined).result;
  }

  /** Starts a new one if the one that it has joined began in an earlier window and is over. */
  async #settled<T>(request: SignInRequest, wait: (running: Running) => Promise<T>): Promise<T> {
    try {
      return await wait(this.#joinOrStart(request));
    } catch (error) {
      if (!(error instanceof ResumedOver)) throw error;
      return await wait(this.#joinOrStart(request));
    }
  }

  #joinOrStart(request: SignInRequest): Running {
    const key = keyOf(request);
    const running = this.#running.get(key);
    if (running === undefined) return this.#run(key, (calls) => this.#parts.signIn(request, calls));
    this.#parts.onJoin();
    return running;
  }

  #run(key: string, work: Work, canBeJoined = true): Running {
    const { clock } = this.#parts;
    const calls: SignInCalls = {
      onCode: (deadlineMs) => (running.codeExpiresAtMs = deadlineMs),
      isAwaited: () => running.waiting > 0,
    };
    const result = Promise.resolve()
      .then(() => work(calls))
      .then((record) => {
        this.#latest = { key, id: record.id, atMs: clock.now() };
        return record;
      })
      .finally(() => {
        if (this.#running.get(key) === running) this.#running.delete(key);
      });
    result.catch(() => undefined); // whoever waits for it is told
    const running: Running = { result, codeExpiresAtMs: clock.now(), waiting: 0 };
    // One that was resumed while a new one for the same runs is not to be joined.
    if (canBeJoined && !this.#running.has(key)) this.#running.set(key, running);
    return running;
  }

  async #held(running: Running): Promise<LiveSession | undefined> {
    const settled = new AbortController();
    running.waiting += 1;
    try {
      return await Promise.race([running.result, this.#heldForLong(running, settled.signal)]);
    } finally {
      running.waiting -= 1;
      settled.abort();
    }
  }

  /** Resolves two minutes after the code has expired, or after the call if it came later. */
  async #heldForLong(running: Running, settled: AbortSignal): Promise<undefined> {
    const { clock } = this.#parts;
    const calledAtMs = clock.now();
    const leftMs = (): number =>
      Math.max(running.codeExpiresAtMs, calledAtMs) + HELD_AFTER_CODE_MS - clock.now();
    try {
      while (leftMs() > 0) await pause(clock, leftMs(), settled);
    } catch {
      // the sign-in has ended
    }
  }

  #recent(key: string, request: SignInRequest): LiveSession | undefined {
    if (this.#latest?.key !== key) return undefined;
    const { id, atMs } = this.#latest;
    const ageMs = this.#parts.clock.now() - atMs;
    if (ageMs < 0 || ageMs >= SAME_MOMENT_MS) return undefined;
    return this.#usable(request).find((record) => record.id === id);
  }

  /** The sessions that can answer a request, if none is to be forced. */
  #usable({ scopes, accountId }: SignInRequest): readonly LiveSession[] {
    return this.#parts.sessions.usable({ scopes, ...(accountId !== undefined && { accountId }) });
  }
}

function keyOf({ scopes, accountId }: SignInRequest): string {
  return JSON.stringify([scopeKey(scopes), accountId]);
}
