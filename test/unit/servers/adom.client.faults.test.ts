import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Failure } from '../../../src/oauth/failure.ts';
import type { WaitResult } from '../../../src/services/service.ts';
import { demoPerson, requestsTo, type AdomServer, type Fault, type StreamFault } from '../../servers/adom.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { adomServer } from './adomApi.ts';
import { adomService, begin, granted, hurried, until, whileTesting } from './client.ts';
import { unreachable } from '../support/unreachable.ts';

const STATUS = 'GET /auth/intents/*/status';
const HTML: Fault = { kind: 'html' };
const BROKEN_STREAM: Fault = {
  kind: 'answer',
  status: 400,
  body: 'event: timeout\ndata:\n\n',
  headers: { 'content-type': 'text/event-stream' },
};
const BUSY: Fault = { kind: 'answer', status: 429, body: { error: 'slow' }, headers: { 'retry-after': '4' } };

/** A second server, which must get no request. */
async function withStranger(): Promise<{ server: AdomServer; stranger: AdomServer }> {
  const [server, stranger] = await Promise.all([adomServer(), adomServer()]);
  return { server, stranger };
}

function asked(server: AdomServer): ('stream' | 'poll')[] {
  return requestsTo(server.requests, STATUS).map(({ headers }) =>
    headers.accept?.includes('event-stream') ? 'stream' : 'poll',
  );
}

/** Starts a sign-in whose first status request hits the fault. */
async function signIn(
  server: AdomServer,
  fault: Fault,
  updates: 'auto' | 'stream' | 'poll' = 'auto',
): Promise<{ waited: Promise<WaitResult>; contact: boolean[] }> {
  const pending = await begin(adomService(server, updates, hurried));
  server.failNext(STATUS, fault);
  const contact: boolean[] = [];
  return { waited: pending.wait(whileTesting(), ({ kind }) => contact.push(kind === 'service')), contact };
}

describe('Adom over HTTP: the request for an intent fails', { concurrency: true }, () => {
  const rows: [name: string, fault: Fault, failure: Failure][] = [
    ['500', { kind: 'answer', status: 500 }, unreachable('serverFault')],
    ['429', BUSY, unreachable('busy')],
    ['a dropped connection', { kind: 'drop' }, unreachable('reset')],
    ['a lost answer', { kind: 'lost' }, unreachable('reset')],
    ['half an answer', { kind: 'truncate' }, unreachable('reset')],
    ['403', { kind: 'answer', status: 403, body: 'Forbidden' }, unreachable('blocked')],
    ['404', { kind: 'answer', status: 404, body: { error: 'Not found' } }, unreachable('notFound')],
    ['a page instead', HTML, unreachable('loginPage')],
    ['no token', { kind: 'rewrite', change: (body) => ({ ...body, token: '' }) }, { kind: 'notTheService' }],
  ];
  for (const [name, fault, failure] of rows) {
    it(name, async () => {
      const server = await adomServer();
      server.failNext('/auth/intents', fault);
      const begun = await adomService(server).begin([], whileTesting());
      assert.deepEqual(begun, { kind: 'failed', failure });
      assert.equal(server.requests.length, 1);
    });
  }

  it('does not follow a redirect', async () => {
    const { server, stranger } = await withStranger();
    server.failNext('/auth/intents', { kind: 'redirect', to: `${stranger.url}/auth/intents`, status: 307 });
    const begun = await adomService(server).begin([], whileTesting());
    assert.deepEqual(begun, { kind: 'failed', failure: unreachable('loginPage') });
    assert.deepEqual(stranger.requests, []);
  });

  it('refuses an updates_url on another origin', async () => {
    const { server, stranger } = await withStranger();
    const updates_url = `${stranger.url}/auth/intents/mine/status`;
    server.failNext('/auth/intents', { kind: 'rewrite', change: (body) => ({ ...body, updates_url }) });
    const begun = await adomService(server).begin([], whileTesting());
    assert.deepEqual(begun, { kind: 'failed', failure: { kind: 'notTheService' } });
    assert.deepEqual(stranger.requests, []);
  });
});

describe('Adom over HTTP: polls when the stream fails', { concurrency: true }, () => {
  const rows: [name: string, fault: Fault, reached?: boolean][] = [
    ['a dropped connection', { kind: 'drop' }],
    ['a stream that ends at once', { kind: 'stream', how: 'cut' }],
    ['a page instead', HTML],
    ['406', { kind: 'answer', status: 406, body: { error: 'no streams here' } }],
    ['400 with an event stream', BROKEN_STREAM],
    ['JSON instead', { kind: 'answer', status: 200, body: { state: 'pending' } }],
    ['500', { kind: 'answer', status: 500 }, false],
    ['429', BUSY],
  ];
  for (const [name, fault, reached = true] of rows) {
    it(`polls after ${name}`, async () => {
      const server = await adomServer();
      const { waited, contact } = await signIn(server, fault);
      await until(() => asked(server).length === 2);
      server.approve();
      granted(await waited);
      assert.deepEqual(asked(server).slice(0, 2), ['stream', 'poll']);
      assert.ok(asked(server).length <= 3 && asked(server).lastIndexOf('stream') === 0);
      assert.equal(server.retrievals(), 1);
      assert.deepEqual([contact[0], contact.at(-1)], [reached, true]);
    });
  }

  it('polls after a redirect, and does not follow it', async () => {
    const { server, stranger } = await withStranger();
    const to = `${stranger.url}/auth/intents/mine/status`;
    const { waited } = await signIn(server, { kind: 'redirect', to });
    await until(() => asked(server).length === 2);
    server.approve();
    granted(await waited);
    assert.deepEqual(stranger.requests, []);
  });

  it('polls once and opens another stream in mode stream', async () => {
    const server = await adomServer();
    const { waited } = await signIn(server, { kind: 'stream', how: 'cut' }, 'stream');
    await until(() => asked(server).length === 3 && server.openStreams === 1);
    server.approve();
    granted(await waited);
    assert.deepEqual(asked(server), ['stream', 'poll', 'stream']);
  });
});

describe('Adom over HTTP: the end of the stream', { concurrency: true }, () => {
  const rows: [how: StreamFault, asks: ('stream' | 'poll')[], retrievals: number][] = [
    ['half-event', ['stream', 'poll'], 2],
    ['malformed', ['stream', 'poll'], 2],
    ['empty-token', ['stream', 'poll'], 2],
    ['no-token', ['stream', 'poll'], 2],
    ['lost', ['stream', 'poll'], 2],
    ['twice', ['stream'], 1],
  ];
  for (const [how, asks, retrievals] of rows) {
    it(`gets the session after the stream fault ${how}`, async () => {
      const server = await adomServer();
      const service = adomService(server);
      const { waited } = await signIn(server, { kind: 'stream', how });
      await until(() => server.openStreams === 1);
      server.approve();
      const identified = await service.identify(granted(await waited), whileTesting());
      assert.equal(identified.kind === 'identified' && identified.person.accountId, demoPerson.user.id);
      assert.deepEqual(asked(server), asks);
      assert.equal(server.retrievals(), retrievals);
      await until(() => server.openStreams === 0);
    });
  }

  for (const [name, fault, asks] of [
    ['timeout event', undefined, ['stream']],
    ['timeout event without a data line', 'bare-timeout', ['stream', 'poll']],
  ] as const) {
    it(`expires after a ${name}`, async () => {
      const server = await adomServer();
      if (fault !== undefined) server.failNext(STATUS, { kind: 'stream', how: fault });
      const waited = (await begin(adomService(server))).wait(whileTesting(), () => undefined);
      await until(() => server.openStreams === 1);
      server.expire();
      assert.deepEqual(await waited, { kind: 'expired' });
      assert.deepEqual(asked(server), asks);
    });
  }

  it('closes a silent stream after 45 s, and polls', async () => {
    const server = await adomServer();
    const clock = new FakeClock();
    const pending = await begin(adomService(server, 'auto', clock));
    server.failNext(STATUS, { kind: 'stream', how: 'silent' });
    const waited = pending.wait(whileTesting(), () => undefined);
    await until(() => server.openStreams === 1);
    server.approve();
    // The server opens the stream shortly before the client notices and starts counting.
    while (asked(server).length === 1) await clock.advance(5_000);
    granted(await waited);
    assert.ok(clock.ranMs >= 45_000 && clock.ranMs < 300_000, `${clock.ranMs} ms`);
    assert.deepEqual(asked(server), ['stream', 'poll']);
    await until(() => server.openStreams === 0);
  });
});
