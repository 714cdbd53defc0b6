import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Failure } from '../../../../src/oauth/failure.ts';
import { after, json } from '../../support/conversation.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { STATUS_URL } from '../../support/intentScenario.ts';
import { ask, create, having } from '../../support/createdIntent.ts';

const NOT_THE_SERVICE: Failure = { kind: 'notTheService' };
/** The time of the answer: the fake clock starts here. */
const NOW_MS = new FakeClock().now();
const at = (seconds: number): string => new Date(NOW_MS + seconds * 1000).toISOString();

/** The status address for an updates_url. Undefined: the intent is refused, and nothing is sent. */
const UPDATES_URLS: [name: string, updatesUrl: unknown, statusUrl: string | undefined][] = [
  ['with /status', STATUS_URL, STATUS_URL],
  ['without /status', 'https://adom.example/auth/intents/int_1', STATUS_URL],
  ['with a slash at its end', 'https://adom.example/auth/intents/int_1/', STATUS_URL],
  ['with two slashes at its end', 'https://adom.example/auth/intents/int_1//', STATUS_URL],
  ['missing', undefined, STATUS_URL],
  ['null', null, STATUS_URL],
  ['with a query', `${STATUS_URL}?v=2`, `${STATUS_URL}?v=2`],
  ['with a query, without /status', 'https://adom.example/auth/intents/int_1?v=2', `${STATUS_URL}?v=2`],
  [
    'with /status in its query only',
    'https://adom.example/x?to=/status',
    'https://adom.example/x/status?to=/status',
  ],
  [
    'at another path',
    'https://adom.example/v2/updates/int_1',
    'https://adom.example/v2/updates/int_1/status',
  ],
  ['in capitals, with the port of https', 'HTTPS://Adom.Example:443/auth/intents/int_1/status', STATUS_URL],
  ['over http', STATUS_URL.replace('https', 'http'), undefined],
  ['on another host', 'https://evil.example/auth/intents/int_1/status', undefined],
  ['on a subdomain of our host', 'https://x.adom.example/auth/intents/int_1/status', undefined],
  ['on a host that begins with our host', 'https://adom.example.evil.example/status', undefined],
  ['on another port', 'https://adom.example:8443/auth/intents/int_1/status', undefined],
  ['with our host as the user name', 'https://adom.example@evil.example/status', undefined],
  ['with a password', 'https://a:b@adom.example/auth/intents/int_1/status', undefined],
  ['without an origin', '/auth/intents/int_1/status', undefined],
  ['a script', 'javascript:alert(1)', undefined],
  ['empty', '', undefined],
  ['a number', 7, undefined],
];

/** The life in seconds from the answer. Our clock says 12:00. */
const LIVES: [name: string, times: { created_at?: unknown; expires_at?: unknown }, seconds: number][] = [
  ['15 minutes', { created_at: at(0), expires_at: at(900) }, 900],
  ['shorter', { created_at: at(0), expires_at: at(300) }, 300],
  ['longer than 15 minutes', { created_at: at(0), expires_at: at(86_400) }, 900],
  ['our clock is two hours slow', { created_at: at(7_200), expires_at: at(7_200 + 600) }, 600],
  ['our clock is two hours fast', { created_at: at(-7_200), expires_at: at(-7_200 + 600) }, 600],
  ['no times', { created_at: undefined, expires_at: undefined }, 900],
  ['null', { created_at: null, expires_at: null }, 900],
  ['no expires_at', { created_at: at(0), expires_at: undefined }, 900],
  ['no created_at', { created_at: undefined, expires_at: at(600) }, 600],
  ['no created_at, and our clock is slow', { created_at: undefined, expires_at: at(7_800) }, 900],
  ['no created_at, and our clock is fast', { created_at: undefined, expires_at: at(-6_600) }, 0],
  ['a malformed expires_at', { created_at: at(0), expires_at: 'soon' }, 900],
  ['a malformed created_at', { created_at: 'now', expires_at: at(600) }, 600],
  ['numbers', { created_at: 1_750_000_000, expires_at: 1_750_000_900 }, 900],
  ['expires_at before created_at', { created_at: at(0), expires_at: at(-60) }, 0],
  ['with an offset', { created_at: '2025-06-15T14:00:00+02:00', expires_at: '2025-06-15T12:10:00Z' }, 600],
  ['without a zone', { created_at: '2025-06-15T01:00:00', expires_at: '2025-06-15T01:10:00' }, 600],
  [
    'with microseconds',
    { created_at: '2025-06-15T12:00:00.000000Z', expires_at: '2025-06-15T12:10:00.000000Z' },
    600,
  ],
];

describe('createIntent: the answer', () => {
  it('reads all members, and counts the lifetime from the arrival of the answer', async () => {
    const reply = having({ confirmation_code: 'BCDF-GHJK', requested_max_age: 2_592_000, motto: 'hi' });
    assert.deepEqual(await create(after(2, reply)), {
      authUrl: 'https://browser.example/auth/intent?token=int_1',
      statusUrl: STATUS_URL,
      confirmationCode: 'BCDF-GHJK',
      deadlineMs: NOW_MS + 2_000 + 900_000,
      sessionMaxAgeSeconds: 2_592_000,
    });
  });

  it('accepts a token alone, and a 200', async () => {
    assert.deepEqual(await create(json(200, { token: 'a/b?c#d e' })), {
      authUrl: 'https://browser.example/auth/intent?token=a%2Fb%3Fc%23d%20e',
      statusUrl: 'https://adom.example/auth/intents/a%2Fb%3Fc%23d%20e/status',
      deadlineMs: NOW_MS + 900_000,
      sessionMaxAgeSeconds: 2_592_000,
    });
  });

  it('accepts a confirmation code of 64 characters', async () => {
    const { confirmationCode } = await create(having({ confirmation_code: 'B'.repeat(64) }));
    assert.equal(confirmationCode?.length, 64);
  });

  for (const [name, confirmation_code] of [
    ['none', undefined],
    ['null', null],
    ['empty', ''],
  ] as const) {
    it(`has no confirmation code if it is ${name}`, async () => {
      assert.ok(!('confirmationCode' in (await create(having({ confirmation_code })))));
    });
  }

  for (const [name, requested_max_age, seconds] of [
    ['as asked for', 2_592_000, 2_592_000],
    ['shortened by the server', 3_600, 3_600],
    ['missing', undefined, 2_592_000],
    ['null', null, 2_592_000],
    ['a number as text', '3600', 3_600],
    ['no number', 'long', 2_592_000],
    ['nothing', 0, 2_592_000],
    ['less than nothing', -1, 2_592_000],
  ] as const) {
    it(`has the lifetime of the session: ${name}`, async () => {
      assert.equal((await create(having({ requested_max_age }))).sessionMaxAgeSeconds, seconds);
    });
  }

  it('has the address to open, byte for byte', async () => {
    const auth_url = 'HTTPS://Browser.Example:443/a/../auth/intent?token=%69nt_1&x=é#y';
    assert.equal((await create(having({ auth_url }))).authUrl, auth_url);
  });

  for (const auth_url of [undefined, null]) {
    it(`builds the page address when auth_url is ${String(auth_url)}`, async () => {
      const { authUrl } = await create(having({ auth_url }));
      assert.equal(authUrl, 'https://browser.example/auth/intent?token=int_1');
    });
  }

  for (const auth_url of [
    'http://browser.example/auth/intent?token=int_1',
    'command:workbench.action.quit',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'vscode://evil.extension/?token=int_1',
    'https://browser.example:pw@evil.example/',
    '/auth/intent?token=int_1',
    '',
    7,
  ]) {
    it(`refuses the auth_url "${auth_url}"`, async () => {
      const { result } = await ask(having({ auth_url }));
      assert.deepEqual(result, { kind: 'failed', failure: NOT_THE_SERVICE });
    });
  }

  for (const [name, updates_url, statusUrl] of UPDATES_URLS) {
    it(`${statusUrl === undefined ? 'refuses' : 'accepts'} an updates_url ${name}`, async () => {
      const { result } = await ask(having({ updates_url }));
      if (statusUrl === undefined) assert.deepEqual(result, { kind: 'failed', failure: NOT_THE_SERVICE });
      else assert.equal(result.kind === 'created' && result.intent.statusUrl, statusUrl);
    });
  }

  it('accepts a server on this machine', async () => {
    const updates_url = 'http://localhost:4000/auth/intents/int_1';
    const reply = having({ auth_url: 'http://localhost:4000/auth/intent?token=int_1', updates_url });
    assert.equal((await create(reply, 'http://localhost:4000')).statusUrl, `${updates_url}/status`);
    const { result } = await ask(
      having({ updates_url: 'http://localhost:4001/auth/intents/int_1' }),
      'http://localhost:4000',
    );
    assert.deepEqual(result, { kind: 'failed', failure: NOT_THE_SERVICE });
  });

  for (const [name, times, seconds] of LIVES) {
    it(`has a lifetime of ${seconds} s: ${name}`, async () => {
      assert.equal((await create(having(times))).deadlineMs - NOW_MS, seconds * 1000);
    });
  }
});
