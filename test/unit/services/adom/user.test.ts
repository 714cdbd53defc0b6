import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { Contact } from '../../../../src/oauth/judge.ts';
import { adom } from '../../../../src/services/adom/adom.ts';
import type { IdentifyResult } from '../../../../src/services/service.ts';
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
import { GRANT, identify, USER } from '../../support/adomUser.ts';

const BEARER = { authorization: 'Bearer tok_1' };
const COOKIE = { cookie: 'session_token=tok_1' };
const DEAD = json(401, { error: 'unauthorized' });
const OFFLINE = networkError('ENOTFOUND');

/** When the token is sent in which form, and the result. */
const FORMS: [
  name: string,
  replies: Reply[],
  sent: (readonly [at: number, form: typeof BEARER | typeof COOKIE])[],
  comesTo: 'bearer' | 'cookie' | 'grantRejected',
][] = [
  ['sends the token as Bearer', [json(200, USER)], [[0, BEARER]], 'bearer'],
  [
    'sends a cookie when Bearer gets 401',
    [DEAD, json(200, USER)],
    [
      [0, BEARER],
      [0, COOKIE],
    ],
    'cookie',
  ],
  [
    'fails when both get 401 three times within a few seconds',
    [DEAD, DEAD, DEAD, DEAD, DEAD, DEAD],
    [
      [0, BEARER],
      [0, COOKIE],
      [1, BEARER],
      [1, COOKIE],
      [3, BEARER],
      [3, COOKIE],
    ],
    'grantRejected',
  ],
  [
    'asks again after a 401, because the token is new',
    [DEAD, DEAD, json(200, USER)],
    [
      [0, BEARER],
      [0, COOKIE],
      [1, BEARER],
    ],
    'bearer',
  ],
  [
    'waits for Retry-After',
    [json(429, {}, { 'retry-after': '40' }), json(200, USER)],
    [
      [0, BEARER],
      [40, BEARER],
    ],
    'bearer',
  ],
  [
    'repeats Bearer after 503, and sends a cookie after 401',
    [text(503, ''), DEAD, json(200, USER)],
    [
      [0, BEARER],
      [1, BEARER],
      [1, COOKIE],
    ],
    'cookie',
  ],
  [
    'repeats both after a disturbance',
    [DEAD, json(429, {}), DEAD, OFFLINE, DEAD, json(200, USER)],
    [
      [0, BEARER],
      [0, COOKIE],
      [1, BEARER],
      [1, COOKIE],
      [3, BEARER],
      [3, COOKIE],
    ],
    'cookie',
  ],
  [
    'sends no cookie when Bearer gets 403',
    [json(403, {}), json(200, USER)],
    [
      [0, BEARER],
      [1, BEARER],
    ],
    'bearer',
  ],
];

/** When something else answers, it asks for two minutes. */
const PATIENT = [0, 1, 3, 7, 15, 25, 35, 45, 55, 65, 75, 85, 95, 105, 115, 120];

/** The server does not give the user. The sign-in succeeds without. */
const UNKNOWN: [name: string, replies: Reply[], times: number[], ranSeconds?: number][] = [
  ['404 of Adom itself', [json(404, {})], [0]],
  ['no answer', Array<Reply>(7).fill(never()), [0, 16, 33, 52, 75, 100, 120], 135],
  ['401 for Bearer, 404 for the cookie', [DEAD, json(404, {})], [0, 0]],
  ...(
    [
      ['404 with HTML', html(404)],
      ['403', json(403, { error: 'forbidden' })],
      ['405', text(405, '')],
      ['401 with HTML', html(401)],
      ['401 of a proxy', json(401, {}, { 'www-authenticate': 'Negotiate' })],
      ['200 with HTML', html(200)],
      ['204', text(204, '')],
      ['malformed JSON', text(200, '{"id":"usr_1"')],
      ['other JSON', json(200, ['usr_1'])],
      ['no id', json(200, { name: 'Ann' })],
      ['an empty id', json(200, { id: '', name: 'Ann' })],
      ['a null id', json(200, { id: null, name: 'Ann' })],
      ['an id of more than 255 characters', json(200, { id: 'a'.repeat(256) })],
      ['a user with an error status', json(403, USER)],
      ['a redirect', redirect('https://evil.example/user')],
      ['500', text(500, '')],
      ['429', json(429, {})],
      ['no network', OFFLINE],
    ] as const
  ).map(([name, reply]): (typeof UNKNOWN)[number] => [name, PATIENT.map(() => reply), PATIENT]),
];

describe('Adom: how the token is sent', () => {
  for (const [name, replies, sent, comesTo] of FORMS) {
    it(name, async () => {
      const { identified, conversation } = await identify(replies);
      for (const { method, url, body, redirect } of conversation.requests) {
        assert.equal(`${method} ${url}`, 'GET https://adom.example/user', 'the server that granted');
        assert.equal(body, undefined);
        assert.equal(redirect, 'manual');
      }
      assert.deepEqual(
        conversation.requests.map(({ at, headers }) => [at, headers]),
        sent.map(([at, form]) => [at, { accept: 'application/json', 'user-agent': 'unit-test/1', ...form }]),
      );
      if (comesTo === 'grantRejected')
        assert.deepEqual(identified, { kind: 'failed', failure: { kind: 'grantRejected' } });
      else {
        assert.ok(identified.kind === 'identified');
        assert.deepEqual(identified.grant, { ...GRANT, sentAs: comesTo });
      }
    });
  }
});

describe('Adom: the server does not return the user', () => {
  for (const [name, replies, times, ranSeconds = times.at(-1)] of UNKNOWN) {
    it(`uses an account for this session: ${name}`, async () => {
      const { identified, conversation, clock } = await identify(replies);
      assert.ok(identified.kind === 'identified');
      const { accountId, ...person } = identified.person;
      assert.match(accountId, /^session-[0-9a-f]{8}$/);
      assert.deepEqual(person, {
        accountLabel: accountId,
        subject: accountId,
        name: accountId,
        provisional: 'user',
      });
      assert.equal(identified.grant.accessToken, 'tok_1');
      assert.deepEqual(conversation.times, times);
      assert.equal(clock.ranMs / 1000, ranSeconds);
    });
  }

  it('gives every such session its own account, without the token in the label', async () => {
    const labels = new Set<string>();
    for (let count = 0; count < 5; count++) {
      const { identified } = await identify([json(404, {})]);
      assert.ok(identified.kind === 'identified');
      labels.add(identified.person.accountLabel);
    }
    assert.equal(labels.size, 5);
    for (const label of labels) assert.doesNotMatch(label, /tok/);
  });
});

describe('Adom: identify, canceled', () => {
  for (const [name, replies, cancelAt] of [
    ['during the first request', [never()], 2],
    ['during the request with the cookie', [after(1, DEAD), never()], 2],
    ['between two requests', [OFFLINE, OFFLINE], 2],
  ] as const) {
    it(`rejects at once ${name}`, async () => {
      const world = adomWorld(replies);
      await assertCancels(world, cancelAt, (signal) => world.service.identify(GRANT, signal));
    });
  }
});

describe('Adom: identify', () => {
  it('asks for no longer than its caller wants', async () => {
    const { clock, conversation, service } = adomWorld(Array<Reply>(4).fill(text(503, '')));
    const identified = await clock.run(service.identify(GRANT, NEVER, { patienceMs: 5_000 }));
    assert.ok(identified.kind === 'identified' && identified.person.provisional === 'user');
    assert.deepEqual(conversation.times, [0, 1, 3, 5]);
    conversation.assertOver();
  });

  it('reports who answers', async () => {
    const { clock, service } = adomWorld([html(200), OFFLINE, DEAD, DEAD, json(200, USER)]);
    const contact: Contact[] = [];
    await clock.run(service.identify(GRANT, NEVER, { onContact: (each) => contact.push(each) }));
    assert.deepEqual(contact, [
      { kind: 'somethingElse', origin: GRANT.server, status: 200 },
      { kind: 'noAnswer' },
      ...Array<Contact>(2).fill({ kind: 'service' }),
    ]);
  });
});

describe('Adom: identify, interrupted', () => {
  const EACH_IN_FIVE_SECONDS: readonly [string, Reply, IdentifyResult['kind'] | undefined][] = [
    ['the user', after(5, json(200, USER)), 'identified'],
    ['a rejection', after(5, DEAD), undefined],
    ['no user', after(5, text(503, '')), undefined],
  ];
  for (const [name, reply, kind] of EACH_IN_FIVE_SECONDS)
    it(`waits for the answer, which can have a new token, and asks for nothing more: ${name}`, async () => {
      const { clock, conversation, service } = adomWorld([reply]);
      const interrupted = new AbortController();
      const identifying = service.identify(GRANT, NEVER, { interrupted: interrupted.signal }).then(
        (result) => result.kind,
        (error: unknown) => (error === interrupted.signal.reason ? undefined : assert.fail()),
      );
      await clock.advance(1_000);
      interrupted.abort(new Error('interrupted'));
      assert.equal(await clock.run(identifying), kind);
      assert.deepEqual([clock.ranMs, clock.pending], [5_000, 0]);
      conversation.assertOver();
    });
});

describe('Adom: identify, in a browser', () => {
  it('sends no cookie after a 401, because a browser would drop it', async () => {
    const { clock, conversation } = adomWorld([DEAD, DEAD, DEAD]);
    const service = adom({ ...conversation.http, inBrowser: true }, () => assert.fail(), serviceTexts);
    const identified = await clock.run(service.identify(GRANT, NEVER));
    assert.deepEqual(identified, { kind: 'failed', failure: { kind: 'needsCookie' } });
    conversation.assertOver();
  });

  it('does not wait long for a service that the browser may block', async () => {
    const { clock, conversation } = adomWorld(Array<Reply>(4).fill(networkError('any')));
    const service = adom({ ...conversation.http, inBrowser: true }, () => assert.fail(), serviceTexts);
    const identified = await clock.run(service.identify(GRANT, NEVER));
    assert.ok(identified.kind === 'identified' && identified.person.provisional === 'user');
    assert.deepEqual(conversation.times, [0, 1, 3, 5]);
  });
});
