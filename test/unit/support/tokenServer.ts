import { NEVER } from '../../../src/base/timeLimit.ts';
import type { Grant } from '../../../src/services/service.ts';
import { html, json, type Reply, text } from './conversation.ts';
import type { FakeClock } from './fakeClock.ts';

/** The endpoints that end a token. */
const ENDS = /\/(?:sign-out|oauth2\/revoke|auth\/logout)$/;

/** A server of either service that knows which tokens are good, and how to end them. */
export class TokenServer {
  readonly kind: 'sigma' | 'adom';
  readonly good = new Set<string>();
  /** The requests that were sent, whether or not they got through, such as `DELETE https://auth.example/auth/logout`. */
  readonly sent: string[] = [];
  /** What answers in its place. Undefined: the server itself. */
  between: Reply | undefined;
  /** What it answers at addresses that end with a path. */
  readonly replies = new Map<string, Reply>();
  /** How long an answer takes, in milliseconds. */
  takesMs = 0;
  /** Answers, but does not end a token. */
  ignoresEnds = false;
  readonly #clock: FakeClock;
  #grants = 0;

  constructor(clock: FakeClock, kind: 'sigma' | 'adom') {
    this.#clock = clock;
    this.kind = kind;
  }

  /** Grants `canary-1`, then 2, and so on. */
  grant(server = 'https://auth.example'): Grant {
    const accessToken = `canary-${++this.#grants}`;
    this.good.add(accessToken);
    return { server, accessToken };
  }

  /** The requests that would have ended a token, by their origin. */
  asked(): string[] {
    return this.sent.filter((each) => ENDS.test(each));
  }

  async answer(url: string, { method = 'GET', headers, body, signal }: RequestInit): Promise<Response> {
    this.sent.push(`${method} ${url}`);
    const wire = { clock: this.#clock, signal: signal ?? NEVER, keepOpen: () => () => undefined };
    const { between } = this;
    if (between?.seconds !== undefined) await this.#clock.sleep(between.seconds * 1000, wire.signal);
    if (between !== undefined) return between.answer(wire);
    const token = new Headers(headers).get('authorization')?.replace('Bearer ', '');
    const form = body instanceof URLSearchParams ? body.get('token') : undefined;
    const reply = this.#reply(new URL(url).pathname, token ?? form ?? '');
    if (this.takesMs > 0) await this.#clock.sleep(this.takesMs, wire.signal);
    return reply.answer(wire);
  }

  #reply(path: string, token: string): Reply {
    for (const [end, reply] of this.replies) if (path.endsWith(end)) return reply;
    const isGood = this.good.has(token);
    if (ENDS.test(path)) {
      if (!this.ignoresEnds) this.good.delete(token);
      if (path.endsWith('/logout')) return isGood ? text(204, '') : json(401, { error: 'Unauthorized' });
      return json(200, { success: true });
    }
    if (path.endsWith('/get-session')) {
      const expiresAt = new Date(this.#clock.now() + 3_600_000).toISOString();
      return json(200, isGood ? { session: { token, expiresAt } } : null);
    }
    if (path.endsWith('/userinfo') || path === '/user')
      return isGood ? json(200, { sub: 'user-1', id: 'user-1' }) : json(401, { error: 'invalid_token' });
    return html(404);
  }
}
