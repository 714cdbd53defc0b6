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
  it('asks the server of the grant, and sends only the access token, in a header', async () => {
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

  it('gives an end to a grant whose end was not known', async () => {
    const { expiresAtMs, ...grant } = GRANT;
    assert.deepEqual(await world(session()).extend(grant), extended);
  });

  it('keeps the known end when the answer has an earlier one', async () => {
    assert.deepEqual(await world(session(until(DAY_MS))).extend(), { kind: 'valid', grant: GRANT });
  });

  it('takes no token from the answer, in whatever form', async () => {
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
    ['a page', html(200)],
    ['nothing', text(204, '')],
    ['an empty text', text(200, '')],
    ['null with 201', json(201, null)],
    ['404', json(404, null)],
    ['403', json(403, { error: 'invalid_token' })],
    ['401 without an error code', json(401, { code: 'UNAUTHORIZED', message: 'Failed to get session' })],
    ['401 of a page', html(401)],
    ['a redirect', redirect('https://elsewhere.example/?token=canary')],
  ] satisfies [string, Reply][])
    it(`does not know after ${name}`, async () => {
      const { conversation, extend } = world(reply);
      assert.deepEqual(await extend(), unknown);
      conversation.assertOver();
      assert.doesNotMatch(conversation.log.lines.join(), /canary|elsewhere/);
    });

  it('asks again after transient failures, because the network may come back after the person', async () => {
    const { clock, conversation, extend } = world(networkError('ENOTFOUND'), text(503, ''), session());
    assert.deepEqual(await extend(), extended);
    assert.equal(clock.ranMs, 3_000);
    conversation.assertOver();
  });

  it('gives up after half a minute without a network', async () => {
    const { clock, conversation, extend } = world(...Array<Reply>(6).fill(networkError('ENOTFOUND')));
    assert.deepEqual(await extend(), unknown);
    assert.equal(clock.ranMs, 31_000);
    conversation.assertOver();
  });

  const gone = json(200, null);
  const invalid = json(401, { error: 'invalid_token' });
  for (const [kind, name, replies] of [
    ['rejected', 'null, and userinfo rejects the token, too', [gone, invalid]],
    ['rejected', 'null, and userinfo does not say', [gone, text(500, '')]],
    ['rejected', 'null, and userinfo is not there', [gone, json(404, {})]],
    ['rejected', '401 invalid_token', [invalid, invalid]],
    ['unknown', 'null, but userinfo accepts the token', [gone, json(200, { sub: 'user-1' })]],
  ] satisfies [VerifyResult['kind'], string, Reply[]][])
    it(`${kind}: ${name}`, async () => {
      const { conversation, extend } = world(...replies);
      assert.deepEqual(await extend(), { kind });
      conversation.assertOver();
    });

  it('rejects at once when it is cancelled', async () => {
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
