import { NEVER } from '../../../src/base/timeLimit.ts';
import type { Http } from '../../../src/http/send.ts';
import { adom } from '../../../src/services/adom/adom.ts';
import type { IdentityService } from '../../../src/services/service.ts';
import { sigma } from '../../../src/services/sigma/sigma.ts';
import { html, json, type Reply } from './conversation.ts';
import type { FakeClock } from './fakeClock.ts';
import type { FakeProcess } from './fakeProcess.ts';
import { CODE } from './deviceGrantScenario.ts';
import { INTENT } from './intentScenario.ts';
import type { RecordingLog } from './recordingLog.ts';
import { serviceTexts } from './serviceTexts.ts';
import { list, organization, userinfo } from './sigmaIdentities.ts';

export const SERVER = 'https://auth.example';
/** How long a code is good for. */
export const LIFE_MS = 900_000;

interface Code {
  readonly diesAtMs: number;
  state: 'pending' | 'approved' | 'denied' | 'spent';
  token?: string;
}

/** A server that knows its codes and its tokens, behind the product's own clients of both services. */
export class CodeService {
  readonly kind: 'sigma' | 'adom';
  /** Each poll as `WINDOW NUMBER`, with the number of the code. */
  readonly polls: string[] = [];
  readonly granted: string[] = [];
  readonly revoked = new Set<string>();
  /** How long an answer takes, in milliseconds. */
  readonly takes = { poll: 0, identify: 0 };
  /** The user's BAP identities, from which they choose. */
  identities: string[] = [];
  /** Adom: the first answer about the user of a token has a new token, and ends the old one. */
  rotates = false;
  /** Says of no code that it has expired. */
  knowsNoTime = false;
  /** All codes so far, in order. */
  readonly codes: Code[] = [];
  readonly #clock: FakeClock;
  readonly #active = new Map<string, string>();

  constructor(clock: FakeClock, kind: 'sigma' | 'adom') {
    this.#clock = clock;
    this.kind = kind;
  }

  /** The user decides about the latest code. */
  decide(state: 'approved' | 'denied'): void {
    const code = this.codes.at(-1);
    if (code?.state === 'pending') code.state = state;
  }

  /** The service as a window sees it. */
  seenFrom(name: string, process: FakeProcess, log: RecordingLog): IdentityService {
    const http: Http = {
      fetch: (url, init) => process.whileAlive(this.#answer(name, url as string, init ?? {})),
      clock: process.clock,
      log,
    };
    const common = { sessionMaxAgeSeconds: 60 * 60 * 24, updates: 'poll', clientId: 'editor' } as const;
    return this.kind === 'sigma'
      ? sigma(http, () => ({ ...common, serverUrl: SERVER, defaultServerUrl: SERVER }), serviceTexts)
      : adom(http, () => ({ ...common, apiUrl: SERVER, defaultApiUrl: SERVER }), serviceTexts);
  }

  /** The server decides when it is asked, and answers later. What is aborted meanwhile does not learn the answer. */
  async #answer(
    window: string,
    url: string,
    { headers, body, method, signal }: RequestInit,
  ): Promise<Response> {
    const token = new Headers(headers).get('authorization')?.replace('Bearer ', '') ?? '';
    const sent = typeof body === 'string' ? (JSON.parse(body) as Record<string, string>) : {};
    const [reply, ms] = this.#replyTo(window, new URL(url).pathname, { token, sent, method });
    await this.#clock.sleep(ms, signal ?? NEVER);
    return reply.answer({ clock: this.#clock, signal: signal ?? NEVER, keepOpen: () => () => undefined });
  }

  #replyTo(
    window: string,
    path: string,
    { token, sent, method }: { token: string; sent: Record<string, string>; method: string | undefined },
  ): [Reply, ms: number] {
    const { poll, identify } = this.takes;
    const [, intent] = /^\/auth\/intents\/canary-code-(\d+)\/status$/.exec(path) ?? [];
    if (intent !== undefined) return [this.#intent(window, intent), poll];
    if (path.endsWith('/device/token')) {
      return [this.#device(window, (sent.device_code ?? '').replace('canary-code-', '')), poll];
    }
    const isGood = this.granted.includes(token) && !this.revoked.has(token);
    if (path.endsWith('/device/code') || path === '/auth/intents') return [this.#begin(), 0];
    if (path.endsWith('/sign-out') || method === 'DELETE') {
      this.revoked.add(token);
      return [json(200, {}), 0];
    }
    if (path.endsWith('/oauth2/userinfo') || path === '/user')
      return [isGood ? this.#person(token) : json(401, { error: 'invalid_token' }), identify];
    if (path.endsWith('/get-session')) return [isGood ? html(404) : json(200, null), 0];
    if (path.endsWith('/organization/list')) return [list(...this.identities), 0];
    if (path.endsWith('/set-active')) {
      this.#active.set(token, sent.organizationId ?? '');
      return [json(200, organization(sent.organizationId ?? '')), 0];
    }
    return [html(404), 0];
  }

  #person(token: string): Reply {
    if (this.kind === 'adom') return json(200, { id: 'user-1', name: 'ann' }, this.#rotation(token));
    const active = this.#active.get(token);
    return userinfo(active === undefined ? {} : { bap_id: active });
  }

  #rotation(token: string): Record<string, string> {
    if (!this.rotates || token.endsWith('-rotated')) return {};
    const next = `${token}-rotated`;
    this.revoked.add(token);
    this.granted.push(next);
    return { 'set-cookie': `session_token=${next}` };
  }

  #begin(): Reply {
    const n = this.codes.push({ diesAtMs: this.#clock.ranMs + LIFE_MS, state: 'pending' });
    const name = `canary-code-${n}`;
    return this.kind === 'sigma'
      ? json(200, { ...CODE, device_code: name, user_code: `CANARY-${n}` })
      : json(201, { ...INTENT, token: name, updates_url: undefined, confirmation_code: `CANARY-${n}` });
  }

  /** Grants a token once. */
  #device(window: string, number: string): Reply {
    const code = this.#asked(window, number);
    if (code === undefined || code.state === 'spent') return json(400, { error: 'invalid_grant' });
    if (code.state === 'denied') return json(400, { error: 'access_denied' });
    if (code.state === 'approved') {
      code.state = 'spent';
      return json(200, { access_token: this.#grant(code), expires_in: 86_400 });
    }
    return json(400, { error: this.#isDead(code) ? 'expired_token' : 'authorization_pending' });
  }

  /** Returns the same token to each poll. */
  #intent(window: string, number: string): Reply {
    const code = this.#asked(window, number);
    if (code?.state === 'approved')
      return json(200, { state: 'authenticated', session_token: this.#grant(code) });
    return code === undefined || this.#isDead(code) ? json(410, {}) : json(200, { state: 'pending' });
  }

  #asked(window: string, number: string): Code | undefined {
    this.polls.push(`${window} ${number}`);
    return this.codes[Number(number) - 1];
  }

  #isDead({ diesAtMs }: Code): boolean {
    return !this.knowsNoTime && this.#clock.ranMs >= diesAtMs;
  }

  #grant(code: Code): string {
    if (code.token === undefined) {
      code.token = `canary-token-${this.granted.length + 1}`;
      this.granted.push(code.token);
    }
    return code.token;
  }
}
