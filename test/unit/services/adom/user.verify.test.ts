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
import { adomWorld, assertCancels, type World } from '../../support/serviceKit.ts';

const GRANT: Grant = { server: 'https://adom.example/eu', accessToken: 'canary-token', expiresAtMs: 0 };

interface Verify extends World {
  readonly verify: (grant?: Grant) => Promise<VerifyResult>;
}

/** The setting names another server now: it must not get the token. */
function world(reply: Reply): Verify {
  const world = adomWorld([reply], { apiUrl: 'https://changed.example' });
  return { ...world, verify: (grant = GRANT) => world.clock.run(world.service.verify(grant, NEVER)) };
}

const USER = { id: 'user-1', display_name: 'Ann' };

const ANSWERS: [kind: VerifyResult['kind'], name: string, reply: Reply][] = [
  ['valid', 'the user', json(200, USER)],
  ['valid', 'a user with an id only', json(200, { id: 'user-1' })],
  ['valid', 'the user after 14 s', after(14, json(200, USER))],
  ['rejected', '401 with an error', json(401, { error: 'unauthorized' })],
  ['rejected', '401 with a message', json(401, { message: 'Not logged in' })],
  ['unknown', '401 with a text', text(401, 'Unauthorized', { 'content-type': 'text/plain' })],
  ['unknown', '401 without a body', text(401, '')],
  ['unknown', '401 of a page', html(401)],
  [
    'unknown',
    '401 of a page with a charset',
    text(401, '<p>', { 'content-type': 'Text/HTML; charset=utf-8' }),
  ],
  ['unknown', '400', json(400, { error: 'invalid_token' })],
  ['unknown', '403', json(403, { error: 'unauthorized' })],
  ['unknown', '404', json(404, {})],
  ['unknown', '410', json(410, {})],
  ['unknown', '429', json(429, {}, { 'retry-after': '60' })],
  ['unknown', '500', text(500, '')],
  ['unknown', '502 of a page', html(502)],
  ['unknown', '200 with a page', html(200)],
  ['unknown', '200 with a user without an id', json(200, { display_name: 'Ann' })],
  ['unknown', '200 with null', json(200, null)],
  ['unknown', 'half of a user', text(200, '{"id":"user-1"')],
  ['unknown', 'a user whose end never comes', neverEnds(200, '{"id":"user-1"')],
  ['unknown', 'a redirect', redirect('https://elsewhere.example/?token=canary')],
  ['unknown', 'a redirect as a browser reports it', opaqueRedirect()],
  ['unknown', 'no connection', networkError('ECONNREFUSED')],
  ['unknown', 'no answer', never()],
];

describe('Adom: verify', () => {
  for (const sentAs of [undefined, 'bearer', 'cookie'] as const) {
    const grant: Grant = sentAs === undefined ? GRANT : { ...GRANT, sentAs };

    it(`asks the server of the grant for the user (${sentAs ?? 'bearer by default'})`, async () => {
      const { conversation, verify } = world(json(200, USER));
      assert.deepEqual(await verify(grant), { kind: 'valid', grant });
      const [request] = conversation.requests;
      assert.equal(`${request?.method} ${request?.url}`, 'GET https://adom.example/eu/user');
      assert.equal(request?.redirect, 'manual');
      assert.equal(request.body, undefined);
      const { authorization, cookie, ...others } = request.headers;
      assert.equal(authorization, sentAs === 'cookie' ? undefined : 'Bearer canary-token');
      assert.equal(cookie, sentAs === 'cookie' ? 'session_token=canary-token' : undefined);
      assert.doesNotMatch(JSON.stringify(others), /canary/);
    });

    it(`sends one request after a 401 (${sentAs ?? 'bearer by default'})`, async () => {
      const { conversation, verify } = world(json(401, {}));
      assert.deepEqual(await verify(grant), { kind: 'rejected' });
      conversation.assertOver();
    });
  }

  for (const [kind, name, reply] of ANSWERS) {
    it(`${kind}: ${name}`, async () => {
      const { clock, conversation, verify } = world(reply);
      assert.deepEqual(await verify(), kind === 'valid' ? { kind, grant: GRANT } : { kind });
      conversation.assertOver(); // one request, no retry
      assert.equal(clock.pending, 0);
      assert.equal(conversation.log.lines.length, 1);
      for (const line of conversation.log.lines) {
        assert.match(line, /^\w+ user: /);
        assert.doesNotMatch(line, /canary|elsewhere/);
      }
    });
  }

  it('logs no secret with a cookie', async () => {
    for (const reply of [json(200, USER), json(401, { error: 'canary' }), networkError('ECONNRESET')]) {
      const { conversation, verify } = world(reply);
      await verify({ ...GRANT, sentAs: 'cookie' });
      assert.doesNotMatch(conversation.log.lines.join(), /canary-token|session_token|adom\.example\//);
    }
  });

  it('gives up after 15 s', async () => {
    const { clock, verify } = world(never());
    await verify();
    assert.equal(clock.ranMs, 15_000);
  });

  it('rejects at once when it is canceled', async () => {
    const { service, ...rest } = world(never());
    await assertCancels({ service, ...rest }, 2, (signal) => service.verify(GRANT, signal));
  });

  it('has no renew, because Adom has no refresh tokens', () => {
    assert.equal(adomWorld([]).service.renew, undefined);
  });
});
