import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Failure } from '../../../../src/oauth/failure.ts';
import { createIntent } from '../../../../src/services/adom/intent.ts';
import {
  Conversation,
  html,
  json,
  networkError,
  never,
  neverEnds,
  opaqueRedirect,
  redirect,
  type Reply,
  text,
} from '../../support/conversation.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { BROWSER_SIDE, INTENT, SERVER } from '../../support/intentScenario.ts';
import { unreachable } from '../../support/unreachable.ts';
import { ask, having } from '../../support/createdIntent.ts';

const NOT_THE_SERVICE: Failure = { kind: 'notTheService' };
const without = (member: keyof typeof INTENT): Reply => having({ [member]: undefined });

/** The reply to the only request, and the failure. */
const FAILURES: [name: string, reply: Reply, failure: Failure, endsAt?: number][] = [
  ['a refused connection', networkError('ECONNREFUSED'), unreachable('refused')],
  ['no DNS', networkError('ENOTFOUND'), unreachable('dns')],
  ['no answer in 15 seconds', never(), unreachable('timeout'), 15],
  ['half an answer', neverEnds(201, '{"token":"'), unreachable('timeout'), 15],
  ['408', text(408, ''), unreachable('serverFault')],
  ['429', json(429, { message: 'Too many requests' }, { 'retry-after': '20' }), unreachable('busy')],
  ['500', text(500, ''), unreachable('serverFault')],
  ['503 with HTML', html(503), unreachable('serverFault')],
  ['an intent with 500', json(500, INTENT), unreachable('serverFault')],
  ['400', json(400, { error: 'max_age out of range' }), NOT_THE_SERVICE],
  ['404', json(404, { error: 'not found' }), unreachable('notFound')],
  ['404 with HTML', html(404), unreachable('notFound')],
  ['405', text(405, ''), unreachable('notFound')],
  ['an intent with 403', json(403, INTENT), unreachable('blocked')],
  ['200 with HTML', html(200), unreachable('loginPage')],
  ['204', text(204, ''), NOT_THE_SERVICE],
  ['malformed JSON', text(201, JSON.stringify(INTENT).slice(0, -1)), NOT_THE_SERVICE],
  ['other JSON', json(201, ['hello']), NOT_THE_SERVICE],
  ['a redirect, as Node shows it', redirect('https://login.hotel.example/'), unreachable('loginPage')],
  ['a redirect, as a browser shows it', opaqueRedirect(), unreachable('loginPage')],
  ['no token', without('token'), NOT_THE_SERVICE],
  ['an empty token', having({ token: '' }), NOT_THE_SERVICE],
  ['a token that is a number', having({ token: 7 }), NOT_THE_SERVICE],
  ['a confirmation code that is a number', having({ confirmation_code: 1234 }), NOT_THE_SERVICE],
  ['a confirmation code that is too long', having({ confirmation_code: 'B'.repeat(65) }), NOT_THE_SERVICE],
  [
    'a token that is not well-formed, for the status address',
    having({ token: '\ud800', updates_url: undefined }),
    NOT_THE_SERVICE,
  ],
  [
    'a token that is not well-formed, for the sign-in page',
    having({ token: '\ud800', auth_url: undefined }),
    NOT_THE_SERVICE,
  ],
];

describe('createIntent: the request', () => {
  it('sends max_age as JSON', async () => {
    const { conversation } = await ask(json(201, INTENT));
    const [request] = conversation.requests;
    assert.equal(`${request?.method} ${request?.url}`, 'POST https://adom.example/auth/intents');
    assert.deepEqual(conversation.log.lines, ['debug intent: 201 after 0 ms']);
    assert.deepEqual(request?.body, { max_age: 2_592_000 });
    assert.equal(request.redirect, 'manual');
    assert.deepEqual(request.headers, {
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': 'unit-test/1',
    });
  });

  it('keeps the path of the server', async () => {
    const { conversation, result } = await ask(without('updates_url'), 'https://adom.example/eu');
    assert.equal(conversation.requests[0]?.url, 'https://adom.example/eu/auth/intents');
    assert.ok(result.kind === 'created');
    assert.equal(result.intent.statusUrl, 'https://adom.example/eu/auth/intents/int_1/status');
  });

  for (const [name, reply, failure, endsAt = 0] of FAILURES) {
    it(`fails: ${name}`, async () => {
      const { result, clock } = await ask(reply);
      assert.deepEqual(result, { kind: 'failed', failure });
      assert.equal(clock.ranMs, endsAt * 1000);
    });
  }

  it('rejects at once when it is canceled, and aborts the request', async () => {
    const clock = new FakeClock();
    const conversation = new Conversation(clock, [never()]);
    const cancel = new AbortController();
    const reason = new Error('canceled');
    clock.at(3_000, () => {
      cancel.abort(reason);
    });
    const result = createIntent(conversation.http, SERVER, BROWSER_SIDE, 60, cancel.signal);
    await assert.rejects(clock.run(result), (error) => error === reason);
    assert.equal(clock.ranMs, 3_000);
    assert.equal(clock.pending, 0);
    assert.ok(conversation.requests[0]?.signal.aborted);
    conversation.assertOver();
  });

  it('sends nothing if the signal is already aborted', async () => {
    const clock = new FakeClock();
    const conversation = new Conversation(clock, []);
    const reason = new Error('canceled');
    const result = createIntent(conversation.http, SERVER, BROWSER_SIDE, 60, AbortSignal.abort(reason));
    await assert.rejects(clock.run(result), (error) => error === reason);
    conversation.assertOver();
  });
});
