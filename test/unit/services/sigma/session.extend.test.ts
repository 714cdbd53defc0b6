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
  redirect,
  type Reply,
  text,
} from '../../support/conversation.ts';
import { START_MS } from '../../support/fakeClock.ts';
import { assertCancels, sigmaWorld, type World } from '../../support/serviceKit.ts';

const DAY_MS = 86_400_000;
const GRANT: Grant = {
  server: 'https://auth.example/tenant',
  accessToken: 'canary-access',
  refreshToken: 'canary-refresh',
  expiresAtMs: START_MS + 5 * DAY_MS,
};

interface Extend extends World {
  readonly extend: (grant?: Grant) => Promise<VerifyResult>;
}

/** The setting names another server now: it must not get the token. */
function world(...replies: Reply[]): Extend {
  const world = sigmaWorld(replies, { serverUrl: 'https://changed.example' });
  const extend = (grant = GRANT): Promise<VerifyResult> =>
    world.clock.run(world.service.extend?.(grant, NEVER) ?? assert.fail('extend is missing'));
  return { ...world, extend };
}

/** The answer of better-auth, as far as it matters. */
const session = (different: object = {}): Reply => {
  const expiresAt = new Date(START_MS + 7 * DAY_MS).toISOString();
  const fields = { id: 's1', token: 'canary-access', userId: 'u1', expiresAt, activeOrganizationId: null };
  return json(200, { session: { ...fields, ...different }, user: { id: 'u1', email: 'ann@example.org' } });
};
const until = (ms: number): object => ({ expiresAt: new Date(START_MS + ms).toISOString() });
const extended: VerifyResult = { kind: 'valid', grant: { ...GRANT, expiresAtMs: START_MS + 7 * DAY_MS } };
const unknown: VerifyResult = { kind: 'unknown' };

describe('Sigma Identity: extend', () => {
  it('sends only the access token, in a header, to the server of the grant', async () => {
    const { conversation, extend } = world(session());
    assert.deepEqual(await extend(), extended);
    const [request] = conversation.requests;
    const url = 'https://auth.example/tenant/api/auth/get-session';
    assert.equal(`${request?.method} ${request?.url}`, `GET ${url}`);
    assert.equal(request?.redirect, 'manual');
    const { authorization, ...others } = request.headers;
    assert.equal(authorization, 'Bearer canary-access');
    assert.doesNotMatch(JSON.stringify(others), /canary/);
    assert.equal(others.cookie, undefined);
    conversation.assertOver();
  });

  it('sets the expiry of a grant without one', async () => {
    const { expiresAtMs, ...grant } = GRANT;
    assert.deepEqual(await world(session()).extend(grant), extended);
  });

  it('keeps the known expiry if the answer has an earlier one', async () => {
    assert.deepEqual(await world(session(until(DAY_MS))).extend(), { kind: 'valid', grant: GRANT });
  });

  it('ignores a token in the answer, in whatever form', async () => {
    const headers = { 'set-auth-token': 'canary-x', 'set-cookie': 'better-auth.session_token=canary-y' };
    const { expiresAt } = { expiresAt: new Date(START_MS + 7 * DAY_MS).toISOString() };
    const reply = json(200, { session: { token: 'canary-access', expiresAt } }, headers);
    assert.deepEqual(await world(reply).extend(), extended);
  });

  for (const [name, reply] of [
    ['the session of another token', session({ token: 'canary-other' })],
    ['a session without its token', session({ token: undefined })],
    ['a session without an end', session({ expiresAt: undefined })],
    ['an end that is no date', session({ expiresAt: 'tomorrow' })],
    ['an end that is a number', session({ expiresAt: START_MS + 7 * DAY_MS })],
    ['an end in the past', session(until(-1))],
    ['an end at this moment', session(until(0))],
    ['no session', json(200, { session: null })],
    ['an empty object', json(200, {})],
  ] satisfies [string, Reply][])
    it(`returns unknown after ${name}`, async () => {
      const { conversation, extend } = world(reply);
      assert.deepEqual(await extend(), unknown);
      conversation.assertOver();
      assert.doesNotMatch(conversation.log.lines.join(), /canary|elsewhere/);
    });

  it('retries transient failures, because the network may come back later than the user', async () => {
    const { clock, conversation, extend } = world(networkError('ENOTFOUND'), text(503, ''), session());
    assert.deepEqual(await extend(), extended);
    assert.equal(clock.ranMs, 3_000);
    conversation.assertOver();
  });

  it('waits as long as Retry-After says', async () => {
    const { conversation, extend } = world(json(429, {}, { 'retry-after': '40' }), session());
    assert.deepEqual(await extend(), extended);
    assert.deepEqual(conversation.times, [0, 40]);
  });

  for (const [name, reply] of [
    ['a page', html(200)],
    ['nothing', text(204, '')],
    ['an empty text', text(200, '')],
    ['404', json(404, null)],
    ['403', json(403, { error: 'invalid_token' })],
    ['401 of a page', html(401)],
    ['a redirect', redirect('https://elsewhere.example/?token=canary')],
    ['no network', networkError('ENOTFOUND')],
  ] satisfies [string, Reply][])
    it(`returns unknown after two minutes of ${name}`, async () => {
      const { clock, conversation, extend } = world(...Array<Reply>(16).fill(reply));
      assert.deepEqual(await extend(), unknown);
      assert.equal(clock.ranMs, 120_000);
      conversation.assertOver();
      assert.doesNotMatch(conversation.log.lines.join(), /canary|elsewhere/);
    });

  it('does not retry when the certificate is invalid', async () => {
    const { conversation, extend } = world(networkError('CERT_HAS_EXPIRED'));
    assert.deepEqual(await extend(), unknown);
    conversation.assertOver();
  });

  describe('when the server defers the extension', () => {
    const deferred = json(200, { session: { token: 'canary-access', ...until(DAY_MS) }, needsRefresh: true });
    const read: VerifyResult = { kind: 'valid', grant: GRANT };
    for (const [name, reply, result] of [
      ['extends with a POST', session(), extended],
      ['keeps what it has read when something else answers the POST', html(200), read],
      ['keeps what it has read when the POST has no session', json(200, null), read],
    ] satisfies [string, Reply, VerifyResult][])
      it(name, async () => {
        const { conversation, extend } = world(deferred, reply);
        assert.deepEqual(await extend(), result);
        conversation.assertOver();
        const [, second] = conversation.requests;
        assert.equal(`${second?.method} ${second?.url}`, `POST ${GRANT.server}/api/auth/get-session`);
        assert.deepEqual(second?.body, {});
        assert.equal(second.headers.authorization, 'Bearer canary-access');
      });

    it('sends no POST if there is no need', async () => {
      const { conversation, extend } = world(
        json(200, { session: { token: 'canary-access', ...until(7 * DAY_MS) }, needsRefresh: false }),
      );
      assert.deepEqual(await extend(), extended);
      conversation.assertOver();
    });
  });

  const gone = json(200, null);
  const invalid = json(401, { error: 'invalid_token' });
  for (const [kind, name, replies] of [
    ['rejected', 'null, and userinfo rejects the token, too', [gone, invalid]],
    ['rejected', 'null with 201, and userinfo rejects the token, too', [json(201, null), invalid]],
    ['rejected', '401 invalid_token', [invalid, invalid]],
    [
      'rejected',
      '401 of better-auth',
      [json(401, { code: 'UNAUTHORIZED', message: 'Failed to get session' }), invalid],
    ],
    ['unknown', 'null, and userinfo says 500', [gone, text(500, '')]],
    ['unknown', 'null, and userinfo is not there', [gone, json(404, {})]],
    ['unknown', 'null, and userinfo cannot be reached', [gone, networkError('ENOTFOUND')]],
    ['unknown', 'null, and a connection breaks', [gone, networkError('ECONNRESET')]],
    ['unknown', 'null, and a page answers', [gone, html(200)]],
    ['unknown', 'null, and a page answers with 401', [gone, html(401)]],
    ['unknown', 'null, and a page answers with 403', [gone, html(403)]],
    ['unknown', 'null, and userinfo says 429', [gone, json(429, {})]],
    ['unknown', 'null, and userinfo is redirected', [gone, redirect('https://elsewhere.example/')]],
  ] satisfies [VerifyResult['kind'], string, Reply[]][])
    it(`${kind}: ${name}`, async () => {
      const { conversation, extend } = world(...replies);
      assert.deepEqual(await extend(), { kind });
      conversation.assertOver();
    });

  it('returns valid if the server has no session for a token that userinfo accepts', async () => {
    const { conversation, extend } = world(gone, json(200, { sub: 'user-1' }));
    assert.deepEqual(await extend(), { kind: 'valid', grant: GRANT });
    conversation.assertOver();
  });

  for (const [whom, subject, kind] of [
    ['the same user', 'user-1', 'valid'],
    ['somebody else', 'user-2', 'unknown'],
  ] as const)
    it(`returns ${kind} if the server has no session, and userinfo answers about ${whom}`, async () => {
      const { clock, conversation, service } = world(gone, json(200, { sub: 'user-1' }));
      const extended = await clock.run(service.extend?.(GRANT, NEVER, subject) ?? assert.fail());
      assert.equal(extended.kind, kind);
      conversation.assertOver();
    });

  it('rejects at once when it is canceled', async () => {
    for (const replies of [[never()], [gone, never()], [after(1, gone), never()]]) {
      const extending = world(...replies);
      await assertCancels(
        extending,
        2,
        (signal) => extending.service.extend?.(GRANT, signal) ?? assert.fail('extend is missing'),
      );
    }
  });
});
