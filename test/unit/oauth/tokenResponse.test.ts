import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { HttpOutcome } from '../../../src/http/outcome.ts';
import { readTokenAnswer } from '../../../src/oauth/tokenResponse.ts';

function read(status: number, json: unknown, headers?: Record<string, string>): unknown {
  const outcome: HttpOutcome = { kind: 'answer', status, headers: new Headers(headers), json };
  return readTokenAnswer(outcome);
}

/** The tests of the device grant cover most answers. These tests cover the rest. */
describe('readTokenAnswer', () => {
  it('does not grant a token that comes with an error', () => {
    assert.deepEqual(read(200, { access_token: 't', error: 'access_denied' }), {
      kind: 'failed',
      failure: { kind: 'denied' },
    });
  });

  it('does not grant a token with an error status', () => {
    assert.deepEqual(read(400, { access_token: 't' }), {
      kind: 'disturbance',
      problem: 'notTheService',
      from: 'somethingElse',
      status: 400,
    });
  });

  it('accepts numbers that come as strings', () => {
    assert.deepEqual(read(200, { access_token: 't', expires_in: '3600' }), {
      kind: 'granted',
      grant: { accessToken: 't', expiresInSeconds: 3_600 },
    });
  });

  it('keeps only the known members of a grant', () => {
    assert.deepEqual(
      read(200, {
        access_token: 't',
        token_type: 'BEARER',
        expires_in: 1.5,
        refresh_token: 'r',
        id_token: 'e30.e30.c2ln',
        scope: 'openid',
        expires_at: 1_796_063_669,
        __proto__: { odd: true },
      }),
      {
        kind: 'granted',
        grant: {
          accessToken: 't',
          refreshToken: 'r',
          idToken: 'e30.e30.c2ln',
          scopes: ['openid'],
          expiresInSeconds: 1.5,
        },
      },
    );
  });

  it('grants without an ID token that is none', () => {
    const granted = { kind: 'granted', grant: { accessToken: 't' } };
    for (const id_token of [
      'i',
      'e30.e30',
      'e30.e30.',
      'e30.e30.c2ln.more',
      'e30.e30.c 2',
      7,
      null,
      `e30.e30.${'a'.repeat(16_384)}`,
    ])
      assert.deepEqual(read(200, { access_token: 't', id_token }), granted);
  });

  it('grants without scopes that are none', () => {
    const granted = { kind: 'granted', grant: { accessToken: 't' } };
    for (const scope of ['', ' ', 7, null, ['openid']])
      assert.deepEqual(read(200, { access_token: 't', scope }), granted);
  });

  it('accepts every form of access token in RFC 6750 §2.1', () => {
    for (const token of ['t', 'AZaz09-._~+/', 'a.b.c==', 'a'.repeat(16_384)]) {
      assert.deepEqual(read(200, { access_token: token }), {
        kind: 'granted',
        grant: { accessToken: token },
      });
    }
  });

  it('refuses an access token with other characters, and does not quote it', () => {
    for (const token of ['tok_${env:HOME}', 'a b', 'a\r\nb', ' a', 'a=b', '=', 'é', 'a\0', 'tok{1}']) {
      assert.deepEqual(read(200, { access_token: token }), {
        kind: 'failed',
        failure: { kind: 'refused', message: 'malformed access_token' },
      });
    }
  });

  it('shortens a lifetime of more than 100 years', () => {
    assert.deepEqual(read(200, { access_token: 't', expires_in: 1e306 }), {
      kind: 'granted',
      grant: { accessToken: 't', expiresInSeconds: 3_155_760_000 },
    });
  });

  it('accepts any text as a refresh token', () => {
    assert.deepEqual(read(200, { access_token: 't', refresh_token: 'r ${x}' }), {
      kind: 'granted',
      grant: { accessToken: 't', refreshToken: 'r ${x}' },
    });
  });

  it('reads any JSON without throwing', () => {
    for (const json of [undefined, null, true, 0, '', 'text', [], [{ error: 'x' }], {}, { error: {} }]) {
      for (const status of [200, 204, 400, 401, 404, 429, 500]) read(status, json);
    }
  });
});
