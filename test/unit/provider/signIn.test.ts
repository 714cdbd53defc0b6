import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Failure } from '../../../src/protocol/failure.ts';
import { signIn, type SignInResult } from '../../../src/provider/signIn.ts';
import type { Person } from '../../../src/services/person.ts';
import type { Begun, Grant, Identified, IdentityService, Waited } from '../../../src/services/service.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeScreen } from '../support/fakeScreen.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const GRANT: Grant = { server: 'https://auth.example', accessToken: 'canary-token' };
const LEARNT: Grant = { ...GRANT, expiresAtMs: 5_000 };
const PERSON: Person = { accountId: 'bap-1', accountLabel: 'Ann (bap-1)', subject: 'user-1', name: 'Ann' };
const DENIED: Failure = { kind: 'denied' };
const UNREACHABLE: Failure = { kind: 'unreachable' };
const REASON = new Error('cancelled');

/** How long each step of the service takes. */
const BEGIN_MS = 1_000;
const WAIT_MS = 60_000;
const IDENTIFY_MS = 2_000;
const OFFER_MS = 10 * 60_000;

/** What a service does, step by step; each list is used up from its front. */
interface Script {
  readonly begins?: readonly (Failure | 'code')[];
  readonly waits?: readonly Waited[];
  readonly identifies?: Failure | 'person';
  readonly revoke?: 'works' | 'hangs';
  /** After how many seconds the person asks for a new code, expiry by expiry. */
  readonly wishes?: readonly number[];
  readonly cancelAtMs?: number;
}

interface Outcome {
  readonly result: SignInResult | 'cancelled';
  readonly endedAtMs: number;
  readonly screen: FakeScreen;
  readonly calls: string[];
  readonly log: RecordingLog;
}

/** Runs one sign-in to its end, and what goes on in the background to its own. */
async function run(script: Script): Promise<Outcome> {
  const clock = new FakeClock();
  const screen = new FakeScreen(clock, script.wishes);
  const log = new RecordingLog();
  const calls: string[] = [];
  const cancel = new AbortController();
  if (script.cancelAtMs !== undefined) {
    clock.at(script.cancelAtMs, () => {
      cancel.abort(REASON);
    });
  }
  const flow = signIn(service(script, clock, calls), ['openid'], screen, clock, log, cancel.signal);
  const result = await clock.run(flow).catch((error: unknown) => {
    assert.equal(error, REASON, 'nothing but a cancel may reject');
    return 'cancelled' as const;
  });
  const endedAtMs = clock.ranMs;
  await clock.advance(60_000);
  assert.equal(clock.pending, 0, 'timers left over');
  for (const line of log.lines) assert.doesNotMatch(line, /canary/);
  return { result, endedAtMs, screen, calls, log };
}

function service(
  {
    begins = ['code'],
    waits = [{ kind: 'granted', grant: GRANT }],
    identifies = 'person',
    revoke = 'works',
  }: Script,
  clock: FakeClock,
  calls: string[],
): IdentityService {
  const [beginsLeft, waitsLeft] = [[...begins], [...waits]];
  let codes = 0;
  return {
    id: 'adom',
    label: 'Test Identity',
    purpose: 'test',
    defaultScopes: [],
    settings: { server: 'test.server', client: 'test.client' },
    begin: async (scopes, signal): Promise<Begun> => {
      calls.push(`begin ${scopes.join(' ')}`);
      await clock.sleep(BEGIN_MS, signal);
      const begun = beginsLeft.shift();
      assert.ok(begun, 'one code too many');
      if (begun !== 'code') return { kind: 'failed', failure: begun };
      return {
        kind: 'pending',
        pending: {
          userCode: `canary-code-${++codes}`,
          browserUri: 'https://auth.example/canary',
          deadlineMs: clock.now() + WAIT_MS,
          wait: async (waitSignal, onContact) => {
            calls.push('wait');
            onContact(false);
            await clock.sleep(WAIT_MS, waitSignal);
            onContact(true);
            const waited = waitsLeft.shift();
            assert.ok(waited, 'one wait too many');
            return waited;
          },
        },
      };
    },
    identify: async (grant, signal): Promise<Identified> => {
      calls.push(`identify ${grant.accessToken}`);
      await clock.sleep(IDENTIFY_MS, signal);
      if (identifies !== 'person') return { kind: 'failed', failure: identifies };
      return { kind: 'identified', person: PERSON, grant: LEARNT };
    },
    verify: () => assert.fail('nobody asked for it'),
    revoke: async (grant, signal) => {
      calls.push(`revoke ${grant.accessToken}`);
      if (revoke === 'hangs') await clock.sleep(3_600_000, signal);
    },
  };
}

const EXPIRED: Waited = { kind: 'expired' };
const ONE_CODE = ['pending', 'offline', 'reached'];
const BEGUN_AND_WAITED = ['begin openid', 'wait'];

describe('sign-in: to its end', () => {
  it('with the grant as it came back with the person', async () => {
    const { result, endedAtMs, screen, calls } = await run({});
    assert.deepEqual(result, { kind: 'signedIn', grant: LEARNT, person: PERSON });
    assert.equal(endedAtMs, BEGIN_MS + WAIT_MS + IDENTIFY_MS);
    assert.deepEqual(screen.seen, [...ONE_CODE, 'finishing']);
    assert.deepEqual(calls, [...BEGUN_AND_WAITED, 'identify canary-token']);
  });

  it('without a code', async () => {
    const { result, screen, calls } = await run({ begins: [UNREACHABLE] });
    assert.deepEqual(result, { kind: 'failed', failure: UNREACHABLE });
    assert.deepEqual(screen.seen, []);
    assert.deepEqual(calls, ['begin openid']);
  });

  it('denied', async () => {
    const { result, screen, calls } = await run({ waits: [{ kind: 'failed', failure: DENIED }] });
    assert.deepEqual(result, { kind: 'failed', failure: DENIED });
    assert.deepEqual(screen.seen, ONE_CODE);
    assert.deepEqual(calls, BEGUN_AND_WAITED);
  });

  it('a token without a person is revoked, in the background', async () => {
    const { result, endedAtMs, calls } = await run({ identifies: UNREACHABLE, revoke: 'hangs' });
    assert.deepEqual(result, { kind: 'failed', failure: UNREACHABLE });
    assert.equal(endedAtMs, BEGIN_MS + WAIT_MS + IDENTIFY_MS, 'nobody waits for it');
    assert.deepEqual(calls, [...BEGUN_AND_WAITED, 'identify canary-token', 'revoke canary-token']);
  });
});

describe('sign-in: an expired code', () => {
  it('is followed by a new one at the person’s wish', async () => {
    const { result, screen, calls } = await run({
      begins: ['code', 'code'],
      waits: [EXPIRED, { kind: 'granted', grant: GRANT }],
      wishes: [30],
    });
    assert.equal(result !== 'cancelled' && result.kind, 'signedIn');
    assert.deepEqual(screen.seen, [...ONE_CODE, 'expired', ...ONE_CODE, 'finishing']);
    assert.deepEqual(screen.codes, ['canary-code-1', 'canary-code-2']);
    assert.deepEqual(calls, [...BEGUN_AND_WAITED, ...BEGUN_AND_WAITED, 'identify canary-token']);
  });

  it('and again, as often as they wish', async () => {
    const { result, screen } = await run({
      begins: ['code', 'code', 'code'],
      waits: [EXPIRED, EXPIRED, { kind: 'failed', failure: DENIED }],
      wishes: [0, OFFER_MS / 1000 - 1],
    });
    assert.deepEqual(result, { kind: 'failed', failure: DENIED });
    assert.equal(screen.codes.length, 3);
  });

  it('is the end when nobody wants a new one for ten minutes', async () => {
    const { result, endedAtMs, calls } = await run({ waits: [EXPIRED] });
    assert.deepEqual(result, { kind: 'expired' });
    assert.equal(endedAtMs, BEGIN_MS + WAIT_MS + OFFER_MS);
    assert.deepEqual(calls, BEGUN_AND_WAITED);
  });

  it('is the end when a wish comes too late', async () => {
    const { result } = await run({ waits: [EXPIRED], wishes: [OFFER_MS / 1000 + 1] });
    assert.deepEqual(result, { kind: 'expired' });
  });

  it('and no new one to be had', async () => {
    const { result } = await run({ begins: ['code', UNREACHABLE], waits: [EXPIRED], wishes: [5] });
    assert.deepEqual(result, { kind: 'failed', failure: UNREACHABLE });
  });
});

describe('sign-in: cancelled at once', () => {
  const cases: [when: string, cancelAtMs: number, calls: string[], script?: Script][] = [
    ['as soon as it begins', 0, ['begin openid']],
    ['while the code is asked for', 500, ['begin openid']],
    ['while the person is in the browser', BEGIN_MS + 5_000, BEGUN_AND_WAITED],
    [
      'while a new code is offered',
      BEGIN_MS + WAIT_MS + 5_000,
      BEGUN_AND_WAITED,
      { waits: [EXPIRED], wishes: [3_600] },
    ],
    [
      'while the second code is asked for',
      BEGIN_MS + WAIT_MS + 5_500,
      [...BEGUN_AND_WAITED, 'begin openid'],
      { waits: [EXPIRED], wishes: [5] },
    ],
    [
      'after the grant, whose token is revoked',
      BEGIN_MS + WAIT_MS + 1_000,
      [...BEGUN_AND_WAITED, 'identify canary-token', 'revoke canary-token'],
    ],
    [
      'after the grant, while the server is away',
      BEGIN_MS + WAIT_MS + 1_000,
      [...BEGUN_AND_WAITED, 'identify canary-token', 'revoke canary-token'],
      { revoke: 'hangs' },
    ],
  ];
  for (const [when, cancelAtMs, calls, script] of cases) {
    it(when, async () => {
      const outcome = await run({ ...script, cancelAtMs });
      assert.equal(outcome.result, 'cancelled');
      assert.equal(outcome.endedAtMs, cancelAtMs);
      assert.deepEqual(outcome.calls, calls);
    });
  }
});

describe('sign-in: revoking', () => {
  it('is given five seconds', async () => {
    const { log } = await run({ identifies: UNREACHABLE, revoke: 'hangs' });
    assert.equal(log.lines.at(-1), 'warn Test Identity could not be asked in time to end the session.');
  });

  it('is noted', async () => {
    const { log } = await run({ identifies: UNREACHABLE });
    assert.equal(log.lines.at(-1), 'info Asked Test Identity to end the session.');
  });
});
