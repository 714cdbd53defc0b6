import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import { systemClock } from '../../../src/base/clock.ts';
import { NEVER } from '../../../src/base/timeLimit.ts';
import { askClawNet, type ListName, type StatementsAnswer } from '../../../src/identityPage/clawNetApi.ts';
import { bapIdOf, saidOfDemoPerson, startClawNetServer, type ClawNetServer } from '../../servers/clawnet.ts';
import type { Fault } from '../../servers/faults.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const TARGET = '3DgKFHRq8n2RDjF4dZEyncXVc1Rf';

describe('the ClawNet API client', () => {
  let server: ClawNetServer;
  let log: RecordingLog;
  let sent = 0;
  before(async () => {
    server = await startClawNetServer();
  });
  after(() => server.close());
  afterEach(() => {
    server.requests.length = 0;
  });

  const ask = (
    list: ListName,
    {
      cursor,
      apiUrl = server.url,
      bapId = TARGET,
    }: { cursor?: string; apiUrl?: string; bapId?: string } = {},
  ): Promise<StatementsAnswer> => {
    log = new RecordingLog();
    sent = 0;
    const send: typeof fetch = (...request) => {
      sent++;
      return fetch(...request);
    };
    const http = { fetch: send, clock: systemClock, log, userAgent: 'unit-test/1' };
    return askClawNet(http, apiUrl, list, bapId, cursor, NEVER);
  };
  const statements = async (...question: Parameters<typeof ask>) => {
    const answer = await ask(...question);
    assert.ok(answer.kind === 'statements', answer.kind);
    return answer;
  };
  /** Parses a response with these entries. */
  const readOf = async (list: ListName, entries: readonly unknown[]) => {
    const name = list === 'trust' ? 'edges' : 'attestations';
    fail({ kind: 'answer', status: 200, body: { [name]: entries, hasMore: false } }, list);
    return (await statements(list)).statements;
  };
  const fail = (fault: Fault, list: ListName = 'trust'): void => {
    server.failNext(`/api/v1/${list}`, fault);
  };

  it('reads trust: name, reason, on-chain state and time', async () => {
    const [first, second, third] = (await statements('trust')).statements;
    const [edge] = saidOfDemoPerson.trust;
    assert.deepEqual(first, {
      by: bapIdOf(0),
      name: 'Robin Sage',
      reason: 'Reviewed my code for years',
      isOnChain: true,
      isRevoked: false,
      saidAtMs: edge?.createdAt,
    });
    assert.equal(second?.isOnChain, false);
    assert.ok(third && !('reason' in third));
  });

  it('reads vouches for and against, and revoked ones', async () => {
    const vouches = (await statements('vouches')).statements;
    assert.deepEqual(
      vouches.map(({ verdict, isRevoked }) => [verdict, isRevoked]),
      [
        ['safe', false],
        ['unsafe', false],
        ['unsafe', true],
      ],
    );
    assert.ok(vouches.every(({ name }) => name === undefined));
  });

  it('reads page by page', async () => {
    const { statements: page, cursor } = await statements('trust');
    assert.equal(page.length, 20);
    assert.ok(cursor);
    const last = await statements('trust', { cursor });
    assert.deepEqual(
      [...page, ...last.statements].map(({ by }) => by),
      saidOfDemoPerson.trust.map(({ sourceBapId }) => sourceBapId),
    );
    assert.ok(!('cursor' in last));
  });

  it('returns nothing for an unknown ID', async () => {
    assert.deepEqual(await ask('trust', { bapId: 'nobody' }), { kind: 'statements', statements: [] });
    assert.deepEqual(await ask('vouches', { bapId: 'nobody' }), { kind: 'statements', statements: [] });
  });

  it('sends only the BAP ID, and no token or cookie', async () => {
    await ask('trust', { bapId: 'a&b=c' });
    await ask('vouches', { cursor: 'd e' });
    assert.deepEqual(
      server.requests.map(({ method, path, query }) => [method, path, query]),
      [
        ['GET', '/api/v1/trust', '?target=a%26b%3Dc&limit=20'],
        ['GET', '/api/v1/vouches', `?target=${TARGET}&limit=20&cursor=d+e`],
      ],
    );
    for (const { headers } of server.requests)
      assert.deepEqual(
        Object.keys(headers).filter((name) => /auth|cookie|token/i.test(name)),
        [],
      );
  });

  it('makes texts single-line, safe and short', async () => {
    const [edge] = await readOf('trust', [
      {
        ...saidOfDemoPerson.trust[0],
        profile: { alternateName: 'Ann\u202Egnp.exe\n[x](command:quit)' },
        reason: `a\u0000b\u2066${'x'.repeat(10_000)}`,
      },
    ]);
    assert.equal(edge?.name, 'Anngnp.exe [x] (command:quit)');
    assert.equal(edge.reason, `a b${'x'.repeat(497)}…`);
  });

  it('skips malformed entries and keeps the rest', async () => {
    const [edge] = saidOfDemoPerson.trust;
    const read = await readOf('trust', [
      null,
      7,
      {},
      { ...edge, sourceBapId: '<b>' },
      { ...edge, sourceBapId: 'x'.repeat(200) },
      { sourceBapId: 'bare' },
      { ...edge, sourceBapId: 'odd', profile: 'x', reason: {}, onChain: 'yes', createdAt: 1e300 },
      { ...edge, sourceBapId: 'blank', profile: { alternateName: ' \u200B' }, reason: '\u2066' },
    ]);
    assert.deepEqual(
      read.map(({ saidAtMs, ...rest }) => rest),
      [
        { by: 'bare', isOnChain: false, isRevoked: false },
        { by: 'odd', isOnChain: false, isRevoked: false },
        { by: 'blank', isOnChain: true, isRevoked: false },
      ],
    );
    assert.equal(read[1]?.saidAtMs, undefined);
  });

  it('treats a vouch as revoked unless it says otherwise', async () => {
    const [vouch] = saidOfDemoPerson.vouches;
    const read = await readOf(
      'vouches',
      [undefined, null, false, true, 'false', 0].map((revoked) => ({ ...vouch, revoked })),
    );
    assert.deepEqual(
      read.map(({ isRevoked }) => isRevoked),
      [false, false, false, true, true, true],
    );
    assert.deepEqual(await readOf('vouches', [{ ...vouch, verdict: 'excellent' }]), []);
  });

  it('reads at most a hundred entries per page', async () => {
    const edges = Array.from({ length: 300 }, (_, index) => ({ sourceBapId: bapIdOf(index) }));
    assert.equal((await readOf('trust', edges)).length, 100);
  });

  it('has no next page without a cursor', async () => {
    for (const cursor of [undefined, '', 7, 'x'.repeat(20_000)]) {
      fail({ kind: 'answer', status: 200, body: { edges: [], hasMore: true, cursor } });
      assert.deepEqual(await ask('trust'), { kind: 'statements', statements: [] });
    }
    fail({ kind: 'answer', status: 200, body: { edges: [], hasMore: false, cursor: 'more' } });
    assert.deepEqual(await ask('trust'), { kind: 'statements', statements: [] });
  });

  for (const fault of [
    { kind: 'drop' },
    { kind: 'truncate' },
    { kind: 'html' },
    { kind: 'redirect', to: 'http://127.0.0.1:1/' },
    { kind: 'answer', status: 500, body: {} },
    { kind: 'answer', status: 404, body: { edges: [], hasMore: false } },
    { kind: 'answer', status: 200, body: { attestations: [], hasMore: false } },
    { kind: 'answer', status: 200, body: [] },
    { kind: 'answer', status: 200, body: { edges: 'many' } },
    {
      kind: 'answer',
      status: 200,
      body: { edges: [], hasMore: false, padding: Array(50).fill('x'.repeat(100_000)) },
    },
  ] satisfies Fault[])
    it(`fails on this response: ${JSON.stringify(fault).slice(0, 80)}`, async () => {
      fail(fault);
      assert.deepEqual(await ask('trust'), { kind: 'failed' });
      assert.equal(server.requests.length, 1);
      assert.ok(log.lines.length > 0, 'nothing is logged');
    });

  it('fails on a response without a list of vouches, and logs it', async () => {
    fail({ kind: 'answer', status: 200, body: { edges: [], hasMore: false } }, 'vouches');
    assert.deepEqual(await ask('vouches'), { kind: 'failed' });
    assert.match(log.lines.at(-1) ?? '', /^warn The answer is not ClawNet’s: \$?\w+\.$/);
  });

  it('omits a time outside the range of dates', async () => {
    const [edge] = saidOfDemoPerson.trust;
    const read = await readOf(
      'trust',
      [8.64e15, 8.64e15 + 2].map((createdAt) => ({ ...edge, createdAt })),
    );
    assert.deepEqual(
      read.map(({ saidAtMs }) => saidAtMs),
      [8.64e15, undefined],
    );
  });

  for (const apiUrl of ['', 'http://clawnet.example/api/v1', 'https://user:pw@clawnet.example', 'nonsense'])
    it(`sends nothing to an insecure URL: "${apiUrl}"`, async () => {
      assert.deepEqual(await ask('trust', { apiUrl }), { kind: 'failed' });
      assert.equal(sent, 0);
      assert.deepEqual(log.lines, ['warn ClawNet was not asked: its setting is not an https address.']);
    });
});
