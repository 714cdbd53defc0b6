import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Grant, Renewed } from '../../../src/services/service.ts';
import { sigma } from '../../../src/services/sigma.ts';
import {
  after,
  Conversation,
  html,
  json,
  networkError,
  never,
  redirect,
  type Reply,
  text,
} from '../support/conversation.ts';
import { FakeClock } from '../support/fakeClock.ts';

const GRANT: Grant = {
  server: 'https://auth.example/tenant',
  accessToken: 'canary-access',
  refreshToken: 'canary-refresh',
  expiresAtMs: 0,
};
/** What the settings say by now; the grant is of another server. */
const SETTINGS = { serverUrl: 'https://changed.example', clientId: 'editor' };
const noCancel = new AbortController().signal;

interface World {
  readonly clock: FakeClock;
  readonly conversation: Conversation;
  readonly renew: (grant?: Grant, signal?: AbortSignal) => Promise<Renewed>;
}

function world(...replies: Reply[]): World {
  const clock = new FakeClock();
  const conversation = new Conversation(clock, replies);
  const service = sigma(conversation.http, () => SETTINGS, 'identity');
  const renew = (grant = GRANT, signal = noCancel): Promise<Renewed> =>
    clock.run(service.renew?.(grant, signal) ?? assert.fail('it does renew'));
  return { clock, conversation, renew };
}

const GRANTED = {
  access_token: 'canary-new',
  token_type: 'Bearer',
  expires_in: 3600,
  refresh_token: 'canary-newer',
};

describe('Sigma Identity: a new token', () => {
  it('is asked of the server that granted, by its refresh token alone', async () => {
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

  it('comes with all that is to be known of it', async () => {
    const { clock, conversation, renew } = world(after(4, json(200, GRANTED)));
    assert.deepEqual(await renew(), {
      kind: 'granted',
      grant: {
        server: 'https://auth.example/tenant',
        accessToken: 'canary-new',
        refreshToken: 'canary-newer',
        expiresAtMs: clock.now() + 3_600_000,
      },
    });
    conversation.assertOver();
  });

  it('keeps the refresh token that worked where no other comes, and has no end that nobody told', async () => {
    const { renew } = world(json(200, { access_token: 'canary-new' }));
    assert.deepEqual(await renew(), {
      kind: 'granted',
      grant: {
        server: 'https://auth.example/tenant',
        accessToken: 'canary-new',
        refreshToken: 'canary-refresh',
      },
    });
  });

  it('is not asked for without a refresh token', async () => {
    const { refreshToken, ...grant } = GRANT;
    const { conversation, renew } = world();
    assert.deepEqual(await renew(grant), { kind: 'unknown' });
    assert.deepEqual(conversation.requests, []);
  });

  for (const [kind, name, reply] of [
    ['rejected', '400 invalid_grant', json(400, { error: 'invalid_grant', error_description: 'canary' })],
    ['unknown', '400 invalid_client', json(400, { error: 'invalid_client' })],
    ['unknown', '401 without a word', text(401, '')],
    ['unknown', '404: no such endpoint', json(404, { message: 'Not found' })],
    ['unknown', '415: no forms', text(415, '')],
    ['unknown', '429', json(429, {}, { 'retry-after': '60' })],
    ['unknown', '500', json(500, { error: 'canary' })],
    ['unknown', 'a page', html(200)],
    ['unknown', 'a redirect', redirect('https://elsewhere.example/?token=canary')],
    ['unknown', 'no connection', networkError('ECONNRESET')],
    ['unknown', 'no answer', never()],
  ] satisfies [Renewed['kind'], string, Reply][]) {
    it(`${kind}: ${name}`, async () => {
      const { clock, conversation, renew } = world(reply);
      assert.deepEqual(await renew(), { kind });
      conversation.assertOver();
      assert.equal(clock.pending, 0);
    });
  }

  it('leaves no secret in the log', async () => {
    for (const reply of [json(200, GRANTED), json(400, { error: 'canary x' }), networkError('ECONNRESET')]) {
      const { conversation, renew } = world(reply);
      await renew();
      assert.equal(conversation.log.lines.length, 1);
      assert.doesNotMatch(conversation.log.lines.join(), /canary|auth\.example/);
    }
  });

  it('rejects with the reason when it is cancelled', async () => {
    const reason = new Error('cancelled');
    const { clock, conversation, renew } = world(never());
    const cancel = new AbortController();
    clock.at(2_000, () => {
      cancel.abort(reason);
    });
    await assert.rejects(renew(GRANT, cancel.signal), (error) => error === reason);
    assert.equal(clock.ranMs, 2_000);
    conversation.assertOver();
  });
});
