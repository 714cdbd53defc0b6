import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { Grant, RevokeResult } from '../../../../src/services/service.ts';
import { sigma } from '../../../../src/services/sigma/sigma.ts';
import { html, json, networkError, never, redirect, type Reply, text } from '../../support/conversation.ts';
import { assertCancels, sigmaWorld } from '../../support/serviceKit.ts';
import { serviceTexts } from '../../support/serviceTexts.ts';

const GRANT: Grant = { server: 'https://auth.example', accessToken: 'token' };

const SIGNED_OUT = json(200, { success: true });
const REVOKED = text(200, '');
const UNREACHABLE = networkError('ECONNREFUSED');
const NO_SESSION = json(200, null);
const ALIVE = json(200, { session: { token: 'token', expiresAt: '2030-01-01T00:00:00Z' } });
const REJECTED = json(401, { error: 'invalid_token' });
const OWNER = json(200, { sub: 'user-1' });
const PROOF = [NO_SESSION, REJECTED];

/** The answers of `sign-out`, `revoke`, `get-session` and userinfo. What is missing is not asked. */
const CASES: [name: string, replies: Reply[], result: RevokeResult['kind'], ranMs?: number][] = [
  ['both succeed', [SIGNED_OUT, REVOKED, ...PROOF], 'ended'],
  ['the token was dead before', [json(401, { code: 'UNAUTHORIZED' }), REVOKED, ...PROOF], 'ended'],
  ['there is no endpoint to revoke OAuth tokens', [SIGNED_OUT, html(404), ...PROOF], 'ended'],
  ['only sign-out is answered', [SIGNED_OUT, UNREACHABLE, ...PROOF], 'ended'],
  ['only revoke is answered', [UNREACHABLE, REVOKED, ...PROOF], 'ended'],
  ['an older userinfo says so', [SIGNED_OUT, REVOKED, NO_SESSION, json(400, oldNo())], 'ended'],
  ['sign-out does not answer for 2.5 s', [never(), REVOKED, ...PROOF], 'ended', 2_500],

  ['nothing can be reached', [UNREACHABLE, UNREACHABLE], 'unanswered'],
  ['the server is in trouble', [json(503, {}), json(502, {})], 'unanswered'],
  ['a firewall answers', [html(403), html(403)], 'unanswered'],
  ['the page of a network answers', [html(200), html(200)], 'unanswered'],
  ['the page of a network redirects', [redirect('https://a.example'), html(200)], 'unanswered'],
  ['there are too many requests', [json(429, {}), json(429, {})], 'unanswered'],
  ['sign-out gets lost, and the session is alive', [UNREACHABLE, REVOKED, ALIVE], 'unanswered'],
  ['revoke gets lost, and the token is good', [SIGNED_OUT, UNREACHABLE, NO_SESSION, OWNER], 'unanswered'],
  ['get-session cannot be reached', [SIGNED_OUT, REVOKED, UNREACHABLE], 'unanswered'],
  ['userinfo cannot be reached', [SIGNED_OUT, REVOKED, NO_SESSION, UNREACHABLE], 'unanswered'],
  ['a page answers instead of userinfo', [SIGNED_OUT, REVOKED, NO_SESSION, html(401)], 'unanswered'],
  ['get-session tells of another session', [SIGNED_OUT, REVOKED, other()], 'unanswered'],

  ['the session is alive all the same', [SIGNED_OUT, REVOKED, ALIVE], 'refused'],
  ['the token is good all the same', [SIGNED_OUT, REVOKED, NO_SESSION, OWNER], 'refused'],
];

function oldNo(): object {
  return { error: 'invalid_request', error_description: 'Invalid access token' };
}

function other(): Reply {
  return json(200, { session: { token: 'other', expiresAt: '2030-01-01T00:00:00Z' } });
}

describe('Sigma Identity: revoke', () => {
  for (const [name, replies, result, ranMs = 0] of CASES)
    it(`calls sign-out and revoke, and asks for proof: ${name}`, async () => {
      const { clock, conversation, service } = sigmaWorld(replies, { serverUrl: 'https://changed.example' });
      assert.deepEqual(await clock.run(service.revoke(GRANT, NEVER)), { kind: result });
      const asked = conversation.requests.map(({ method, url }) => `${method} ${url}`);
      const all = [
        'POST https://auth.example/api/auth/sign-out',
        'POST https://auth.example/api/auth/oauth2/revoke',
        'GET https://auth.example/api/auth/get-session?disableRefresh=true',
        'GET https://auth.example/api/auth/oauth2/userinfo',
      ];
      assert.deepEqual(asked, all.slice(0, replies.length));
      const [signOut, revoke, ...proof] = conversation.requests;
      for (const each of [signOut, ...proof]) assert.equal(each?.headers.authorization, 'Bearer token');
      assert.equal(revoke?.headers.authorization, undefined);
      assert.deepEqual(revoke?.body, { token: 'token', client_id: 'editor' });
      assert.deepEqual([clock.ranMs, clock.pending], [ranMs, 0]);
      conversation.assertOver();
    });

  for (const [how, reached, result] of [
    ['cannot be reached', UNREACHABLE, 'unanswered'],
    ['can be reached: its rules forbid the request for good', text(200, ''), 'refused'],
  ] as const)
    it(`is ${result} in a browser that gets no answer from a server that ${how}`, async () => {
      const { clock, conversation } = sigmaWorld([UNREACHABLE, UNREACHABLE, reached]);
      const settings = { serverUrl: GRANT.server, defaultServerUrl: GRANT.server, clientId: 'editor' };
      const service = sigma({ ...conversation.http, inBrowser: true }, () => settings, serviceTexts);
      assert.deepEqual(await clock.run(service.revoke(GRANT, NEVER)), { kind: result });
      assert.equal(conversation.requests[2]?.url, GRANT.server);
      conversation.assertOver();
    });

  it('names the client that got the tokens', async () => {
    const { clock, conversation, service } = sigmaWorld([SIGNED_OUT, REVOKED, ...PROOF]);
    await clock.run(service.revoke({ ...GRANT, clientId: 'earlier' }, NEVER));
    assert.deepEqual(conversation.requests[1]?.body, { token: 'token', client_id: 'earlier' });
    conversation.assertOver();
  });

  it('revokes the refresh token when there is one', async () => {
    const { clock, conversation, service } = sigmaWorld([SIGNED_OUT, REVOKED, ...PROOF]);
    await clock.run(service.revoke({ ...GRANT, refreshToken: 'refresh' }, NEVER));
    assert.deepEqual(conversation.requests[1]?.body, { token: 'refresh', client_id: 'editor' });
    conversation.assertOver();
  });

  it('rejects at once when it is canceled', async () => {
    const all = [SIGNED_OUT, REVOKED, NO_SESSION];
    for (let answered = 0; answered <= all.length; answered++) {
      const world = sigmaWorld([...all.slice(0, answered), never()]);
      await assertCancels(world, 2, (signal) => world.service.revoke(GRANT, signal));
    }
  });
});
