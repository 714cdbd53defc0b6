import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { Grant, IdentifyResult, ServiceFailure } from '../../../../src/services/service.ts';
import { html, json, networkError, never, redirect, type Reply, text } from '../../support/conversation.ts';
import { assertCancels, sigmaWorld } from '../../support/serviceKit.ts';
import { unreachable } from '../../support/unreachable.ts';

const GRANT: Grant = { server: 'https://auth.example', accessToken: 'token' };

/** The server answers userinfo with `reply`, and has no organizations. */
async function identify(reply: Reply): Promise<IdentifyResult> {
  const { clock, conversation, service } = sigmaWorld([reply, html(404)]);
  const identified = await clock.run(service.identify(GRANT, NEVER));
  conversation.assertOver();
  return identified;
}

describe('Sigma Identity: identify', () => {
  it('sends the token in a header to userinfo of the server of the grant', async () => {
    const { clock, conversation, service } = sigmaWorld([json(200, { sub: 'user-1' }), html(404)], {
      serverUrl: 'https://changed.example',
    });
    await clock.run(service.identify(GRANT, NEVER));
    const [request] = conversation.requests;
    assert.equal(`${request?.method} ${request?.url}`, 'GET https://auth.example/api/auth/oauth2/userinfo');
    assert.equal(request?.headers.authorization, 'Bearer token');
    assert.equal(request.body, undefined);
  });

  it('gives the grant with the person', async () => {
    const identified = await identify(json(200, { sub: 'user-1' }));
    assert.ok(identified.kind === 'identified');
    assert.deepEqual(identified.grant, GRANT);
  });

  for (const [name, reply, failure, ranMs = 0] of [
    ['401', json(401, { error: 'invalid_token' }), { kind: 'grantRejected' }],
    ['404', html(404), unreachable('notFound')],
    ['401 with HTML', html(401), unreachable('loginPage')],
    ['200 with HTML', html(200), unreachable('loginPage')],
    ['no sub', json(200, { name: 'Ann' }), { kind: 'notTheService' }],
    ['a sub of more than 255 characters', json(200, { sub: 'a'.repeat(256) }), { kind: 'notTheService' }],
    ['an empty sub', json(200, { sub: '' }), { kind: 'notTheService' }],
    ['claims with an error status', json(403, { sub: 'user-1' }), { kind: 'grantRejected' }],
    ['a redirect', redirect('https://elsewhere.example/'), unreachable('loginPage')],
  ] satisfies [string, Reply, ServiceFailure, number?][]) {
    it(`fails: ${name}`, async () => {
      const { clock, conversation, service } = sigmaWorld([reply]);
      assert.deepEqual(await clock.run(service.identify(GRANT, NEVER)), { kind: 'failed', failure });
      assert.equal(clock.ranMs, ranMs);
      conversation.assertOver();
    });
  }

  it('repeats the request after a transient failure, and gives up after five retries', async () => {
    const recovered = sigmaWorld([
      networkError('ENOTFOUND'),
      text(503, ''),
      json(429, {}),
      json(200, { sub: 'user-1' }),
      html(404),
    ]);
    assert.equal((await recovered.clock.run(recovered.service.identify(GRANT, NEVER))).kind, 'identified');
    assert.deepEqual(recovered.conversation.times, [0, 1, 3, 7, 7]);
    const lost = sigmaWorld(Array<Reply>(6).fill(text(503, '')));
    assert.deepEqual(await lost.clock.run(lost.service.identify(GRANT, NEVER)), {
      kind: 'failed',
      failure: unreachable('serverFault'),
    });
    lost.conversation.assertOver();
  });

  it('rejects at once when it is cancelled', async () => {
    const world = sigmaWorld([never()]);
    await assertCancels(world, 2, (signal) => world.service.identify(GRANT, signal));
  });
});
