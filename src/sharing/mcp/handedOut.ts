import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import { isOver, overAtMs } from '../../sessions/expiry.ts';
import type { LiveSession } from '../../sessions/record.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import type { McpChoices } from './choices.ts';
import type { McpServer } from './servers.ts';

/** A server with an earlier token is first asked about again after this time, and then after twice the time before. */
const FIRST_WAIT_MS = 60_000;
const MAX_WAIT_MS = 8 * 60_000;

/** The token that this window has given to a server. */
export interface HandedOutToken {
  readonly server: McpServer;
  /** The session as it was then. */
  readonly session: LiveSession;
}

export interface HandedOutParts {
  readonly sessions: Pick<Sessions, 'find'>;
  readonly choices: Pick<McpChoices, 'sessionIdFor'>;
  /** Stops these servers. VS Code starts them again when they are needed, with the token of that time. */
  readonly stop: (servers: readonly McpServer[]) => void;
}

/**
 * `earlier`: the session has a newer token. Its service may go on accepting this one for a while.
 * `invalid`: the server must not use the token any longer, or cannot.
 */
type State = 'current' | 'earlier' | 'invalid';

/**
 * The tokens of the servers that VS Code has started. A service may give a session a new token whenever it is asked.
 * That alone stops no server: the servers of a session stop together, and once, when their token has stopped working.
 */
export class HandedOutTokens {
  readonly #parts: HandedOutParts;
  readonly #runtime: Runtime;
  /** By label, in the order in which they were handed out. */
  readonly #tokens = new Map<string, HandedOutToken>();
  /** The ids of the sessions whose earlier tokens are being watched. */
  readonly #watched = new Set<string>();

  constructor(parts: HandedOutParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
  }

  add(token: HandedOutToken): void {
    this.#tokens.set(token.server.label, token);
  }

  /** Call when VS Code starts the server: then it is not running. */
  delete({ label }: McpServer): void {
    this.#tokens.delete(label);
  }

  /** Stops the servers whose token is no longer right. Call after a change of sessions or choices. */
  update(): void {
    this.#stop([...this.#tokens.values()].filter((token) => this.#state(token) === 'invalid'));
    for (const { session } of this.#tokens.values())
      if (this.#earlier(session.id).length > 0) void this.#watch(session.id);
  }

  isCurrent(token: HandedOutToken): boolean {
    return this.#state(token) === 'current';
  }

  #state({ server, session }: HandedOutToken): State {
    const now = this.#parts.sessions.find(session.id)?.record;
    if (now === undefined || now.accessTokenRejected === true) return 'invalid';
    if (this.#parts.choices.sessionIdFor(server) !== session.id) return 'invalid';
    if (now.grant.accessToken === session.grant.accessToken) return 'current';
    // A new sign-in revokes the grant of the one before.
    return now.version.signIn === session.version.signIn ? 'earlier' : 'invalid';
  }

  #earlier(id: string): HandedOutToken[] {
    return [...this.#tokens.values()].filter(
      (token) => token.session.id === id && this.#state(token) === 'earlier',
    );
  }

  /** Asks about the oldest earlier token of a session until it has stopped working. Never rejects. */
  async #watch(id: string): Promise<void> {
    if (this.#watched.has(id)) return;
    this.#watched.add(id);
    const { clock, closed } = this.#runtime;
    try {
      for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, MAX_WAIT_MS)) {
        const [oldest] = this.#earlier(id);
        if (oldest === undefined) break;
        if (!(await this.#stillWorks(oldest.session))) this.#stop(this.#earlier(id));
        else await clock.sleep(Math.min(waitMs, overAtMs(oldest.session) - clock.now()), closed);
      }
    } catch (error) {
      if (!closed.aborted) this.#runtime.log.warn(`A token was not checked: ${describeError(error)}.`);
    } finally {
      this.#watched.delete(id);
    }
  }

  async #stillWorks(session: LiveSession): Promise<boolean> {
    const { clock, closed } = this.#runtime;
    if (isOver(session, clock.now())) return false;
    const found = this.#parts.sessions.find(session.id);
    if (found === undefined) return false;
    return found.sessions.verification.acceptsEarlier(session.id, session.grant.accessToken, closed);
  }

  #stop(tokens: readonly HandedOutToken[]): void {
    for (const { server } of tokens) this.#tokens.delete(server.label);
    if (tokens.length > 0) this.#parts.stop(tokens.map(({ server }) => server));
  }
}
