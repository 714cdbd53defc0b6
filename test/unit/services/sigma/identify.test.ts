import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { Contact } from '../../../../src/oauth/judge.ts';
import type { Grant, IdentifyResult } from '../../../../src/services/service.ts';
import { html, json, networkError, never, redirect, type Reply, text } from '../../support/conversation.ts';
import { assertCancels, sigmaWorld } from '../../support/serviceKit.ts';

const GRANT: Grant = { server: 'https://auth.example', accessToken: 'token' };

/** The server answers userinfo with `reply`, and has no organizations. */
async function identify(reply: Reply): Promise<IdentifyResult> {
  const { clock, conversation, service } = sigmaWorld([reply, html(404)]);
  const identified = await clock.run(service.identify(GRANT, NEVER));
  conversation.assertOver();
  return identified;
}

describe('Sigma Identity: identify', () => {
  it('sends the token in a header to userinfo on the server of the grant', async () => {
    const { clock, conversation, service } = sigmaWorld([json(200, { sub: 'user-1' }), html(404)], {
      serverUrl: 'https://changed.example',
    });
    await clock.run(service.identify(GRANT, NEVER));
    const [request] = conversation.requests;
    assert.equal(`${request?.method} ${request?.url}`, 'GET https://auth.example/api/auth/oauth2/userinfo');
    assert.equal(request?.headers.authorization, 'Bearer token');
    assert.equal(request.body, undefined);
  });

  it('returns the grant with the person', async () => {
    const identified = await identify(json(200, { sub: 'user-1' }));
    assert.ok(identified.kind === 'identified');
    assert.deepEqual(identified.grant, GRANT);
  });

  const INVALID = json(401, { error: 'invalid_token' });
  for (const [name, reply] of [
    ['401', INVALID],
    ['401 of better-auth', json(401, { code: 'UNAUTHORIZED', message: 'Unauthorized' })],
    [
      '400 of an older version of better-auth',
      json(400, { error: 'invalid_request', error_description: 'x' }),
    ],
    ['403 of better-auth', json(403, { code: 'FORBIDDEN', message: 'No' })],
  ] satisfies [string, Reply][])
    it(`fails when the service says no three times within a few seconds: ${name}`, async () => {
      const { clock, conversation, service } = sigmaWorld([reply, reply, reply]);
      const failure = { kind: 'grantRejected' };
      assert.deepEqual(await clock.run(service.identify(GRANT, NEVER)), { kind: 'failed', failure });
      assert.deepEqual(conversation.times, [0, 1, 3]);
      conversation.assertOver();
    });

  it('asks again after a no, because the token is new', async () => {
    const { clock, conversation, service } = sigmaWorld([
      ...[INVALID, html(200), INVALID],
      ...[json(200, { sub: 'user-1' }), html(404)],
    ]);
    assert.equal((await clock.run(service.identify(GRANT, NEVER))).kind, 'identified');
    assert.deepEqual(conversation.times, [0, 1, 3, 7, 7]);
  });

  for (const [name, reply] of [
    ['404', html(404)],
    ['401 with HTML', html(401)],
    ['401 of a proxy', json(401, { error: 'unauthorized' }, { 'www-authenticate': 'Basic realm="proxy"' })],
    ['200 with HTML', html(200)],
    ['no sub', json(200, { name: 'Ann' })],
    ['a sub of more than 255 characters', json(200, { sub: 'a'.repeat(256) })],
    ['an empty sub', json(200, { sub: '' })],
    ['half of the claims', text(200, '{"sub":"user-1"')],
    ['claims with an error status', json(403, { sub: 'user-1' })],
    ['a redirect', redirect('https://elsewhere.example/')],
    ['503', text(503, '')],
    ['no network', networkError('ENOTFOUND')],
  ] satisfies [string, Reply][])
    it(`asks for two minutes, then signs in provisionally, while something else answers: ${name}`, async () => {
      const { clock, conversation, service } = sigmaWorld(Array<Reply>(16).fill(reply));
      const identified = await clock.run(service.identify(GRANT, NEVER));
      assert.ok(identified.kind === 'identified');
      assert.deepEqual(identified.grant, GRANT);
      assert.equal(identified.person.provisional, 'user');
      assert.match(identified.person.accountLabel, /^session-[0-9a-f]{8}$/);
      assert.equal(clock.ranMs, 120_000);
      conversation.assertOver();
    });

  it('asks for no longer than its caller wants', async () => {
    const { clock, conversation, service } = sigmaWorld(Array<Reply>(4).fill(text(503, '')));
    const identified = await clock.run(service.identify(GRANT, NEVER, { patienceMs: 5_000 }));
    assert.ok(identified.kind === 'identified' && identified.person.provisional === 'user');
    assert.deepEqual(conversation.times, [0, 1, 3, 5]);
    conversation.assertOver();
  });

  it('reports who answers', async () => {
    const { clock, service } = sigmaWorld([
      ...[html(200), networkError('ENOTFOUND'), json(429, {}), INVALID],
      ...[json(200, { sub: 'user-1' }), html(404)],
    ]);
    const contact: Contact[] = [];
    await clock.run(service.identify(GRANT, NEVER, { onContact: (each) => contact.push(each) }));
    assert.deepEqual(contact, [
      { kind: 'somethingElse', origin: 'https://auth.example', status: 200 },
      { kind: 'noAnswer' },
      ...Array<Contact>(3).fill({ kind: 'service' }),
    ]);
  });

  it('waits as long as Retry-After says', async () => {
    const { clock, conversation, service } = sigmaWorld([
      json(429, {}, { 'retry-after': '40' }),
      ...[json(200, { sub: 'user-1' }), html(404)],
    ]);
    assert.equal((await clock.run(service.identify(GRANT, NEVER))).kind, 'identified');
    assert.deepEqual(conversation.times, [0, 40, 40]);
  });

  it('signs in without a picture, however large it is', async () => {
    const picture = `data:image/png;base64,${'A'.repeat(6_000_000)}`;
    const identified = await identify(json(200, { sub: 'user-1', picture, name: 'Ann' }));
    assert.ok(identified.kind === 'identified');
    assert.equal(identified.person.name, 'Ann');
    assert.equal(identified.person.picture, undefined);
  });

  it('rejects at once when it is canceled', async () => {
    const world = sigmaWorld([never()]);
    await assertCancels(world, 2, (signal) => world.service.identify(GRANT, signal));
  });
});
