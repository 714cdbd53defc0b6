import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { refreshGrant, type RefreshResult } from '../../../src/oauth/tokenResponse.ts';
import {
  after,
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
} from '../support/conversation.ts';
import { FakeClock } from '../support/fakeClock.ts';

const TOKEN_URL = 'https://auth.example/oauth2/token';
const noCancel = new AbortController().signal;

interface Asked {
  readonly clock: FakeClock;
  readonly conversation: Conversation;
  readonly result: RefreshResult;
}

async function ask(reply: Reply): Promise<Asked> {
  const clock = new FakeClock();
  const conversation = new Conversation(clock, [reply]);
  const result = await clock.run(refreshGrant(conversation.http, TOKEN_URL, 'editor', 'old', noCancel));
  conversation.assertOver();
  return { clock, conversation, result };
}

const GRANTED = { access_token: 'new', token_type: 'Bearer', expires_in: 3600, refresh_token: 'newer' };

describe('refreshGrant: the request', () => {
  it('is the form of RFC 6749 §6 without a client secret', async () => {
    const { conversation } = await ask(json(200, GRANTED));
    const [request] = conversation.requests;
    assert.equal(`${request?.method} ${request?.url}`, `POST ${TOKEN_URL}`);
    assert.deepEqual(request?.body, {
      grant_type: 'refresh_token',
      refresh_token: 'old',
      client_id: 'editor',
    });
    assert.equal(request.redirect, 'manual');
    assert.equal(request.headers['content-type'], undefined, 'fetch sets the content type of a form');
    assert.equal(request.headers.authorization, undefined);
  });

  it('encodes any character of the refresh token', async () => {
    const clock = new FakeClock();
    const conversation = new Conversation(clock, [json(200, GRANTED)]);
    const odd = 'a+b/c==&client_id=other é%20';
    await clock.run(refreshGrant(conversation.http, TOKEN_URL, 'my editor', odd, noCancel));
    const { body } = conversation.requests[0] ?? assert.fail();
    assert.deepEqual(body, { grant_type: 'refresh_token', refresh_token: odd, client_id: 'my editor' });
  });
});

describe('refreshGrant: granted', () => {
  for (const [name, body, grant] of [
    ['gives all members', GRANTED, { accessToken: 'new', refreshToken: 'newer', expiresInSeconds: 3600 }],
    [
      'keeps the old refresh token when the answer has none',
      { access_token: 'new', expires_in: 60 },
      { accessToken: 'new', refreshToken: 'old', expiresInSeconds: 60 },
    ],
    [
      'keeps the old refresh token when the new one is empty',
      { access_token: 'new', refresh_token: '' },
      { accessToken: 'new', refreshToken: 'old' },
    ],
    [
      'keeps the old refresh token when the new one is a number',
      { access_token: 'new', refresh_token: 7 },
      { accessToken: 'new', refreshToken: 'old' },
    ],
    [
      'keeps the old refresh token when the new one is null',
      { access_token: 'new', refresh_token: null },
      { accessToken: 'new', refreshToken: 'old' },
    ],
    [
      'accepts an expires_in that is a string',
      { access_token: 'new', expires_in: '3600', refresh_token: 'newer' },
      { accessToken: 'new', refreshToken: 'newer', expiresInSeconds: 3_600 },
    ],
  ] as const) {
    it(name, async () => {
      const { clock, result } = await ask(json(200, body));
      assert.deepEqual(result, { kind: 'granted', grant, receivedAtMs: clock.now() });
    });
  }

  it('returns the time of the answer, not of the request', async () => {
    const { clock, result } = await ask(after(9, json(200, GRANTED)));
    assert.equal(clock.ranMs, 9_000);
    assert.ok(result.kind === 'granted');
    assert.equal(result.receivedAtMs, clock.now());
  });
});

describe('refreshGrant: not granted', () => {
  const rejected: [string, Reply][] = [
    ['400 invalid_grant', json(400, { error: 'invalid_grant' })],
    [
      '400 invalid_grant with a description',
      json(400, { error: 'invalid_grant', error_description: 'Token is used up' }),
    ],
    ['401 invalid_grant', json(401, { error: 'invalid_grant' })],
    ['invalid_grant with a token', json(200, { error: 'invalid_grant', access_token: 'new' })],
  ];
  for (const [name, reply] of rejected) {
    it(`rejected: ${name}`, async () => {
      assert.deepEqual((await ask(reply)).result, { kind: 'rejected' });
    });
  }

  const clientRefused: [string, Reply][] = [
    ['400 invalid_client', json(400, { error: 'invalid_client' })],
    ['401 invalid_client', json(401, { error: 'invalid_client' })],
    ['400 unauthorized_client', json(400, { error: 'unauthorized_client' })],
  ];
  for (const [name, reply] of clientRefused) {
    it(`client refused: ${name}`, async () => {
      assert.deepEqual((await ask(reply)).result, { kind: 'clientRefused' });
    });
  }

  /** Older versions of better-auth say these for a dead refresh token. Other servers say them for other reasons. */
  const doubtful: [string, Reply][] = [
    ['session not found', json(400, { error: 'invalid_request', error_description: 'session not found' })],
    [
      'invalid refresh token',
      json(400, { error: 'invalid_request', error_description: 'invalid refresh token' }),
    ],
    ['400 invalid_token', json(400, { error: 'invalid_token' })],
    ['400 of better-auth', json(400, { message: 'invalid_grant', code: 'VALIDATION_ERROR' })],
  ];
  for (const [name, reply] of doubtful) {
    it(`doubtful: ${name}`, async () => {
      assert.deepEqual((await ask(reply)).result, { kind: 'doubtful' });
    });
  }

  const unknown: [string, Reply][] = [
    ...[400, 403, 404, 405, 409, 422, 423].map((status): [string, Reply] => [
      `${status} of better-auth in other words`,
      json(status, { code: 'FEATURE_DISABLED', message: 'Not now' }),
    ]),
    ['422 VALIDATION_ERROR', json(422, { code: 'VALIDATION_ERROR', message: 'Invalid input' })],
    ['400 invalid_scope', json(400, { error: 'invalid_scope' })],
    ['400 invalid_target', json(400, { error: 'invalid_target' })],
    ['a token_type other than Bearer', json(200, { access_token: 'new', token_type: 'mac' })],
    ['400 unsupported_grant_type', json(400, { error: 'unsupported_grant_type' })],
    ['400 access_denied', json(400, { error: 'access_denied' })],
    ['400 expired_token', json(400, { error: 'expired_token' })],
    ['400 authorization_pending', json(400, { error: 'authorization_pending' })],
    ['401 with a challenge', json(401, {}, { 'www-authenticate': 'Bearer error="invalid_grant"' })],
    ['401 empty', text(401, '')],
    ['401 invalid_token', json(401, { error: 'invalid_token' })],
    ['403', json(403, { error: 'forbidden' })],
    ['404', json(404, { message: 'Not found' })],
    ['429', json(429, { message: 'Too many' }, { 'retry-after': '60' })],
    ['500', text(500, '')],
    ['503 server_error', json(503, { error: 'server_error' })],
    ['temporarily_unavailable', json(400, { error: 'temporarily_unavailable' })],
    ['a page', html(200)],
    ['a page with 400', html(400)],
    [
      'a page with invalid_grant in it',
      text(400, '{"error":"invalid_grant"', { 'content-type': 'text/html' }),
    ],
    ['a grant without a token', json(200, { refresh_token: 'newer' })],
    ['204', text(204, '')],
    ['a redirect', redirect('https://elsewhere.example/')],
    ['a redirect as a browser reports it', opaqueRedirect()],
    ['no connection', networkError('ECONNREFUSED')],
    ['no DNS', networkError('ENOTFOUND')],
    ['no answer', never()],
    ['half an answer', neverEnds(200)],
  ];
  for (const [name, reply] of unknown) {
    it(`unknown: ${name}`, async () => {
      const { clock, result } = await ask(reply);
      assert.deepEqual(result, { kind: 'unknown' });
      assert.equal(clock.pending, 0);
    });
  }

  it('gives up after 15 s, and sends one request', async () => {
    const { clock, conversation } = await ask(never());
    assert.equal(clock.ranMs, 15_000);
    assert.deepEqual(conversation.times, [0]);
  });
});

describe('refreshGrant: canceled', () => {
  const reason = new Error('canceled');

  it('sends nothing if the signal is already aborted', async () => {
    const { http, requests } = new Conversation(new FakeClock(), []);
    const asked = refreshGrant(http, TOKEN_URL, 'editor', 'old', AbortSignal.abort(reason));
    await assert.rejects(asked, (error) => error === reason);
    assert.deepEqual(requests, []);
  });

  it('rejects at once with the reason during the request', async () => {
    const clock = new FakeClock();
    const conversation = new Conversation(clock, [never()]);
    const cancel = new AbortController();
    clock.at(3_000, () => {
      cancel.abort(reason);
    });
    const asked = clock.run(refreshGrant(conversation.http, TOKEN_URL, 'editor', 'old', cancel.signal));
    await assert.rejects(asked, (error) => error === reason);
    assert.equal(clock.ranMs, 3_000);
    assert.equal(clock.pending, 0);
    conversation.assertOver();
  });
});

describe('refreshGrant: the log', () => {
  it('holds no token', async () => {
    const replies = [
      json(200, { ...GRANTED, access_token: 'canary', refresh_token: 'canary' }),
      json(400, { error: 'canary token', error_description: 'canary' }),
      redirect('https://evil.example/?token=canary'),
      networkError('ECONNRESET'),
    ];
    for (const reply of replies) {
      const clock = new FakeClock();
      const conversation = new Conversation(clock, [reply]);
      await clock.run(refreshGrant(conversation.http, TOKEN_URL, 'editor', 'canary', noCancel));
      assert.equal(conversation.log.lines.length, 1);
      assert.match(conversation.log.lines.join(), /^\w+ refresh: /);
      assert.doesNotMatch(conversation.log.lines.join(), /canary/);
      assert.doesNotMatch(conversation.requests[0]?.url ?? '', /canary/);
    }
  });
});
