import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { Grant, RenewResult } from '../../../../src/services/service.ts';
import {
  after,
  html,
  json,
  networkError,
  never,
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

interface Renew extends World {
  readonly renew: (grant?: Grant) => Promise<RenewResult>;
}

/** The setting names another server now: it must not get the token. */
function world(...replies: Reply[]): Renew {
  const world = sigmaWorld(replies, { serverUrl: 'https://changed.example' });
  const renew = (grant = GRANT): Promise<RenewResult> =>
    world.clock.run(world.service.renew?.(grant, NEVER) ?? assert.fail('renew is missing'));
  return { ...world, renew };
}

const GRANTED = {
  access_token: 'canary-new',
  token_type: 'Bearer',
  expires_in: 3600,
  refresh_token: 'canary-newer',
};

describe('Sigma Identity: renew', () => {
  it('sends only the refresh token, and to the server of the grant', async () => {
    const { conversation, renew } = world(json(200, GRANTED));
    await renew();
    const [request] = conversation.requests;
    const url = 'https://auth.example/tenant/api/auth/oauth2/token';
    assert.equal(`${request?.method} ${request?.url}`, `POST ${url}`);
    assert.deepEqual(request?.body, {
      grant_type: 'refresh_token',
      refresh_token: 'canary-refresh',
      client_id: 'editor',
    });
    assert.equal(request.redirect, 'manual');
    assert.doesNotMatch(JSON.stringify(request.headers), /canary/);
  });

  it('names the client that got the tokens, and keeps it', async () => {
    const { conversation, renew } = world(json(200, GRANTED));
    const renewed = await renew({ ...GRANT, clientId: 'earlier' });
    const { body } = conversation.requests[0] ?? assert.fail();
    assert.equal((body as { client_id: unknown }).client_id, 'earlier');
    assert.equal(renewed.kind === 'granted' && renewed.grant.clientId, 'earlier');
  });

  it('returns the new tokens and their expiry', async () => {
    const { clock, conversation, renew } = world(after(4, json(200, GRANTED)));
    assert.deepEqual(await renew(), {
      kind: 'granted',
      grant: {
        server: 'https://auth.example/tenant',
        clientId: 'editor',
        accessToken: 'canary-new',
        refreshToken: 'canary-newer',
        expiresAtMs: clock.now() + 3_600_000,
      },
    });
    conversation.assertOver();
  });

  it('keeps the old refresh token if the answer has none, and returns no expiry without expires_in', async () => {
    const { renew } = world(json(200, { access_token: 'canary-new' }));
    assert.deepEqual(await renew(), {
      kind: 'granted',
      grant: {
        server: 'https://auth.example/tenant',
        clientId: 'editor',
        accessToken: 'canary-new',
        refreshToken: 'canary-refresh',
      },
    });
  });

  const ID_TOKEN = 'e30.e30.b2xk';
  const NEWER_ID_TOKEN = 'e30.e30.bmV3';

  it('returns the new ID token, and the scopes that are left', async () => {
    const { renew } = world(json(200, { ...GRANTED, id_token: NEWER_ID_TOKEN, scope: 'openid' }));
    const renewed = await renew({ ...GRANT, idToken: ID_TOKEN, scopes: ['openid', 'email'] });
    assert.ok(renewed.kind === 'granted');
    assert.equal(renewed.grant.idToken, NEWER_ID_TOKEN);
    assert.deepEqual(renewed.grant.scopes, ['openid']);
  });

  it('keeps the ID token and the scopes if the answer has none', async () => {
    const { renew } = world(json(200, GRANTED));
    const renewed = await renew({ ...GRANT, idToken: ID_TOKEN, scopes: ['openid', 'email'] });
    assert.ok(renewed.kind === 'granted');
    assert.equal(renewed.grant.idToken, ID_TOKEN);
    assert.deepEqual(renewed.grant.scopes, ['openid', 'email']);
  });

  it('sends no request without a refresh token', async () => {
    const { refreshToken, ...grant } = GRANT;
    const { conversation, renew } = world();
    assert.deepEqual(await renew(grant), { kind: 'unknown' });
    assert.deepEqual(conversation.requests, []);
  });

  for (const [kind, name, reply] of [
    ['rejected', '400 invalid_grant', json(400, { error: 'invalid_grant', error_description: 'canary' })],
    ['clientRefused', '400 invalid_client', json(400, { error: 'invalid_client' })],
    ['clientRefused', '401 unauthorized_client', json(401, { error: 'unauthorized_client' })],
    ['unknown', '401 without a body', text(401, '')],
    ['unknown', '404', json(404, { message: 'Not found' })],
    ['unknown', '415', text(415, '')],
    ['unknown', '429', json(429, {}, { 'retry-after': '60' })],
    ['unknown', '500', json(500, { error: 'canary' })],
    ['unknown', 'a page', html(200)],
    ['unknown', 'a redirect', redirect('https://elsewhere.example/?token=canary')],
    ['unknown', 'no connection', networkError('ECONNRESET')],
    ['unknown', 'no answer', never()],
  ] satisfies [RenewResult['kind'], string, Reply][]) {
    it(`${kind}: ${name}`, async () => {
      const { clock, conversation, renew } = world(reply);
      assert.deepEqual(await renew(), { kind });
      conversation.assertOver();
      assert.equal(clock.pending, 0);
    });
  }

  const doubt = json(400, { error: 'invalid_request', error_description: 'session not found' });
  for (const [kind, name, reply] of [
    ['rejected', 'rejects the access token, too', json(401, { error: 'invalid_token' })],
    ['unknown', 'still accepts the access token', json(200, { sub: 'user-1' })],
    ['unknown', 'does not say', html(401)],
  ] satisfies [RenewResult['kind'], string, Reply][])
    it(`${kind} after an ambiguous refusal, when userinfo ${name}`, async () => {
      const { conversation, renew } = world(doubt, reply);
      assert.deepEqual(await renew(), { kind });
      conversation.assertOver();
    });

  it('logs no secret', async () => {
    for (const reply of [json(200, GRANTED), json(400, { error: 'canary x' }), networkError('ECONNRESET')]) {
      const { conversation, renew } = world(reply);
      await renew();
      assert.equal(conversation.log.lines.length, 1);
      assert.doesNotMatch(conversation.log.lines.join(), /canary|auth\.example\//);
    }
  });

  it('rejects at once when it is canceled', async () => {
    const renewing = world(never());
    await assertCancels(
      renewing,
      2,
      (signal) => renewing.service.renew?.(GRANT, signal) ?? assert.fail('renew is missing'),
    );
  });
});
