import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { requestDeviceAuthorization } from '../../../src/oauth/deviceGrant.ts';
import type { Failure } from '../../../src/oauth/failure.ts';
import {
  after,
  Conversation,
  html,
  json,
  networkError,
  never,
  opaqueRedirect,
  redirect,
  type Reply,
  text,
} from '../support/conversation.ts';
import { CLIENT, CODE } from '../support/deviceGrantScenario.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { unreachable } from '../support/unreachable.ts';

const NOT_THE_SERVICE: Failure = { kind: 'notTheService' };
const without = (member: keyof typeof CODE): Reply => json(200, { ...CODE, [member]: undefined });
const having = (members: Record<string, unknown>): Reply => json(200, { ...CODE, ...members });

/** The reply to the only request, and the failure. */
const FAILURES: [name: string, reply: Reply, failure: Failure, endsAt?: number][] = [
  ['a refused connection', networkError('ECONNREFUSED'), unreachable('refused')],
  ['a reset connection', networkError('ECONNRESET'), unreachable('reset')],
  ['no DNS', networkError('ENOTFOUND'), unreachable('dns')],
  ['no answer in 15 seconds', never(), unreachable('timeout'), 15],
  ['500', text(500, ''), unreachable('serverFault')],
  ['503 with HTML', html(503), unreachable('serverFault')],
  ['server_error', json(400, { error: 'server_error' }), unreachable('serverFault')],
  ['429', json(429, { message: 'Too many requests.' }, { 'x-retry-after': '20' }), unreachable('busy')],
  [
    '400 invalid_client',
    json(400, { error: 'invalid_client' }),
    { kind: 'clientRefused', error: 'invalid_client' },
  ],
  [
    '401 invalid_client',
    json(401, { error: 'invalid_client' }),
    { kind: 'clientRefused', error: 'invalid_client' },
  ],
  [
    'unauthorized_client',
    json(400, { error: 'unauthorized_client' }),
    { kind: 'clientRefused', error: 'unauthorized_client' },
  ],
  [
    'invalid_scope, in the words of the server',
    json(400, { error: 'invalid_scope', error_description: 'No such scope: fly' }),
    { kind: 'refused', message: 'No such scope: fly' },
  ],
  [
    'VALIDATION_ERROR, in the words of better-auth',
    json(400, { message: '[body.client_id] Invalid input', code: 'VALIDATION_ERROR' }),
    { kind: 'refused', message: '[body.client_id] Invalid input' },
  ],
  ['access_denied', json(403, { error: 'access_denied' }), { kind: 'denied' }],
  ['404', json(404, { message: 'Not Found' }), unreachable('notFound')],
  ['404 with HTML', html(404), unreachable('notFound')],
  ['405', text(405, ''), unreachable('notFound')],
  ['200 with HTML', html(200), unreachable('loginPage')],
  ['a redirect, as Node shows it', redirect('https://login.hotel.example/'), unreachable('loginPage')],
  ['a redirect, as a browser shows it', opaqueRedirect(), unreachable('loginPage')],
  ['an error code of the token endpoint', json(400, { error: 'authorization_pending' }), NOT_THE_SERVICE],
  ['a token', json(200, { access_token: 'token' }), NOT_THE_SERVICE],
  ['no device code', without('device_code'), NOT_THE_SERVICE],
  ['an empty device code', having({ device_code: '' }), NOT_THE_SERVICE],
  ['no user code', without('user_code'), NOT_THE_SERVICE],
  ['a user code that is too long', having({ user_code: 'A'.repeat(65) }), NOT_THE_SERVICE],
  ['no verification URI', without('verification_uri'), NOT_THE_SERVICE],
  [
    'a verification URI over http',
    having({ verification_uri: 'http://auth.example/device' }),
    NOT_THE_SERVICE,
  ],
  ['a verification URI that is a command', having({ verification_uri: 'command:evil' }), NOT_THE_SERVICE],
  ['no expires_in', without('expires_in'), NOT_THE_SERVICE],
  ['an expires_in that is no number', having({ expires_in: 'soon' }), NOT_THE_SERVICE],
  ['a negative expires_in', having({ expires_in: -1 }), NOT_THE_SERVICE],
];

async function ask(
  reply: Reply,
  scopes: readonly string[] = ['openid', 'profile'],
): Promise<{
  result: Awaited<ReturnType<typeof requestDeviceAuthorization>>;
  conversation: Conversation;
  clock: FakeClock;
}> {
  const clock = new FakeClock();
  const conversation = new Conversation(clock, [reply]);
  const { signal } = new AbortController();
  const result = await clock.run(requestDeviceAuthorization(conversation.http, CLIENT, scopes, signal));
  assert.equal(clock.pending, 0, 'timers left over');
  conversation.assertOver();
  return { result, conversation, clock };
}

async function askForCode(
  reply: Reply,
): Promise<Extract<Awaited<ReturnType<typeof ask>>['result'], { kind: 'pending' }>['authorization']> {
  const { result } = await ask(reply);
  assert.ok(result.kind === 'pending');
  return result.authorization;
}

describe('device grant: the request for a code', () => {
  it('sends the client id and the scopes as JSON', async () => {
    const { conversation } = await ask(json(200, CODE));
    const [request] = conversation.requests;
    assert.equal(`${request?.method} ${request?.url}`, `POST ${CLIENT.codeUrl}`);
    assert.deepEqual(conversation.log.lines, ['debug device code: 200 after 0 ms']);
    assert.deepEqual(request?.body, { client_id: 'editor', scope: 'openid profile' });
    assert.deepEqual(request.headers, {
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': 'unit-test/1',
    });
  });

  it('sends no scope when the caller asks for none', async () => {
    const { conversation } = await ask(json(200, CODE), []);
    assert.deepEqual(conversation.requests[0]?.body, { client_id: 'editor' });
  });

  it('reads the answer, and counts the lifetime from its arrival', async () => {
    const clock = new FakeClock();
    assert.deepEqual(await askForCode(after(2, json(200, CODE))), {
      deviceCode: 'the-device-code',
      userCode: 'ABCD-1234',
      verificationUri: 'https://auth.example/device',
      verificationUriComplete: 'https://auth.example/device?code=ABCD-1234',
      deadlineMs: clock.now() + 2_000 + 900_000,
      intervalMs: 5_000,
    });
  });

  it('accepts numbers that come as strings', async () => {
    const { deadlineMs, intervalMs } = await askForCode(having({ expires_in: '300', interval: '10' }));
    assert.deepEqual([deadlineMs, intervalMs], [new FakeClock().now() + 300_000, 10_000]);
  });

  it('keeps the URIs exactly as they are', async () => {
    const verification_uri = 'HTTPS://Auth.Example:443/a/../device?x=%41&y=é';
    const authorization = await askForCode(
      having({ verification_uri, verification_uri_complete: `${verification_uri}#ABCD` }),
    );
    assert.equal(authorization.verificationUri, verification_uri);
    assert.equal(authorization.verificationUriComplete, `${verification_uri}#ABCD`);
  });

  it('accepts a code without a dash, a loopback address, and unknown members', async () => {
    const authorization = await askForCode(
      having({ user_code: 'ABCD1234', verification_uri: 'http://localhost:3000/device', motto: 'hi' }),
    );
    assert.equal(authorization.userCode, 'ABCD1234');
    assert.equal(authorization.verificationUri, 'http://localhost:3000/device');
  });

  for (const [name, complete] of [
    ['missing', undefined],
    ['null', null],
    ['over http', 'http://auth.example/device?code=ABCD-1234'],
    ['a command', 'command:workbench.action.quit'],
    ['a script', 'javascript:alert(1)'],
    ['a file', 'file:///etc/passwd'],
    ['relative', 'device?code=ABCD-1234'],
    ['with a password', 'https://auth.example:pw@evil.example/'],
  ] as const) {
    it(`ignores a verification_uri_complete that is ${name}`, async () => {
      const authorization = await askForCode(having({ verification_uri_complete: complete }));
      assert.ok(!('verificationUriComplete' in authorization));
      assert.equal(authorization.verificationUri, 'https://auth.example/device');
    });
  }

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
    const result = requestDeviceAuthorization(conversation.http, CLIENT, [], cancel.signal);
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
    const result = requestDeviceAuthorization(conversation.http, CLIENT, [], AbortSignal.abort(reason));
    await assert.rejects(clock.run(result), (error) => error === reason);
    conversation.assertOver();
  });
});
