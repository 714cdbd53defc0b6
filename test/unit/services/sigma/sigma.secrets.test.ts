import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SignInResult } from '../../../../src/signIn/signIn.ts';
import {
  after,
  html,
  json,
  networkError,
  never,
  neverEnds,
  redirect,
  type Reply,
  text,
} from '../../support/conversation.ts';
import { SignInWorld } from '../../support/signInWorld.ts';
import { sigmaWorld } from '../../support/serviceKit.ts';

/** CANARY finds each of these in any text, also a part of it. */
const SECRETS = {
  deviceCode: 'canary-device-code-5f1c',
  userCode: 'CNRY-7Q2X',
  accessToken: 'canary-access-token-91ab',
  refreshToken: 'canary-refresh-token-33d0',
  idToken: 'e30.canary-id-token-77e2.c2ln',
};
const CANARY = /canary|CNRY|7Q2X/i;

const CODE = json(200, {
  device_code: SECRETS.deviceCode,
  user_code: SECRETS.userCode,
  verification_uri: 'https://auth.example/device',
  verification_uri_complete: `https://auth.example/device?code=${SECRETS.userCode}`,
  expires_in: 900,
  interval: 5,
});
const PENDING = json(400, { error: 'authorization_pending' });
const GRANTED = json(200, {
  access_token: SECRETS.accessToken,
  refresh_token: SECRETS.refreshToken,
  id_token: SECRETS.idToken,
  token_type: 'Bearer',
});
const PERSON = json(200, { sub: 'user-1', name: 'Ann' });
const ONE_IDENTITY = json(200, [{ id: '4U5eEMQSUdmPXeqmyQJtvELPNE8E', name: 'Ann' }]);
const ACTIVE = json(200, { id: '4U5eEMQSUdmPXeqmyQJtvELPNE8E' });
const NOT_A_MEMBER = json(403, { code: 'NOT_A_MEMBER', message: SECRETS.accessToken });

/** A server that repeats secrets in an answer. */
const echo = (status: number): Reply =>
  json(
    status,
    { error: `no ${SECRETS.deviceCode}`, error_description: SECRETS.accessToken, message: SECRETS.userCode },
    { location: `https://evil.example/?token=${SECRETS.accessToken}` },
  );
const refusal = json(400, { error: 'odd', error_description: SECRETS.deviceCode });
const INVALID = json(401, { error: 'invalid_token', error_description: SECRETS.accessToken });
/** The end of the session, and its proof. */
const ENDED = [json(200, { success: true }), text(200, ''), json(200, null), INVALID];
const NO_LIST = echo(404);
const ELSEWHERE = redirect(`https://evil.example/?token=${SECRETS.accessToken}`);
const leakyError: Reply = {
  answer: () => {
    throw new TypeError(`cannot fetch ${SECRETS.accessToken}`, { cause: new Error(SECRETS.deviceCode) });
  },
};

const SIGN_INS: [
  name: string,
  replies: Reply[],
  ends: SignInResult['kind'] | 'canceled',
  cancelAt?: number,
][] = [
  ['success', [CODE, PENDING, GRANTED, PERSON, ONE_IDENTITY, ACTIVE, echo(200), PERSON], 'signedIn'],
  [
    'success at the OAuth endpoint',
    [
      CODE,
      json(400, { error: 'invalid_grant', error_description: SECRETS.deviceCode }),
      PENDING,
      GRANTED,
      PERSON,
      json(401, { code: 'UNAUTHORIZED', message: SECRETS.accessToken }),
    ],
    'signedIn',
  ],
  ['success, though the list of identities fails', [CODE, GRANTED, PERSON, echo(500)], 'signedIn'],
  ['success, though the list is redirected', [CODE, GRANTED, PERSON, ELSEWHERE], 'signedIn'],
  [
    'success, though no identity can be set',
    [CODE, GRANTED, PERSON, ONE_IDENTITY, ...Array<Reply>(5).fill(ELSEWHERE), PERSON],
    'signedIn',
  ],
  [
    'success, though the identity is refused',
    [CODE, GRANTED, PERSON, ONE_IDENTITY, NOT_A_MEMBER],
    'signedIn',
  ],
  [
    'success after transient failures',
    [
      CODE,
      PENDING,
      json(400, { error: 'slow_down' }),
      json(429, { message: SECRETS.userCode }, { 'retry-after': SECRETS.deviceCode }),
      echo(500),
      networkError('ECONNRESET'),
      leakyError,
      neverEnds(200, JSON.stringify({ access_token: SECRETS.accessToken }).slice(0, -1)),
      GRANTED,
      echo(503),
      leakyError,
      PERSON,
      NO_LIST,
    ],
    'signedIn',
  ],
  ['no code: refused', [echo(400)], 'failed'],
  ['no code: a redirect', [ELSEWHERE], 'failed'],
  ['no code: unreachable', [leakyError], 'failed'],
  [
    'no code: half of one',
    [json(200, { device_code: SECRETS.deviceCode, user_code: SECRETS.userCode })],
    'failed',
  ],
  ['denied', [CODE, json(400, { error: 'access_denied', error_description: SECRETS.userCode })], 'failed'],
  ['an error that holds a secret', [CODE, echo(400), GRANTED, PERSON, NO_LIST], 'signedIn'],
  ['a refusal that holds a secret', [CODE, refusal], 'failed'],
  ['HTML instead of a token', [CODE, html(200), GRANTED, PERSON, NO_LIST], 'signedIn'],
  ['a poll is redirected', [CODE, ELSEWHERE, GRANTED, PERSON, NO_LIST], 'signedIn'],
  [
    'a token_type other than Bearer',
    [CODE, json(200, { access_token: SECRETS.accessToken, token_type: 'mac' })],
    'failed',
  ],
  ['the token is rejected', [CODE, GRANTED, INVALID, INVALID, INVALID, ...ENDED], 'failed'],
  ['userinfo is redirected', [CODE, GRANTED, ...Array<Reply>(16).fill(ELSEWHERE)], 'signedIn'],
  [
    'the token is rejected and revoke is redirected',
    [CODE, GRANTED, INVALID, INVALID, INVALID, ELSEWHERE, ELSEWHERE, ...ENDED],
    'failed',
  ],
  ['canceled between polls', [CODE, PENDING], 'canceled', 8],
  ['canceled during a poll', [CODE, never()], 'canceled', 8],
  ['canceled during userinfo', [CODE, GRANTED, never(), ...ENDED], 'canceled', 8],
  [
    'canceled, and revoke gets no answer',
    [CODE, GRANTED, after(9, PERSON), never(), never(), ...ENDED],
    'canceled',
    8,
  ],
];

describe('secrets in a Sigma sign-in', () => {
  for (const [name, replies, ends, cancelAt] of SIGN_INS) {
    it(`are sent only where they are needed: ${name}`, async () => {
      const { clock, conversation, service } = sigmaWorld(replies);
      const { log, requests } = conversation;
      const world = new SignInWorld(clock, service);
      world.screen.answers.push(undefined); // continues without an identity when asked
      if (cancelAt !== undefined) {
        clock.at(cancelAt * 1000, () => {
          world.screen.cancel();
        });
      }

      const result = await clock.run(world.signIn(['openid']));
      // What runs in the background. The first question about a provisional account comes after 30 seconds.
      await clock.advance(ends === 'signedIn' ? 20_000 : 60_000);
      world.closed.abort();
      await clock.settle();
      conversation.assertOver();
      assert.equal(clock.pending, 0);
      assert.equal(result.kind, ends);

      const lines = [...log.lines, ...world.log.lines];
      assert.ok(lines.length > 1);
      for (const line of lines) assert.doesNotMatch(line, CANARY);

      for (const { url, redirect, headers, body } of requests) {
        assert.equal(new URL(url).origin, 'https://auth.example');
        assert.doesNotMatch(url, CANARY, 'servers and proxies log addresses');
        assert.equal(redirect, 'manual');
        const { authorization, ...others } = headers;
        assert.doesNotMatch(JSON.stringify(others), CANARY);
        if (authorization !== undefined) assert.equal(authorization, `Bearer ${SECRETS.accessToken}`);
        const needless = url.endsWith('/oauth2/revoke') ? /CNRY|canary-id/ : /CNRY|refresh|canary-id/;
        assert.doesNotMatch(JSON.stringify(body ?? {}), needless, 'a secret that the server does not need');
      }
    });
  }
});
