import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { adom } from '../../../../src/services/adom/adom.ts';
import type { Grant, RevokeResult } from '../../../../src/services/service.ts';
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
import { adomWorld, assertCancels } from '../../support/serviceKit.ts';
import { serviceTexts } from '../../support/serviceTexts.ts';

const GRANT: Grant = { server: 'https://adom.example', accessToken: 'tok_1' };

const LOGGED_OUT = text(204, '');
const REJECTED = json(401, { error: 'Unauthorized' });
const USER = json(200, { id: 'user-1' });
const UNREACHABLE = networkError('ECONNREFUSED');

/** The answers of `logout` and `user`. What is missing is not asked. */
const CASES: [name: string, replies: Reply[], result: RevokeResult['kind'], ranMs?: number][] = [
  ['the logout succeeds', [LOGGED_OUT, REJECTED], 'ended'],
  ['the logout succeeds with data', [json(200, {}), REJECTED], 'ended'],
  ['the token was dead before', [REJECTED], 'ended'],
  ['the answer takes 3 s', [after(3, LOGGED_OUT), REJECTED], 'ended', 3_000],

  ['nothing can be reached', [UNREACHABLE], 'unanswered'],
  ['the server is in trouble', [json(503, {})], 'unanswered'],
  ['there are too many requests', [json(429, {})], 'unanswered'],
  ['a page answers', [html(200)], 'unanswered'],
  ['there is only a page', [html(404)], 'unanswered'],
  ['a firewall answers', [html(403)], 'unanswered'],
  ['a gateway wants other credentials', [text(401, '', { 'www-authenticate': 'Negotiate' })], 'unanswered'],
  ['it is redirected', [redirect('https://evil.example/')], 'unanswered'],
  ['the user cannot be asked for', [LOGGED_OUT, UNREACHABLE], 'unanswered'],
  ['a page answers instead of the user', [LOGGED_OUT, html(401)], 'unanswered'],

  ['the token is good all the same', [LOGGED_OUT, USER], 'refused'],
];

describe('Adom: revoke', () => {
  for (const [how, sentAs, form] of [
    ['in a header', 'bearer', { authorization: 'Bearer tok_1' }],
    ['in a cookie', 'cookie', { cookie: 'session_token=tok_1' }],
    ['in a header by default', undefined, { authorization: 'Bearer tok_1' }],
  ] as const)
    for (const [name, replies, result, ranMs = 0] of CASES)
      it(`sends the token ${how}, and asks for proof: ${name}`, async () => {
        const { clock, conversation, service } = adomWorld(replies, { apiUrl: 'https://changed.example' });
        const grant = { ...GRANT, ...(sentAs && { sentAs }) };
        assert.deepEqual(await clock.run(service.revoke(grant, NEVER)), { kind: result });
        const asked = conversation.requests.map(({ method, url }) => `${method} ${url}`);
        const all = ['DELETE https://adom.example/auth/logout', 'GET https://adom.example/user'];
        assert.deepEqual(asked, all.slice(0, replies.length));
        for (const { headers, body } of conversation.requests) {
          const common = { accept: 'application/json', 'user-agent': 'unit-test/1' };
          assert.deepEqual([headers, body], [{ ...common, ...form }, undefined]);
        }
        assert.deepEqual([clock.ranMs, clock.pending], [ranMs, 0]);
        conversation.assertOver();
      });

  for (const [how, reached, result] of [
    ['cannot be reached', UNREACHABLE, 'unanswered'],
    ['can be reached: its rules forbid the request for good', text(200, ''), 'refused'],
  ] as const)
    it(`is ${result} in a browser that gets no answer from a server that ${how}`, async () => {
      const { clock, conversation } = adomWorld([UNREACHABLE, reached]);
      const service = adom({ ...conversation.http, inBrowser: true }, () => assert.fail(), serviceTexts);
      assert.deepEqual(await clock.run(service.revoke(GRANT, NEVER)), { kind: result });
      assert.equal(conversation.requests[1]?.url, GRANT.server);
      conversation.assertOver();
    });

  it('is unanswered without a request in a browser, if the token works only as a cookie', async () => {
    const { clock, conversation } = adomWorld([]);
    const service = adom({ ...conversation.http, inBrowser: true }, () => assert.fail(), serviceTexts);
    const inCookie = { ...GRANT, sentAs: 'cookie' } as const;
    assert.deepEqual(await clock.run(service.revoke(inCookie, NEVER)), { kind: 'unanswered' });
    assert.deepEqual(await clock.run(service.verify(inCookie, NEVER)), { kind: 'unknown' });
    conversation.assertOver();
  });

  it('rejects at once when it is canceled', async () => {
    for (const replies of [[never()], [LOGGED_OUT, never()]]) {
      const world = adomWorld(replies);
      await assertCancels(world, 2, (signal) => world.service.revoke(GRANT, signal));
    }
  });
});
