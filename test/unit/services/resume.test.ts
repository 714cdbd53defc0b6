import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../src/base/timeLimit.ts';
import type { PendingSignIn } from '../../../src/services/service.ts';
import { html, json, type Reply } from '../support/conversation.ts';
import { CODE } from '../support/deviceGrantScenario.ts';
import { INTENT, STATUS_URL, TOLD } from '../support/intentScenario.ts';
import { adomWorld, begin, sigmaWorld, type World } from '../support/serviceKit.ts';

/** A service's part of the table. */
interface Row {
  /** Its window before, with this answer to the request for a code. */
  readonly before: () => World;
  /** The next window. Its settings are others by now. */
  readonly next: (replies: readonly Reply[]) => World;
  readonly granted: Reply;
  readonly pollsAt: string;
}

const rows: Record<string, Row> = {
  'Sigma Identity': {
    before: () => sigmaWorld([json(200, CODE)]),
    next: (replies) => sigmaWorld(replies, { serverUrl: 'https://changed.example', clientId: 'changed' }),
    granted: json(200, { access_token: 'token', expires_in: 60 }),
    pollsAt: 'POST https://auth.example/api/auth/device/token',
  },
  'Sigma Identity with few of the optional members': {
    before: () =>
      sigmaWorld([json(200, { ...CODE, verification_uri_complete: undefined, interval: undefined })]),
    next: (replies) => sigmaWorld(replies, { serverUrl: 'https://changed.example', clientId: 'changed' }),
    granted: json(200, { access_token: 'token' }),
    pollsAt: 'POST https://auth.example/api/auth/device/token',
  },
  Adom: {
    before: () => adomWorld([json(201, { ...INTENT, confirmation_code: 'BCDF-GHJK' })]),
    next: (replies) => adomWorld(replies, { apiUrl: 'https://changed.example', updates: 'poll' }),
    granted: TOLD,
    pollsAt: `GET ${STATUS_URL}`,
  },
  'Adom without a code': {
    before: () => adomWorld([json(201, INTENT)]),
    next: (replies) =>
      adomWorld(replies, { apiUrl: 'https://changed.example', sessionMaxAgeSeconds: 1, updates: 'poll' }),
    granted: TOLD,
    pollsAt: `GET ${STATUS_URL}`,
  },
};

/** What a person sees of it. */
function shown({ userCode, verificationUri, browserUri }: PendingSignIn): unknown {
  return { userCode, verificationUri, browserUri };
}

/** What is stored is JSON. */
function stored({ toResume }: PendingSignIn): Record<string, unknown> {
  return JSON.parse(JSON.stringify(toResume)) as Record<string, unknown>;
}

for (const [name, { before, next, granted, pollsAt }] of Object.entries(rows))
  describe(`${name}: a sign-in that is continued`, () => {
    it('is shown as before, until the given deadline, and can be continued again', async () => {
      const pending = await begin(before());
      const { clock, service } = next([]);
      const resumed = service.resume(stored(pending), clock.now() + 5_000);
      assert.ok(resumed);
      assert.deepEqual(shown(resumed), shown(pending));
      assert.equal(resumed.deadlineMs, clock.now() + 5_000);
      assert.deepEqual(stored(resumed), stored(pending));
    });

    it('asks the server where it began, as the client that began it, and gets the same grant', async () => {
      const own = before();
      const pending = await begin(own);
      const { clock, conversation, service } = next([granted]);
      const resumed = service.resume(stored(pending), clock.now() + 60_000);
      assert.ok(resumed);
      const waited = await clock.run(resumed.wait(NEVER, () => undefined));
      assert.ok(waited.kind === 'granted');
      assert.equal(waited.grant.server, new URL(pollsAt.replace(/^\w+ /, '')).origin);
      if (name.startsWith('Sigma')) assert.equal(waited.grant.clientId, 'editor');
      else assert.equal(waited.grant.expiresAtMs, clock.now() + 7_776_000_000);
      const [request] = conversation.requests;
      assert.equal(`${request?.method} ${request?.url}`, pollsAt);
      conversation.assertOver();
    });

    it('does not exist for what is not its own', async () => {
      const good = stored(await begin(before()));
      const { clock, service } = next([]);
      const optional = ['verificationUriComplete', 'confirmationCode'];
      const garbage: unknown[] = [undefined, null, 'a text', 7, [], {}];
      for (const key of Object.keys(good)) {
        garbage.push({ ...good, [key]: {} });
        if (!optional.includes(key)) garbage.push({ ...good, [key]: undefined });
      }
      for (const each of garbage)
        assert.equal(service.resume(each, clock.now()), undefined, JSON.stringify(each));
      for (const key of Object.keys(good).filter((each) => /uri$|url$/i.test(each)))
        assert.equal(service.resume({ ...good, [key]: 'http://evil.example' }, clock.now()), undefined, key);
    });
  });

describe('Sigma Identity: a sign-in at the OAuth endpoint that is continued', () => {
  const notValidHere = json(400, { error: 'invalid_grant' });
  for (const [what, replies, kind, road] of [
    [
      'finds that endpoint again',
      [notValidHere, json(400, { error: 'authorization_pending' }), json(200, { access_token: 'token' })],
      'granted',
      ['device/token', 'oauth2/token', 'oauth2/token'],
    ],
    ['is over where there is none', [notValidHere, html(404)], 'codeSpent', ['device/token', 'oauth2/token']],
  ] as const)
    it(what, async () => {
      const pending = await begin(sigmaWorld([json(200, CODE)]));
      const { clock, conversation, service } = sigmaWorld(replies);
      const resumed = service.resume(stored(pending), clock.now() + 60_000);
      assert.ok(resumed);
      const waited = await clock.run(resumed.wait(NEVER, () => undefined));
      assert.equal(waited.kind === 'failed' ? waited.failure.kind : waited.kind, kind);
      assert.deepEqual(
        conversation.requests.map(({ url }) => url.replace('https://auth.example/api/auth/', '')),
        road,
      );
      conversation.assertOver();
    });
});
