import { NEVER } from '../../../src/base/timeLimit.ts';
import type { Http } from '../../../src/http/send.ts';
import { adom } from '../../../src/services/adom/adom.ts';
import type { Grant, IdentityService } from '../../../src/services/service.ts';
import { sigma } from '../../../src/services/sigma/sigma.ts';
import { json, networkError, type Reply, text } from './conversation.ts';
import type { FakeClock } from './fakeClock.ts';
import type { FakeProcess } from './fakeProcess.ts';
import { FakeService, SERVER } from './fakeService.ts';
import { RecordingLog } from './recordingLog.ts';
import { serviceTexts } from './serviceTexts.ts';

/** How a service rejects an access token, in turn. */
const NOES: readonly Reply[] = [
  json(401, { error: 'invalid_token' }),
  json(401, { code: 'UNAUTHORIZED', message: 'Unauthorized' }),
  text(401, '', { 'www-authenticate': 'Basic realm="x", Bearer error=invalid_token' }),
];
const NO_OF_ADOM = json(401, { error: 'Unauthorized' });

/** The same service behind the product's own client, with something in between that answers now and then. */
export class WireService extends FakeService {
  /** The next answers, which come from something in between instead of the service. */
  readonly between: Reply[] = [];
  /** The access tokens that the service itself has rejected on the wire. */
  readonly denied = new Set<string>();
  readonly #clock: FakeClock;
  readonly #kind: 'sigma' | 'adom';
  readonly #accessTokens = new Map<string, string>();
  #noes = 0;

  override readonly seenFrom = (process: FakeProcess): IdentityService => {
    const client = this.#client(process);
    const { id, label, purpose, tokenRights, defaultScopes, settingKeys } = this;
    const verify: IdentityService['verify'] = async (grant, signal, subject) =>
      received(await client.verify(sent(grant), signal, subject));
    return {
      ...{ id, label, purpose, tokenRights, defaultScopes, settingKeys, verify },
      extend: async (grant, signal, subject) => {
        if (client.extend === undefined) return verify(grant, signal, subject);
        return received(await client.extend(sent(grant), signal, subject));
      },
      renew: async (grant, signal) => {
        if (client.renew === undefined) return this.renew(grant, signal);
        const { refreshToken } = grant;
        if (refreshToken !== undefined) this.#accessTokens.set(refreshToken, grant.accessToken);
        return received(await client.renew(sent(grant), signal));
      },
      revoke: (grant, signal) => this.revoke(grant, signal),
      servers: () => this.servers(),
      begin: () => this.begin(),
      resume: this.resume,
      check: () => this.check(),
      identify: () => this.identify(),
    };
  };

  constructor(clock: FakeClock, kind: 'sigma' | 'adom') {
    super(clock);
    this.#clock = clock;
    this.#kind = kind;
  }

  #client(process: FakeProcess): IdentityService {
    const http: Http = {
      fetch: (input, init) => process.whileAlive(this.#answer(input as string, init ?? {})),
      clock: process.clock,
      log: new RecordingLog(),
    };
    const common = { sessionMaxAgeSeconds: 60, updates: 'poll', clientId: 'editor' } as const;
    return this.#kind === 'sigma'
      ? sigma(http, () => ({ ...common, serverUrl: SERVER, defaultServerUrl: SERVER }), serviceTexts)
      : adom(http, () => ({ ...common, apiUrl: SERVER, defaultApiUrl: SERVER }), serviceTexts);
  }

  async #answer(url: string, { headers, body, signal }: RequestInit): Promise<Response> {
    const wire = { clock: this.#clock, signal: signal ?? NEVER, keepOpen: () => () => undefined };
    const between = this.between.shift();
    if (between !== undefined) return between.answer(wire);
    const authorization = new Headers(headers).get('authorization') ?? '';
    const reply = await this.#replyTo(url, authorization.replace('Bearer access-', 'access '), body);
    return reply.answer(wire);
  }

  /** The service decides when it is asked, and answers later. */
  async #replyTo(url: string, accessToken: string, body: RequestInit['body']): Promise<Reply> {
    if (this.offline) return networkError('ENOTFOUND');
    if (url.endsWith('/oauth2/token')) return this.#renewed(new URLSearchParams(body as URLSearchParams));
    const isGood = this.accepts(accessToken);
    const reply = this.#replyAbout(url, accessToken, isGood);
    if (!isGood && !url.endsWith('/get-session')) this.denied.add(accessToken);
    await this.#clock.sleep(this.takes.verify, NEVER);
    return reply;
  }

  #replyAbout(url: string, accessToken: string, isGood: boolean): Reply {
    if (url.endsWith('/get-session')) {
      const expiresAt = new Date(this.#clock.now() + this.extendedMs).toISOString();
      return json(200, isGood ? { session: { token: accessToken.replace(' ', '-'), expiresAt } } : null);
    }
    if (url.endsWith('/userinfo'))
      return isGood ? json(200, { sub: 'user-1' }) : (NOES[this.#noes++ % NOES.length] ?? NO_OF_ADOM);
    if (!isGood) return NO_OF_ADOM;
    if (!this.rotates) return json(200, { id: 'user-1' });
    this.reject(accessToken);
    const token = this.grant().accessToken.replace(' ', '-');
    return json(200, { id: 'user-1' }, { 'set-cookie': `session_token=${token}; Path=/` });
  }

  async #renewed(form: URLSearchParams): Promise<Reply> {
    const refreshToken = (form.get('refresh_token') ?? '').replace('-', ' ');
    const accessToken = this.#accessTokens.get(refreshToken) ?? '';
    const renewed = await super.renew({ server: SERVER, accessToken, refreshToken }, NEVER);
    switch (renewed.kind) {
      case 'granted':
        return json(200, {
          access_token: renewed.grant.accessToken.replace(' ', '-'),
          refresh_token: (renewed.grant.refreshToken ?? '').replace(' ', '-'),
          expires_in: this.lifeMs / 1000,
        });
      case 'rejected':
        return json(400, { error: 'invalid_grant' });
      case 'clientRefused':
        return json(400, { error: 'invalid_client' });
      case 'unknown':
        return networkError('ENOTFOUND');
    }
  }
}

/** The fake service's tokens have a space, which no token has on the wire. */
function sent(grant: Grant): Grant {
  return changed(grant, ' ', '-');
}

function received<T extends { kind: string }>(result: T): T {
  return 'grant' in result ? { ...result, grant: changed(result.grant as Grant, '-', ' ') } : result;
}

function changed(grant: Grant, from: string, to: string): Grant {
  const { refreshToken } = grant;
  return {
    ...grant,
    accessToken: grant.accessToken.replace(from, to),
    ...(refreshToken !== undefined && { refreshToken: refreshToken.replace(from, to) }),
  };
}
