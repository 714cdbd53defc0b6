import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { Grant, VerifyResult } from '../../../../src/services/service.ts';
import {
  after,
  html,
  json,
  networkError,
  never,
  neverEnds,
  opaqueRedirect,
  redirect,
  type Reply,
  text,
} from '../../support/conversation.ts';
import { assertCancels, sigmaWorld, type World } from '../../support/serviceKit.ts';

const GRANT: Grant = {
  server: 'https://auth.example/tenant',
  accessToken: 'canary-access',
  refreshToken: 'canary-refresh',
  expiresAtMs: 0,
};

interface Verify extends World {
  readonly verify: (signal?: AbortSignal) => Promise<VerifyResult>;
}

/** The setting names another server now: it must not get the token. */
function world(reply: Reply): Verify {
  const world = sigmaWorld([reply], { serverUrl: 'https://changed.example' });
  return { ...world, verify: (signal = NEVER) => world.clock.run(world.service.verify(GRANT, signal)) };
}

const CLAIMS = { sub: 'user-1', name: 'Ann' };
const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' };

const ANSWERS: [kind: VerifyResult['kind'], name: string, reply: Reply][] = [
  ['valid', 'claims', json(200, CLAIMS)],
  ['valid', 'claims without a profile', json(200, { sub: 'user-1', bap: null })],
  ['valid', 'claims after 14 s', after(14, json(200, CLAIMS))],
  ['rejected', '401 invalid_token', json(401, { error: 'invalid_token' })],
  ['rejected', '401 unauthorized', json(401, { error: 'unauthorized' })],
  ['rejected', '401 with a challenge only', text(401, '', challenge)],
  [
    'rejected',
    '400 of an older version of better-auth',
    json(400, { error: 'invalid_request', error_description: 'Invalid access token' }),
  ],
  ['rejected', '401 of better-auth', json(401, { code: 'UNAUTHORIZED', message: 'Unauthorized' })],
  ['unknown', '401 of a page', html(401)],
  ['unknown', '401 without a body', text(401, '')],
  ['unknown', '400 with another error', json(400, { error: 'invalid_request' })],
  ['unknown', '403', json(403, { error: 'invalid_token' })],
  ['unknown', '404', json(404, { error: 'invalid_token' })],
  ['unknown', '408', text(408, '')],
  ['unknown', '429', json(429, { message: 'Too many' }, { 'retry-after': '60' })],
  ['unknown', '500', text(500, '')],
  ['unknown', '503 with an error', json(503, { error: 'invalid_token' }, challenge)],
  ['unknown', '200 with a page', html(200)],
  ['unknown', '200 with claims without a sub', json(200, { name: 'Ann' })],
  ['unknown', '200 with an error', json(200, { error: 'invalid_token' })],
  ['unknown', '200 with null', json(200, null)],
  ['unknown', 'half of the claims', text(200, '{"sub":"user-1"')],
  ['unknown', 'claims whose end never comes', neverEnds(200, '{"sub":"user-1"')],
  ['unknown', 'a redirect', redirect('https://elsewhere.example/?token=canary')],
  ['unknown', 'a redirect as a browser reports it', opaqueRedirect()],
  ['unknown', 'no connection', networkError('ECONNREFUSED')],
  ['unknown', 'no answer', never()],
];

describe('Sigma Identity: verify', () => {
  for (const [kind, name, reply] of ANSWERS) {
    it(`${kind}: ${name}`, async () => {
      const { clock, conversation, verify } = world(reply);
      assert.deepEqual(await verify(), kind === 'valid' ? { kind, grant: GRANT } : { kind });
      conversation.assertOver(); // one request, no retry
      assert.equal(clock.pending, 0);
      for (const line of conversation.log.lines) {
        assert.match(line, /^\w+ userinfo: /);
        assert.doesNotMatch(line, /canary|elsewhere/);
      }
      assert.equal(conversation.log.lines.length, 1);
    });
  }

  it('sends only the access token, in a header, to userinfo on the server of the grant', async () => {
    const { conversation, verify } = world(json(200, CLAIMS));
    await verify();
    const [request] = conversation.requests;
    const url = 'https://auth.example/tenant/api/auth/oauth2/userinfo';
    assert.equal(`${request?.method} ${request?.url}`, `GET ${url}`);
    assert.equal(request?.redirect, 'manual');
    assert.equal(request.body, undefined);
    const { authorization, ...others } = request.headers;
    assert.equal(authorization, 'Bearer canary-access');
    assert.doesNotMatch(JSON.stringify(others), /canary/);
  });

  it('does not believe an answer about somebody else, and the log says so', async () => {
    const { clock, conversation, service } = world(json(200, CLAIMS));
    assert.deepEqual(await clock.run(service.verify(GRANT, NEVER, 'user-2')), { kind: 'unknown' });
    assert.match(conversation.log.lines.join(), /warn userinfo: the answer is about somebody else/);
  });

  it('believes an answer about the same user', async () => {
    const { clock, service } = world(json(200, CLAIMS));
    const verdict = await clock.run(service.verify(GRANT, NEVER, 'user-1'));
    assert.deepEqual(verdict, { kind: 'valid', grant: GRANT });
  });

  it('gives up after 15 s', async () => {
    const { clock, verify } = world(never());
    await verify();
    assert.equal(clock.ranMs, 15_000);
  });

  it('rejects at once when it is canceled before or during the request', async () => {
    const reason = new Error('canceled');
    const before = world(never());
    await assert.rejects(before.verify(AbortSignal.abort(reason)), (error) => error === reason);
    assert.deepEqual(before.conversation.requests, []);

    const during = world(never());
    await assertCancels(during, 2, (signal) => during.service.verify(GRANT, signal));
  });
});
