import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { ServiceCheck } from '../../../../src/services/serviceCheck.ts';
import {
  after,
  html,
  json,
  networkError,
  never,
  opaqueRedirect,
  redirect,
  type Reply,
  text,
} from '../../support/conversation.ts';
import { START_MS } from '../../support/fakeClock.ts';
import { assertCancels, sigmaWorld, type World } from '../../support/serviceKit.ts';

/** What a token endpoint says of a code that it does not know. */
const UNKNOWN_CODE = json(400, { error: 'invalid_grant', error_description: 'Invalid device code' });
const KNOWN_CLIENT = json(200, { clients: [{ clientId: 'editor', name: 'Editor' }] });

async function check(replies: readonly Reply[]): Promise<World & { found: ServiceCheck }> {
  const world = sigmaWorld(replies);
  const found = await world.clock.run(world.service.check(NEVER));
  world.conversation.assertOver();
  assert.equal(world.clock.pending, 0);
  return { ...world, found };
}

const ANSWERS: [answer: ServiceCheck['answer'], name: string, reply: Reply][] = [
  ['loginPage', 'a page', html(200)],
  ['notFound', '404', json(404, { message: 'Not found' })],
  ['notTheService', 'data of another kind', json(200, { hello: 'world' })],
  ['notTheService', '400 without an error', text(400, '')],
  ['loginPage', 'a redirect', redirect('https://elsewhere.example/?token=canary')],
  ['loginPage', 'a redirect as a browser reports it', opaqueRedirect()],
  ['busy', '429', json(429, { message: 'Too many' })],
  ['serverFault', '503 of a page', html(503)],
  ['refused', 'no connection', networkError('ECONNREFUSED')],
  ['timeout', 'no answer', never()],
];

const OLD = new Date(START_MS - 60_000).toUTCString();

describe('Sigma Identity: check', () => {
  it('asks for the token of an unknown code, then about the client id, and sends no token', async () => {
    const { found, conversation } = await check([UNKNOWN_CODE, KNOWN_CLIENT]);
    assert.deepEqual(found, { answer: 'service', status: 400, tookMs: 0, client: 'known' });
    const [first, second] = conversation.requests;
    assert.equal(`${first?.method} ${first?.url}`, 'POST https://auth.example/api/auth/device/token');
    assert.deepEqual(first?.body, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: 'no-sign-in',
      client_id: 'editor',
    });
    assert.equal(second?.url, 'https://auth.example/api/oauth-clients?clientId=editor');
    for (const { headers } of conversation.requests) {
      assert.equal(headers.authorization, undefined);
      assert.equal(headers.cookie, undefined);
    }
  });

  for (const [answer, name, reply] of ANSWERS) {
    it(`${answer}: ${name}`, async () => {
      const { found, conversation } = await check([reply]);
      assert.equal(found.answer, answer);
      assert.equal(found.client, undefined, 'nothing is known of the client');
      for (const line of conversation.log.lines) assert.doesNotMatch(line, /canary|elsewhere/);
    });
  }

  it('returns the status of an answer, even if something else answers', async () => {
    for (const [reply, status] of [
      [html(200), 200],
      [html(503), 503],
      [networkError('ECONNRESET'), undefined],
    ] as const)
      assert.equal((await check([reply])).found.status, status);
  });

  it('returns the time until the answer, even if something else answers', async () => {
    assert.equal((await check([after(2, html(200))])).found.tookMs, 2_000);
    assert.deepEqual((await check([after(2, redirect('https://elsewhere.example/'))])).found, {
      answer: 'loginPage',
      tookMs: 2_000,
    });
    assert.equal((await check([after(2, networkError('ECONNRESET'))])).found.tookMs, undefined);
  });

  it('sends nothing if the setting is not an address', async () => {
    const { service, clock, conversation } = sigmaWorld([], { serverUrl: 'http://auth.example' });
    assert.deepEqual(await clock.run(service.check(NEVER)), { answer: 'badServerSetting' });
    conversation.assertOver();
  });

  it('accepts any answer to an unknown code as the service’s, even that the code has expired', async () => {
    const { found } = await check([json(400, { error: 'expired_token' }), KNOWN_CLIENT]);
    assert.equal(found.answer, 'service');
  });

  describe('the client id', () => {
    const refusals: [name: string, reply: Reply][] = [
      ['400 invalid_client', json(400, { error: 'invalid_client' })],
      ['401 invalid_client', json(401, { error: 'invalid_client' })],
      ['unauthorized_client', json(400, { error: 'unauthorized_client' })],
      [
        'what better-auth says',
        json(400, { error: 'invalid_grant', error_description: 'Invalid client ID' }),
      ],
    ];
    for (const [name, reply] of refusals) {
      it(`is refused: ${name}`, async () => {
        assert.equal((await check([reply])).found.client, 'refused');
      });
    }

    it('is not refused by the same words in another error', async () => {
      const reply = json(400, { error: 'access_denied', error_description: 'Invalid client ID' });
      assert.equal((await check([reply, KNOWN_CLIENT])).found.client, 'known');
    });

    const lists: [client: ServiceCheck['client'], name: string, reply: Reply][] = [
      ['unlisted', 'an empty list', json(200, { clients: [] })],
      ['unlisted', 'a list of others', json(200, { clients: [{ clientId: 'clawnet' }, 'nonsense'] })],
      ['unknown', '404', json(404, {})],
      ['unknown', 'a page', html(200)],
      ['unknown', 'another form', json(200, [])],
      ['unknown', 'no connection, as where a browser forbids it', networkError('ECONNREFUSED')],
      ['unknown', 'no answer', never()],
    ];
    for (const [client, name, reply] of lists) {
      it(`is ${client}: ${name}`, async () => {
        assert.equal((await check([UNKNOWN_CODE, reply])).found.client, client);
      });
    }

    it('with special characters stays one parameter', async () => {
      const world = sigmaWorld([UNKNOWN_CODE, json(200, { clients: [] })], { clientId: 'a&b=c d' });
      await world.clock.run(world.service.check(NEVER));
      assert.match(world.conversation.requests[1]?.url ?? '', /\?clientId=a%26b%3Dc%20d$/);
    });
  });

  describe('the clock', () => {
    const date = (aheadMs: number): Reply =>
      json(400, { error: 'invalid_grant' }, { date: new Date(START_MS - aheadMs).toUTCString() });
    const cases: [aheadMs: number | undefined, name: string, reply: Reply][] = [
      [0, 'the same second', date(0)],
      [0, 'less than a second ahead', date(1_000)],
      [59_000, 'a minute ahead, less the second that the server leaves out', date(60_000)],
      [-60_000, 'a minute behind', date(-60_000)],
      [0, 'an answer that took four seconds', after(4, date(-4_000))],
      [undefined, 'an answer of a cache', json(400, { error: 'invalid_grant' }, { date: OLD, age: '60' })],
      [undefined, 'no date', json(400, { error: 'invalid_grant' })],
      [undefined, 'no readable date', json(400, { error: 'invalid_grant' }, { date: 'soon' })],
    ];
    for (const [aheadMs, name, reply] of cases) {
      it(`${aheadMs ?? 'unknown'}: ${name}`, async () => {
        assert.equal((await check([reply, KNOWN_CLIENT])).found.aheadMs, aheadMs);
      });
    }
  });

  it('gives up each request after five seconds', async () => {
    assert.equal((await check([never()])).clock.ranMs, 5_000);
    assert.equal((await check([UNKNOWN_CODE, never()])).clock.ranMs, 5_000);
  });

  it('rejects at once when it is canceled', async () => {
    const world = sigmaWorld([never()]);
    await assertCancels(world, 2, (signal) => world.service.check(signal));
  });
});
