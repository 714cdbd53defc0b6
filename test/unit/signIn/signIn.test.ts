import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';

import { NO_INTERRUPTION } from '../../../src/base/interruption.ts';
import type { Failure } from '../../../src/oauth/failure.ts';
import type { LiveSession } from '../../../src/sessions/record.ts';
import type { SignInResult, SignInRun } from '../../../src/signIn/signIn.ts';
import { type Person, provisionalPerson } from '../../../src/services/person.ts';
import type {
  BeginResult,
  Grant,
  IdentifyResult,
  IdentityService,
  WaitResult,
} from '../../../src/services/service.ts';
import { FakeClock, START_MS } from '../support/fakeClock.ts';
import type { FakeScreen } from '../support/fakeScreen.ts';
import { recordOf } from '../support/record.ts';
import type { RecordingLog } from '../support/recordingLog.ts';
import { SignInWorld } from '../support/signInWorld.ts';
import { serviceTexts } from '../support/serviceTexts.ts';

const GRANT: Grant = { server: 'https://auth.example', accessToken: 'canary-token' };
const LEARNT: Grant = { ...GRANT, expiresAtMs: 9e15 };
const RENEWED: Grant = { ...GRANT, accessToken: 'canary-renewed' };
const PERSON: Person = { accountId: 'bap-1', accountLabel: 'Ann (bap-1)', subject: 'user-1', name: 'Ann' };
const DENIED: Failure = { kind: 'denied' };
const SPENT: Failure = { kind: 'codeSpent' };
const UNREACHABLE: Failure = { kind: 'unreachable', problem: 'dns' };

/** How long each step of the service takes. */
const BEGIN_MS = 1_000;
const WAIT_MS = 60_000;
const IDENTIFY_MS = 2_000;
const OFFER_MS = 10 * 60_000;
/** When the session is to be stored. */
const STORE_AT_MS = BEGIN_MS + WAIT_MS + IDENTIFY_MS;

/** What happens, step by step. Each list is used up from its front. */
interface Script {
  readonly scopes?: readonly string[];
  /** The account that must sign in. */
  readonly accountId?: string;
  readonly begins?: readonly (Failure | 'code' | Error)[];
  readonly waits?: readonly WaitResult[];
  readonly identifies?:
    Failure | 'person' | 'person without a BAP identity' | 'person, with a new token' | 'nobody yet';
  readonly resumed?: SignInRun['resumed'];
  readonly revoke?: 'works' | 'hangs';
  /** After how many seconds the person asks for a new code, expiry by expiry. */
  readonly wishes?: readonly number[];
  readonly cancelAtMs?: number;
  /** The server in the settings. An action can change it. */
  readonly setting?: { server: string };
  readonly storage?: { readonly writeMs?: number; readonly writeFailure?: Error };
  /** A session that the window has before. */
  readonly session?: LiveSession;
  /** Something else that happens at a time. */
  readonly at?: readonly [ms: number, action: (world: SignInWorld) => void];
}

interface Outcome {
  readonly result: SignInResult;
  readonly endedAtMs: number;
  readonly screen: FakeScreen;
  readonly calls: string[];
  readonly log: RecordingLog;
  readonly world: SignInWorld;
}

/** Runs one sign-in to its end, and then everything that goes on in the background. */
async function run(script: Script): Promise<Outcome> {
  const clock = new FakeClock();
  const calls: string[] = [];
  const world = new SignInWorld(clock, service(script, clock, calls), script.wishes);
  if (script.session !== undefined) world.storage.have(script.session);
  await world.all.store.rereadAll();
  Object.assign(world.storage, script.storage);
  if (script.cancelAtMs !== undefined)
    clock.at(script.cancelAtMs, () => {
      world.screen.cancel();
    });
  const { at } = script;
  if (at !== undefined)
    clock.at(at[0], () => {
      at[1](world);
    });
  const listening = new Set<object>();
  const { records } = world.sessions;
  const listen = records.onDidChange;
  mock.method(records, 'onDidChange', (listener: Parameters<typeof listen>[0]) => {
    const own = listen(listener);
    listening.add(own);
    return { dispose: () => (own.dispose(), listening.delete(own)) };
  });
  const { scopes = ['openid'], accountId, resumed } = script;
  const result = await clock.run(world.signIn(scopes, accountId, resumed));
  const endedAtMs = clock.ranMs;
  await clock.advance(60_000);
  world.closed.abort();
  await clock.settle();
  assert.equal(clock.pending, 0, 'no timer is left');
  assert.equal(world.screen.seen.at(-1), 'closed', 'the screen is closed');
  assert.equal(listening.size, 0, 'it hears no more of other windows');
  for (const line of world.log.lines) assert.doesNotMatch(line, /canary/);
  return { result, endedAtMs, screen: world.screen, calls, log: world.log, world };
}

function service(
  {
    begins = ['code'],
    waits = [{ kind: 'granted', grant: GRANT }],
    identifies = 'person',
    revoke = 'works',
    setting = { server: GRANT.server },
  }: Script,
  clock: FakeClock,
  calls: string[],
): IdentityService {
  const [beginsLeft, waitsLeft] = [[...begins], [...waits]];
  let codes = 0;
  return {
    id: 'adom',
    label: 'Test Identity',
    ...serviceTexts,
    defaultScopes: [],
    settingKeys: { server: 'test.server', client: 'test.client' },
    servers: () => ({ current: setting.server, defaultServer: GRANT.server }),
    begin: async (scopes, signal): Promise<BeginResult> => {
      calls.push(`begin ${scopes.join(' ')}`);
      await clock.sleep(BEGIN_MS, signal);
      const begun = beginsLeft.shift();
      assert.ok(begun, 'one code too many');
      if (begun instanceof Error) throw begun;
      if (begun !== 'code') return { kind: 'failed', failure: begun };
      return {
        kind: 'pending',
        pending: {
          userCode: `canary-code-${++codes}`,
          browserUri: 'https://auth.example/canary',
          deadlineMs: clock.now() + WAIT_MS,
          toResume: {},
          wait: async (waitSignal, onContact, interruption = NO_INTERRUPTION) => {
            calls.push('wait');
            onContact({ kind: 'noAnswer' });
            await clock.sleep(WAIT_MS, AbortSignal.any([waitSignal, interruption.signal]));
            onContact({ kind: 'service' });
            const waited = waitsLeft.shift();
            assert.ok(waited, 'one wait too many');
            return waited;
          },
        },
      };
    },
    resume: () => undefined,
    identify: async (grant, signal): Promise<IdentifyResult> => {
      calls.push(`identify ${grant.accessToken}`);
      await clock.sleep(IDENTIFY_MS, signal);
      if (typeof identifies !== 'string') return { kind: 'failed', failure: identifies };
      const person = identifies === 'nobody yet' ? provisionalPerson() : PERSON;
      const learnt = identifies === 'person, with a new token' ? RENEWED : LEARNT;
      const hasNoBapIdentity = identifies === 'person without a BAP identity';
      return { kind: 'identified', person, grant: learnt, hasNoBapIdentity };
    },
    verify: () => assert.fail('a sign-in verifies nothing'),
    check: () => assert.fail('a sign-in checks nothing'),
    revoke: async (grant, signal) => {
      calls.push(`revoke ${grant.accessToken}`);
      if (revoke === 'hangs') await clock.sleep(3_600_000, signal);
      return { kind: 'ended' };
    },
  };
}

const EXPIRED: WaitResult = { kind: 'expired' };
const ONE_CODE = ['pending', 'offline', 'reached'];
const BEGUN_AND_WAITED = ['begin openid', 'wait'];
const GRANTED_AND_REVOKED = [...BEGUN_AND_WAITED, 'identify canary-token', 'revoke canary-token'];

describe('a sign-in', () => {
  it('ends with a stored session, which has what the service told of the grant', async () => {
    const { result, endedAtMs, screen, calls, world } = await run({});
    assert.ok(result.kind === 'signedIn');
    assert.equal(result.withoutIdentity, undefined);
    assert.deepEqual([result.record.grant, result.record.person], [LEARNT, PERSON]);
    assert.equal(endedAtMs, STORE_AT_MS);
    assert.deepEqual(screen.seen, [...ONE_CODE, 'finishing', 'closed']);
    assert.deepEqual(calls, [...BEGUN_AND_WAITED, 'identify canary-token']);
    assert.deepEqual(world.sessions.records.configured(), [result.record]);
    assert.deepEqual(world.codeDeadlines, [START_MS + BEGIN_MS + WAIT_MS]);
    assert.deepEqual(world.log.lines, [
      'info Signing in with Test Identity, scopes: openid.',
      'info Waiting for the browser, at most 60 s.',
      'info Signed in with Test Identity.',
    ]);
  });

  for (const [scopes, logged] of [
    [[], 'none'],
    [['openid', 'email'], 'openid email'],
  ] as const)
    it(`logs its scopes: ${logged}`, async () => {
      const { log } = await run({ scopes });
      assert.equal(log.lines[0], `info Signing in with Test Identity, scopes: ${logged}.`);
    });

  it('tells at its end that the person has no BAP identity', async () => {
    const { result } = await run({ identifies: 'person without a BAP identity' });
    assert.ok(result.kind === 'signedIn' && result.withoutIdentity === 'hasNone');
  });

  it('ends with a provisional session when the service does not say yet who the user is', async () => {
    const { result, world } = await run({ identifies: 'nobody yet' });
    assert.ok(result.kind === 'signedIn');
    assert.equal(result.record.person.provisional, 'user');
    assert.deepEqual(world.sessions.records.configured(), [result.record]);
  });

  it('is stored with the new token that the service gave with the person, until it is over', async () => {
    let kept = '';
    const { result } = await run({
      identifies: 'person, with a new token',
      storage: { writeMs: 20_000 },
      at: [
        STORE_AT_MS + 1_000,
        (world) => {
          kept = [...world.kept.stored.values()].join();
        },
      ],
    });
    assert.ok(result.kind === 'signedIn');
    assert.deepEqual(result.record.grant, RENEWED);
    assert.match(kept, /"kind":"granted"/);
    assert.match(kept, /canary-renewed/);
  });

  it('fails without a code', async () => {
    const { result, screen, calls } = await run({ begins: [UNREACHABLE] });
    assert.deepEqual(result, { kind: 'failed', failure: UNREACHABLE });
    assert.deepEqual(screen.seen, ['closed']);
    assert.deepEqual(calls, ['begin openid']);
  });

  for (const failure of [DENIED, SPENT])
    it(`fails with what the service says at the end of the wait: ${failure.kind}`, async () => {
      const { result, screen, calls } = await run({ waits: [{ kind: 'failed', failure }] });
      assert.deepEqual(result, { kind: 'failed', failure });
      assert.deepEqual(screen.seen, [...ONE_CODE, 'closed']);
      assert.deepEqual(calls, BEGUN_AND_WAITED);
    });

  it('revokes a token without a person in the background', async () => {
    const { result, endedAtMs, calls } = await run({ identifies: UNREACHABLE, revoke: 'hangs' });
    assert.deepEqual(result, { kind: 'failed', failure: UNREACHABLE });
    assert.equal(endedAtMs, STORE_AT_MS, 'it does not wait for the revocation');
    assert.deepEqual(calls, [...GRANTED_AND_REVOKED, 'revoke canary-token'], 'again, without an answer');
  });

  it('keeps the session in memory when it cannot be stored, and revokes nothing', async () => {
    const { result, calls, world } = await run({ storage: { writeFailure: new Error('locked') } });
    assert.ok(result.kind === 'signedIn');
    assert.deepEqual(world.sessions.records.configured(), [result.record]);
    assert.ok(!calls.some((call) => call.startsWith('revoke')));
  });

  it('turns a mistake of ours into a failure, and logs its name', async () => {
    const { result, log } = await run({ begins: [new TypeError('canary')] });
    assert.equal(result.kind, 'unexpected');
    assert.ok(log.lines.some((line) => line.endsWith('broke off: TypeError.')));
  });
});

describe('a sign-in whose code expires', () => {
  it('gets a new code when the person asks for one', async () => {
    const { result, screen, calls, log } = await run({
      begins: ['code', 'code'],
      waits: [EXPIRED, { kind: 'granted', grant: GRANT }],
      wishes: [30],
    });
    assert.equal(result.kind, 'signedIn');
    assert.deepEqual(screen.seen, [...ONE_CODE, 'expired', ...ONE_CODE, 'finishing', 'closed']);
    assert.deepEqual(screen.codes, ['canary-code-1', 'canary-code-2']);
    assert.equal(log.lines[2], 'info The code has expired. Offering a new one.');
    assert.deepEqual(calls, [...BEGUN_AND_WAITED, ...BEGUN_AND_WAITED, 'identify canary-token']);
  });

  it('gets a new code as often as the person asks', async () => {
    const { result, screen } = await run({
      begins: ['code', 'code', 'code'],
      waits: [EXPIRED, EXPIRED, { kind: 'failed', failure: DENIED }],
      wishes: [0, OFFER_MS / 1000 - 1],
    });
    assert.deepEqual(result, { kind: 'failed', failure: DENIED });
    assert.equal(screen.codes.length, 3);
  });

  it('ends when the person asks for no new code within ten minutes', async () => {
    const { result, endedAtMs, calls } = await run({ waits: [EXPIRED] });
    assert.deepEqual(result, { kind: 'expired' });
    assert.equal(endedAtMs, BEGIN_MS + WAIT_MS + OFFER_MS);
    assert.deepEqual(calls, BEGUN_AND_WAITED);
  });

  it('ends when the person asks for a new code too late', async () => {
    const { result } = await run({ waits: [EXPIRED], wishes: [OFFER_MS / 1000 + 1] });
    assert.deepEqual(result, { kind: 'expired' });
  });

  it('fails when the service gives no new code', async () => {
    const { result } = await run({ begins: ['code', UNREACHABLE], waits: [EXPIRED], wishes: [5] });
    assert.deepEqual(result, { kind: 'failed', failure: UNREACHABLE });
  });
});

describe('a sign-in that the person cancels', () => {
  const STORING = { storage: { writeMs: 20_000 } };
  const cases: [when: string, cancelAtMs: number, calls: string[], script?: Script][] = [
    ['at its beginning', 0, ['begin openid']],
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
    ['after the grant', BEGIN_MS + WAIT_MS + 1_000, GRANTED_AND_REVOKED],
    [
      'after the grant, while the server is away',
      BEGIN_MS + WAIT_MS + 1_000,
      [...GRANTED_AND_REVOKED, 'revoke canary-token'],
      { revoke: 'hangs' },
    ],
    ['while the session is being stored', STORE_AT_MS + 5_000, GRANTED_AND_REVOKED, STORING],
  ];
  for (const [when, cancelAtMs, calls, script] of cases) {
    it(`ends at once: ${when}`, async () => {
      const outcome = await run({ ...script, cancelAtMs });
      assert.deepEqual(outcome.result, { kind: 'canceled' });
      assert.equal(outcome.endedAtMs, cancelAtMs);
      assert.deepEqual(outcome.calls, calls);
      assert.ok(outcome.log.lines.includes('info The sign-in with Test Identity was canceled.'));
      assert.deepEqual(outcome.world.sessions.records.configured(), []);
      assert.doesNotMatch([...outcome.world.storage.stored.values()].join(), /canary/);
    });
  }

  it('ends for the caller when the window closes, and is left to a later window', async () => {
    const { result, log, world } = await run({
      at: [
        5_000,
        ({ closed }) => {
          closed.abort();
        },
      ],
    });
    assert.deepEqual(result, { kind: 'canceled' });
    assert.equal(log.lines.at(-1), 'info The sign-in with Test Identity was interrupted.');
    const [text] = world.kept.stored.values();
    assert.match(text ?? '', /"kind":"waiting"/);
  });
});

describe('a sign-in that another window completes', () => {
  const elsewhere = (scopes: string[], accountId = 'bap-1', isSame = false): NonNullable<Script['at']> => [
    5_000,
    ({ storage, signInId }) => {
      const record = recordOf('other', { serviceId: 'adom', scopes, person: { ...PERSON, accountId } });
      storage.put({ ...record, ...(isSame && { signInId }) });
    },
  ];

  it('ends with the session of that window', async () => {
    const { result, endedAtMs, calls, log } = await run({ at: elsewhere(['openid']) });
    assert.ok(result.kind === 'signedInElsewhere');
    assert.equal(result.record.id, 'other');
    assert.equal(endedAtMs, 5_000);
    assert.deepEqual(calls, BEGUN_AND_WAITED);
    assert.equal(log.lines.at(-1), 'info Signed in with Test Identity in another window.');
  });

  for (const [what, resumed, isSame, revoked] of [
    ['revokes its own token', undefined, false, ['revoke canary-token']],
    ['revokes the token that it continued with', { grant: GRANT }, false, ['revoke canary-token']],
    ['keeps the token that it continued with, if it is that window’s', { grant: GRANT }, true, []],
  ] as const)
    it(`${what} when that happens after the grant`, async () => {
      const [, action] = elsewhere(['openid'], 'bap-1', isSame);
      const atMs = (resumed === undefined ? BEGIN_MS + WAIT_MS : 0) + IDENTIFY_MS / 2;
      const { result, calls, log } = await run({ ...(resumed && { resumed }), at: [atMs, action] });
      assert.equal(result.kind, 'signedInElsewhere');
      assert.deepEqual(
        calls.filter((call) => call.startsWith('revoke')),
        revoked,
      );
      const begins = resumed === undefined ? 'Signing in' : 'Continuing a sign-in';
      assert.equal(log.lines[0], `info ${begins} with Test Identity, scopes: openid.`);
    });

  for (const [accountId, kind] of [
    ['bap-1', 'signedInElsewhere'],
    ['bap-2', 'signedIn'],
  ] as const)
    it(`ends as ${kind} when the account must be ${accountId}, and that window signed in as bap-1`, async () => {
      assert.equal((await run({ accountId, at: elsewhere(['openid']) })).result.kind, kind);
    });

  const had = (different: Partial<LiveSession>): LiveSession =>
    recordOf('had', { serviceId: 'adom', scopes: ['openid'], person: PERSON, ...different });
  const BOB: Person = { ...PERSON, accountId: 'bob' };
  const rows: [
    name: string,
    session: LiveSession,
    accountId: string | undefined,
    kind: SignInResult['kind'],
  ][] = [
    ['the person adds an account to the one of that window', had({}), undefined, 'signedIn'],
    ['the person adds an account to another one', had({ person: BOB }), undefined, 'signedIn'],
    ['that account is asked for', had({}), 'bap-1', 'signedInElsewhere'],
    [
      'this window has a session for other scopes only',
      had({ scopes: ['email'] }),
      undefined,
      'signedInElsewhere',
    ],
    [
      'this window has a session of another server only',
      had({ server: 'https://other.example' }),
      undefined,
      'signedInElsewhere',
    ],
  ];
  for (const [name, session, accountId, kind] of rows)
    it(`ends as ${kind} when ${name}`, async () => {
      const asked = accountId === undefined ? {} : { accountId };
      assert.equal((await run({ session, ...asked, at: elsewhere(['openid']) })).result.kind, kind);
    });

  it('goes on when that window signed in at another server, which the settings have named since', async () => {
    const setting = { server: GRANT.server };
    const at: Script['at'] = [
      5_000,
      ({ all, storage }) => {
        setting.server = 'https://other.example';
        all.followSettings();
        const record = recordOf('other', { serviceId: 'adom', ...setting, scopes: ['openid'] });
        storage.put(record);
      },
    ];
    const { result } = await run({ setting, at });
    assert.ok(result.kind === 'signedIn');
    assert.notEqual(result.record.id, 'other');
  });

  it('goes on when that window signed in for other scopes', async () => {
    const { result } = await run({ at: elsewhere(['email']) });
    assert.ok(result.kind === 'signedIn');
    assert.notEqual(result.record.id, 'other');
  });
});

describe('the revocation after a failed sign-in', () => {
  it('gets five seconds', async () => {
    const lastLines: (string | undefined)[] = [];
    const look = ({ log }: SignInWorld): void => void lastLines.push(log.lines.at(-1));
    await run({
      identifies: UNREACHABLE,
      revoke: 'hangs',
      at: [
        STORE_AT_MS + 4_999,
        (world) => {
          look(world);
          world.clock.at(STORE_AT_MS + 5_000, () => {
            look(world);
          });
        },
      ],
    });
    const [before = '', after = ''] = lastLines;
    assert.doesNotMatch(before, /in time/);
    assert.match(after, /could not be asked in time to end the session: TimeLimitError\.$/);
  });

  it('is in the log', async () => {
    const { log } = await run({ identifies: UNREACHABLE });
    assert.equal(log.lines.at(-1), 'info Test Identity has ended the session.');
  });
});
