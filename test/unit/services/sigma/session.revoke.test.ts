import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { Grant } from '../../../../src/services/service.ts';
import { html, json, networkError, never, type Reply, text } from '../../support/conversation.ts';
import { sigmaWorld } from '../../support/serviceKit.ts';

const GRANT: Grant = { server: 'https://auth.example', accessToken: 'token' };

describe('Sigma Identity: revoke', () => {
  for (const [name, replies, ranMs = 0] of [
    ['when both succeed', [json(200, { success: true }), text(200, '')]],
    ['when sign-out gets 401', [json(401, {}), text(200, '')]],
    ['when revoke gets 404', [json(200, { success: true }), html(404)]],
    ['without network', [networkError('ECONNREFUSED'), networkError('ECONNREFUSED')]],
    ['when sign-out does not answer for 2.5 s', [never(), text(200, '')], 2_500],
  ] satisfies [string, Reply[], number?][]) {
    it(`calls sign-out and revoke ${name}`, async () => {
      const { clock, conversation, service } = sigmaWorld(replies, { serverUrl: 'https://changed.example' });
      await clock.run(service.revoke(GRANT, NEVER));
      const [signOut, revoke] = conversation.requests;
      assert.equal(`${signOut?.method} ${signOut?.url}`, 'POST https://auth.example/api/auth/sign-out');
      assert.equal(signOut?.headers.authorization, 'Bearer token');
      assert.equal(`${revoke?.method} ${revoke?.url}`, 'POST https://auth.example/api/auth/oauth2/revoke');
      assert.deepEqual(revoke?.body, { token: 'token', client_id: 'editor' });
      assert.match(conversation.log.lines.at(-1) ?? '', /^\w+ revoke: /);
      assert.equal(clock.ranMs, ranMs);
      conversation.assertOver();
    });
  }

  it('names the client that got the tokens', async () => {
    const { clock, conversation, service } = sigmaWorld([json(200, { success: true }), text(200, '')]);
    await clock.run(service.revoke({ ...GRANT, clientId: 'earlier' }, NEVER));
    assert.deepEqual(conversation.requests[1]?.body, { token: 'token', client_id: 'earlier' });
    conversation.assertOver();
  });

  it('revokes the refresh token when there is one', async () => {
    const { clock, conversation, service } = sigmaWorld([json(200, { success: true }), text(200, '')]);
    await clock.run(service.revoke({ ...GRANT, refreshToken: 'refresh' }, NEVER));
    assert.deepEqual(conversation.requests[1]?.body, { token: 'refresh', client_id: 'editor' });
    conversation.assertOver();
  });
});
