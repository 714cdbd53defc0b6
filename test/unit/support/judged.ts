import assert from 'node:assert/strict';

import { NEVER } from '../../../src/base/timeLimit.ts';
import type { Http } from '../../../src/http/send.ts';
import { refreshGrant } from '../../../src/oauth/tokenResponse.ts';
import { adom } from '../../../src/services/adom/adom.ts';
import type {
  Grant,
  IdentifyResult,
  IdentityService,
  ServiceFailure,
} from '../../../src/services/service.ts';
import { sigma } from '../../../src/services/sigma/sigma.ts';
import { json, type Reply } from './conversation.ts';
import { CODE } from './deviceGrantScenario.ts';
import { FakeClock } from './fakeClock.ts';
import { INTENT } from './intentScenario.ts';
import { RecordingLog } from './recordingLog.ts';
import { serviceTexts } from './serviceTexts.ts';

/** What one answer leads to, for each kind of request. */
export interface Verdicts {
  /** The request that starts a sign-in. */
  readonly code: ServiceFailure['kind'];
  /** The first poll. `goes on`: it is sent again, and then the sign-in is approved. */
  readonly wait: 'goes on' | 'expired' | ServiceFailure['kind'];
  /** Each request about a new token. */
  readonly identify: 'provisional' | ServiceFailure['kind'];
  readonly verify: 'valid' | 'rejected' | 'unknown';
  readonly revoke: 'done';
}
export interface SigmaVerdicts extends Verdicts {
  readonly extend: 'valid' | 'rejected' | 'unknown';
  /** While userinfo accepts the access token. */
  readonly renew: 'granted' | 'rejected' | 'clientRefused' | 'unknown';
  readonly refresh: 'granted' | 'rejected' | 'clientRefused' | 'doubtful' | 'unknown';
}

type Path = RegExp;
const GOOD: readonly [Path, Reply][] = [
  [/device\/code$/, json(200, CODE)],
  [/device\/token$/, json(200, { access_token: 'token', token_type: 'Bearer' })],
  [/userinfo$/, json(200, { sub: 'user-1' })],
  [/intents$/, json(201, { ...INTENT, updates_url: undefined })],
  [/status$/, json(200, { state: 'authenticated', session_token: 'token' })],
];

/** A server that answers well, but with `reply` to the next `times` requests for a path. */
class Server {
  readonly clock = new FakeClock();
  readonly http: Http;
  odd: { path: Path; reply: Reply; times: number } | undefined;

  constructor() {
    const fetch: Http['fetch'] = async (input, init) => {
      const url = input as string;
      const { signal } = init ?? {};
      assert.ok(signal);
      const { odd } = this;
      const isOdd = odd !== undefined && odd.times > 0 && odd.path.test(url);
      if (isOdd) odd.times -= 1;
      const reply = isOdd ? odd.reply : (GOOD.find(([path]) => path.test(url))?.[1] ?? json(404, {}));
      return reply.answer({ clock: this.clock, signal, keepOpen: () => () => undefined });
    };
    this.http = { fetch, clock: this.clock, log: new RecordingLog() };
  }
}

const failureOf = <T extends { kind: string }>(
  result: T,
): Exclude<T['kind'], 'failed'> | ServiceFailure['kind'] => {
  const { kind, failure } = result as unknown as { kind: T['kind']; failure?: ServiceFailure };
  return failure?.kind ?? (kind as Exclude<T['kind'], 'failed'>);
};

async function verdictsOf(
  create: (http: Http) => IdentityService,
  origin: string,
  reply: Reply,
  paths: { readonly code: Path; readonly wait: Path; readonly identify: Path },
): Promise<Verdicts> {
  const grant: Grant = { server: origin, accessToken: 'token' };
  const given = async <T>(
    path: Path,
    times: number,
    ask: (service: IdentityService, server: Server) => Promise<T>,
  ): Promise<T> => {
    const server = new Server();
    server.odd = { path, reply, times };
    return server.clock.run(ask(create(server.http), server));
  };
  const begun = await given(paths.code, 1, (service) => service.begin([], NEVER));
  assert.ok(begun.kind === 'failed');
  const waited = await given(paths.wait, 1, async (service) => {
    const pending = await service.begin([], NEVER);
    assert.ok(pending.kind === 'pending');
    return pending.pending.wait(NEVER, () => undefined);
  });
  const identified: IdentifyResult = await given(paths.identify, Infinity, (service) =>
    service.identify(grant, NEVER),
  );
  assert.ok(identified.kind === 'failed' || identified.kind === 'identified');
  if (identified.kind === 'identified') assert.equal(identified.person.provisional, 'user');
  await given(/./, Infinity, (service) => service.revoke(grant, NEVER));
  return {
    code: begun.failure.kind,
    wait: waited.kind === 'granted' ? 'goes on' : failureOf(waited),
    identify: identified.kind === 'failed' ? identified.failure.kind : 'provisional',
    verify: (await given(paths.identify, 1, (service) => service.verify(grant, NEVER))).kind,
    revoke: 'done',
  };
}

export async function sigmaVerdicts(reply: Reply): Promise<SigmaVerdicts> {
  const settings = { serverUrl: SIGMA, defaultServerUrl: SIGMA, clientId: 'editor' };
  const create = (http: Http): IdentityService => sigma(http, () => settings, serviceTexts);
  const grant: Grant = { server: SIGMA, accessToken: 'token', refreshToken: 'refresh' };
  const given = async <T>(path: Path, ask: (http: Http) => Promise<T> | undefined): Promise<T> => {
    const server = new Server();
    server.odd = { path, reply, times: Infinity };
    return server.clock.run(ask(server.http) ?? assert.fail());
  };
  const tokenUrl = `${SIGMA}/oauth2/token`;
  return {
    ...(await verdictsOf(create, SIGMA, reply, { code: /code$/, wait: /token$/, identify: /userinfo$/ })),
    extend: (await given(/get-session$|userinfo$/, (http) => create(http).extend?.(grant, NEVER))).kind,
    renew: (await given(/oauth2\/token$/, (http) => create(http).renew?.(grant, NEVER))).kind,
    refresh: (await given(/token$/, (http) => refreshGrant(http, tokenUrl, 'editor', 'refresh', NEVER))).kind,
  };
}

export async function adomVerdicts(reply: Reply): Promise<Verdicts> {
  const settings = { apiUrl: ADOM, defaultApiUrl: ADOM, sessionMaxAgeSeconds: 60, updates: 'poll' } as const;
  const paths = { code: /intents$/, wait: /status$/, identify: /user$/ };
  return verdictsOf((http) => adom(http, () => settings, serviceTexts), ADOM, reply, paths);
}

const SIGMA = 'https://auth.example';
const ADOM = 'https://adom.example';
