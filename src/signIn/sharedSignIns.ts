import type { Clock } from '../base/clock.ts';
import { scopeKey } from '../sessions/accounts.ts';
import type { LiveSession } from '../sessions/record.ts';
import type { ServiceSessions } from '../sessions/serviceSessions.ts';
import type { SignInRequest } from './signIn.ts';

/** VS Code calls a provider for one extension after the other, so the second call comes right after the first ends. */
const SAME_MOMENT_MS = 1_000;

interface Finished {
  readonly key: string;
  readonly id: string;
  readonly atMs: number;
}

/** The sign-ins of one service. Extensions that ask for the same at the same moment get one sign-in, with one code. */
export class SharedSignIns {
  readonly #sessions: ServiceSessions;
  readonly #clock: Clock;
  readonly #signIn: (request: SignInRequest) => Promise<LiveSession>;
  readonly #onJoin: () => void;
  /** The sign-ins in progress, by what was asked for. */
  readonly #running = new Map<string, Promise<LiveSession>>();
  #latest: Finished | undefined;

  /** `signIn` runs a sign-in, and `onJoin` is called when a second caller joins it. */
  constructor(
    sessions: ServiceSessions,
    clock: Clock,
    signIn: (request: SignInRequest) => Promise<LiveSession>,
    onJoin: () => void,
  ) {
    this.#sessions = sessions;
    this.#clock = clock;
    this.#signIn = signIn;
    this.#onJoin = onJoin;
  }

  /**
   * Returns the session of a sign-in for the same scopes and account that has just ended, or does what `start` does. An
   * account that is asked for must be that session's: VS Code asks again if the user has signed in as someone else.
   */
  async get(request: SignInRequest): Promise<LiveSession> {
    return this.#recent(keyOf(request), request) ?? (await this.start(request));
  }

  /** Runs a sign-in, or joins the one in progress for the same scopes and account. Rejects as the sign-in does. */
  start(request: SignInRequest): Promise<LiveSession> {
    const key = keyOf(request);
    const running = this.#running.get(key);
    if (running !== undefined) {
      this.#onJoin();
      return running;
    }
    const started = this.#signIn(request)
      .then((record) => {
        this.#latest = { key, id: record.id, atMs: this.#clock.now() };
        return record;
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }

  #recent(key: string, { scopes, accountId }: SignInRequest): LiveSession | undefined {
    if (this.#latest?.key !== key) return undefined;
    const { id, atMs } = this.#latest;
    const ageMs = this.#clock.now() - atMs;
    if (ageMs < 0 || ageMs >= SAME_MOMENT_MS) return undefined;
    const filter = { scopes, ...(accountId !== undefined && { accountId }) };
    return this.#sessions.usable(filter).find((record) => record.id === id);
  }
}

function keyOf({ scopes, accountId }: SignInRequest): string {
  return JSON.stringify([scopeKey(scopes), accountId]);
}
