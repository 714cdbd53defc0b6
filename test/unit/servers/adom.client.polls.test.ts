import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Failure } from '../../../src/oauth/failure.ts';
import type { IdentifyResult, WaitResult } from '../../../src/services/service.ts';
import { demoPerson, requestsTo, type AdomServer, type Fault } from '../../servers/adom.ts';
import { adomServer, sessionToken } from './adomApi.ts';
import { adomService, begin, granted, hurried, whileTesting } from './client.ts';

const STATUS = 'GET /auth/intents/*/status';
const HTML: Fault = { kind: 'html' };
const GONE: Fault = { kind: 'answer', status: 404, body: { error: 'Not found' } };
const REDIRECT: Fault = { kind: 'redirect', to: 'http://127.0.0.1:9/elsewhere' };

/** Waits for an approved intent whose first poll hits the fault. */
async function pollInto(server: AdomServer, fault: Fault): Promise<WaitResult> {
  const pending = await begin(adomService(server, 'poll', hurried));
  server.approve();
  server.failNext(STATUS, fault);
  return pending.wait(whileTesting(), () => undefined);
}

describe('Adom over HTTP: a poll fails', { concurrency: true }, () => {
  const passing: [name: string, fault: Fault, retrievals: number][] = [
    ['a dropped connection', { kind: 'drop' }, 1],
    ['a lost answer with the token', { kind: 'lost' }, 2],
    ['half an answer with the token', { kind: 'truncate' }, 2],
    ['a page instead', HTML, 1],
    ['a redirect', REDIRECT, 1],
    ['503', { kind: 'answer', status: 503 }, 1],
    ['429', { kind: 'answer', status: 429, headers: { 'retry-after': '1' } }, 1],
  ];
  for (const [name, fault, retrievals] of passing) {
    it(`polls again after ${name}`, async () => {
      const server = await adomServer();
      granted(await pollInto(server, fault));
      assert.equal(requestsTo(server.requests, STATUS).length, 2);
      assert.equal(server.retrievals(), retrievals);
    });
  }

  const final: [name: string, fault: Fault, end: Failure | { kind: 'expired' }][] = [
    ['404', GONE, { kind: 'codeSpent' }],
    ['410', { kind: 'answer', status: 410, body: { error: 'Intent expired' } }, { kind: 'expired' }],
    [
      'an empty token',
      { kind: 'rewrite', change: (body) => ({ ...body, session_token: '' }) },
      { kind: 'codeSpent' },
    ],
    ['no token', { kind: 'rewrite', change: ({ state }) => ({ state }) }, { kind: 'codeSpent' }],
  ];
  for (const [name, fault, end] of final) {
    it(`ends after ${name}`, async () => {
      const server = await adomServer();
      const expected = end.kind === 'expired' ? end : { kind: 'failed', failure: end };
      assert.deepEqual(await pollInto(server, fault), expected);
      assert.equal(requestsTo(server.requests, STATUS).length, 1);
    });
  }
});

describe('Adom over HTTP: the request for the user fails', { concurrency: true }, () => {
  async function identify(
    fault: Fault,
    times = 1,
  ): Promise<{ server: AdomServer; identified: IdentifyResult }> {
    const server = await adomServer();
    const grant = { server: server.url, accessToken: await sessionToken(server) };
    server.failNext('GET /user', fault, times);
    const identified = await adomService(server, 'auto', hurried).identify(grant, whileTesting());
    return { server, identified };
  }

  for (const [name, fault, times] of [
    ['a dropped connection', { kind: 'drop' }, 1],
    ['a page instead', HTML, 1],
    ['a redirect', REDIRECT, 1],
    ['500 three times', { kind: 'answer', status: 500 }, 3],
    ['no id', { kind: 'rewrite', change: () => ({ id: '' }) }, 1],
  ] as const) {
    it(`repeats the request after ${name}`, async () => {
      const { server, identified } = await identify(fault, times);
      assert.equal(identified.kind === 'identified' && identified.person.accountId, demoPerson.user.id);
      assert.equal(requestsTo(server.requests, 'GET /user').length, times + 1);
    });
  }

  it('uses an account for this session after 404', async () => {
    const { server, identified } = await identify(GONE);
    assert.ok(identified.kind === 'identified');
    assert.match(identified.person.accountLabel, /^session-[0-9a-f]{8}$/);
    assert.equal(requestsTo(server.requests, 'GET /user').length, 1);
  });

  it('fails when the token is refused in both forms three times', async () => {
    const refused: Fault = { kind: 'answer', status: 401, body: { error: 'Unauthorized' } };
    const { server, identified } = await identify(refused, 6);
    assert.deepEqual(identified, { kind: 'failed', failure: { kind: 'grantRejected' } });
    const [first, second, , , , ...others] = requestsTo(server.requests, 'GET /user');
    assert.ok(first?.headers.authorization?.startsWith('Bearer tok_') && !first.headers.cookie);
    assert.ok(second?.headers.cookie?.startsWith('session_token=tok_') && !second.headers.authorization);
    assert.equal(others.length, 1);
  });
});
