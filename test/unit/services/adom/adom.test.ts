import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { adom, type AdomSettings } from '../../../../src/services/adom/adom.ts';
import type { Grant, ServiceFailure } from '../../../../src/services/service.ts';
import { html, json, type Reply, text } from '../../support/conversation.ts';
import { AUTHENTICATED, eventStream } from '../../support/eventStream.ts';
import { INTENT, PENDING, STATUS_URL, TOLD } from '../../support/intentScenario.ts';
import { adomWorld, begin } from '../../support/serviceKit.ts';
import { serviceTexts } from '../../support/serviceTexts.ts';
import { unreachable } from '../../support/unreachable.ts';

const GRANT: Grant = { server: 'https://adom.example', accessToken: 'tok_1' };
const CREATED = json(201, INTENT);

describe('Adom: the service', () => {
  it('has no default scopes', () => {
    const { service } = adomWorld([]);
    assert.equal(service.id, 'adom');
    assert.equal(service.label, 'Adom');
    assert.deepEqual(service.defaultScopes, []);
    assert.deepEqual(service.settingKeys, { server: 'bapIdentity.adom.apiUrl' });
  });
});

describe('Adom: begin', () => {
  it('uses the server and the session lifetime of the settings', async () => {
    const it = adomWorld([CREATED], { apiUrl: ' https://adom.example/eu/ ', sessionMaxAgeSeconds: 60 });
    await begin(it);
    const [request] = it.conversation.requests;
    assert.equal(`${request?.method} ${request?.url}`, 'POST https://adom.example/eu/auth/intents');
    assert.deepEqual(request?.body, { max_age: 60 });
  });

  it('returns the address to open, and no code if there is none', async () => {
    const it = adomWorld([CREATED]);
    const { userCode, verificationUri, browserUri, deadlineMs } = await begin(it);
    assert.equal(browserUri, 'https://browser.example/auth/intent?token=int_1');
    assert.equal(deadlineMs, it.clock.now() + 900_000);
    assert.deepEqual([userCode, verificationUri], [undefined, undefined]);
  });

  it('returns the code if there is one', async () => {
    const pending = await begin(adomWorld([json(201, { ...INTENT, confirmation_code: 'BCDF-GHJK' })]));
    assert.equal(pending.userCode, 'BCDF-GHJK');
    assert.ok(!('verificationUri' in pending), 'the address is a secret');
  });

  it('opens Adom’s sign-in page when the server names none', async () => {
    const pending = await begin(adomWorld([json(201, { ...INTENT, auth_url: undefined })]));
    assert.equal(pending.browserUri, 'https://hydrogen.adom.inc/auth/intent?token=int_1');
  });

  for (const scopes of [['openid'], ['openid', 'profile'], ['']]) {
    it(`refuses the scopes ${JSON.stringify(scopes)} without a request`, async () => {
      const { clock, conversation, service } = adomWorld([]);
      assert.deepEqual(await clock.run(service.begin(scopes, NEVER)), {
        kind: 'failed',
        failure: { kind: 'noScopes' },
      });
      conversation.assertOver();
    });
  }

  for (const apiUrl of [
    '',
    'adom.example',
    'http://adom.example',
    'https://u:p@adom.example',
    'https://adom.example/?a=b',
    'https://adom.example/#a',
    'file:///x',
  ]) {
    it(`sends no request when the setting is "${apiUrl}"`, async () => {
      const { clock, conversation, service } = adomWorld([], { apiUrl });
      assert.deepEqual(await clock.run(service.begin([], NEVER)), {
        kind: 'failed',
        failure: { kind: 'badServerSetting' },
      });
      conversation.assertOver();
    });
  }

  for (const [name, reply, failure] of [
    ['503', text(503, ''), unreachable('serverFault')],
    ['404', html(404), unreachable('notFound')],
    [
      'an updates_url on another origin',
      json(201, { ...INTENT, updates_url: 'https://evil.example/auth/intents/int_1/status' }),
      { kind: 'notTheService' },
    ],
  ] satisfies [string, Reply, ServiceFailure][]) {
    it(`returns the failure of the request: ${name}`, async () => {
      const { clock, conversation, service } = adomWorld([reply]);
      assert.deepEqual(await clock.run(service.begin([], NEVER)), { kind: 'failed', failure });
      conversation.assertOver();
    });
  }
});

describe('Adom: wait', () => {
  for (const [name, maxAge, seconds] of [
    ['the life of the setting', undefined, 7_776_000],
    ['the life that the server names', 3_600, 3_600],
    ['at most 100 years', 1e306, 3_155_760_000],
  ] as const) {
    it(`counts the lifetime of the grant from its receipt: ${name}`, async () => {
      const intent = json(201, { ...INTENT, requested_max_age: maxAge });
      const it = adomWorld([intent, eventStream([[40, AUTHENTICATED]])]);
      const pending = await begin(it);
      const contact: boolean[] = [];
      const waited = await it.clock.run(pending.wait(NEVER, ({ kind }) => contact.push(kind === 'service')));
      assert.equal(it.clock.ranMs, 40_000);
      const expiresAtMs = it.clock.now() + seconds * 1000;
      assert.deepEqual(waited, { kind: 'granted', grant: { ...GRANT, expiresAtMs } });
      assert.equal(contact.at(-1), true);
      it.conversation.assertOver();
    });
  }

  for (const [updates, accepts, at] of [
    ['auto', ['text/event-stream'], [0]],
    ['stream', ['text/event-stream'], [0]],
    ['poll', ['application/json', 'application/json'], [2, 4]],
  ] as const) {
    it(`uses the mode of the setting: ${updates}`, async () => {
      const told = updates === 'poll' ? [PENDING, TOLD] : [eventStream([[3, AUTHENTICATED]])];
      const it = adomWorld([CREATED, ...told], { updates });
      const pending = await begin(it);
      assert.equal((await it.clock.run(pending.wait(NEVER, () => undefined))).kind, 'granted');
      const [, ...asked] = it.conversation.requests;
      assert.deepEqual(
        asked.map(({ headers }) => headers.accept),
        accepts,
      );
      assert.deepEqual(
        asked.map((request) => request.at),
        at,
      );
      for (const { method, url } of asked) assert.equal(`${method} ${url}`, `GET ${STATUS_URL}`);
      it.conversation.assertOver();
    });
  }

  it('keeps the server of the intent when the setting changes', async () => {
    const settings: { -readonly [K in keyof AdomSettings]: AdomSettings[K] } = {
      apiUrl: 'https://adom.example',
      defaultApiUrl: 'https://adom.example',
      sessionMaxAgeSeconds: 7_776_000,
      updates: 'auto',
    };
    const { clock, conversation } = adomWorld([CREATED, TOLD]);
    const service = adom(conversation.http, () => settings, serviceTexts);
    const begun = await clock.run(service.begin([], NEVER));
    Object.assign(settings, {
      apiUrl: 'https://elsewhere.example',
      sessionMaxAgeSeconds: 1,
      updates: 'poll',
    });
    assert.ok(begun.kind === 'pending');
    const waited = await clock.run(begun.pending.wait(NEVER, () => undefined));
    const expiresAtMs = clock.now() + 7_776_000_000;
    assert.deepEqual(waited, { kind: 'granted', grant: { ...GRANT, expiresAtMs } });
    assert.equal(conversation.requests[1]?.url, STATUS_URL);
  });

  it('returns the other results of the wait', async () => {
    for (const [replies, waited] of [
      [[json(410, {})], { kind: 'expired' }],
      [[json(404, {}), json(404, {})], { kind: 'failed', failure: { kind: 'codeSpent' } }],
    ] as const) {
      const it = adomWorld([CREATED, ...replies]);
      const pending = await begin(it);
      assert.deepEqual(await it.clock.run(pending.wait(NEVER, () => undefined)), waited);
    }
  });
});
