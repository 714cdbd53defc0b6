import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SignInResult } from '../../../src/signIn/signIn.ts';
import type {
  Grant,
  IdentifyResult,
  IdentityChoice,
  IdentityService,
} from '../../../src/services/service.ts';
import { FakeClock, START_MS } from '../support/fakeClock.ts';
import { recordOf } from '../support/record.ts';
import { SignInWorld } from '../support/signInWorld.ts';
import { serviceTexts } from '../support/serviceTexts.ts';

const GRANT: Grant = { server: 'https://auth.example', accessToken: 'token' };
const ANN = { id: 'ann', name: 'Ann', picture: undefined };
const BOB = { id: 'bob', name: 'Bob', picture: undefined };
const NOBODY = 'user';
/** How long the service takes for each choice. */
const CHOOSE_MS = 2_000;
const LIMIT_MS = 10 * 60_000;

interface Script {
  /** What the person answers, question by question. No answer when it is empty. */
  readonly answers?: readonly (string | undefined)[];
  /** The identities that the service refuses. */
  readonly refused?: readonly string[];
  readonly at?: readonly [ms: number, action: (world: SignInWorld) => void];
}

/** A sign-in as a person with two identities, to its end. */
async function run({ answers = [], refused = [], at }: Script) {
  const clock = new FakeClock();
  const calls: string[] = [];
  const world = new SignInWorld(clock, service(clock, calls, refused));
  world.screen.answers.push(...answers);
  if (at !== undefined)
    clock.at(at[0], () => {
      at[1](world);
    });
  const result = await clock.run(world.signIn(['openid']));
  const endedAtMs = clock.ranMs;
  await clock.advance(60_000);
  world.closed.abort();
  await clock.settle();
  assert.equal(clock.pending, 0, 'no timer is left');
  return { result, endedAtMs, calls, seen: world.screen.seen, asked: world.screen.asked, world };
}

function service(clock: FakeClock, calls: string[], refused: readonly string[]): IdentityService {
  const identified = (id: string): IdentifyResult => {
    const person = { accountId: id, accountLabel: id, subject: NOBODY, name: id };
    return { kind: 'identified', person, grant: GRANT };
  };
  const choiceOf = (refusedBefore?: typeof ANN): IdentityChoice => ({
    identities: [ANN, BOB],
    failed: refusedBefore && { identity: refusedBefore, reason: 'refused' },
    choose: async (id, signal) => {
      calls.push(`choose ${id ?? 'none'}`);
      await clock.sleep(CHOOSE_MS, signal);
      const chosen = [ANN, BOB].find((each) => each.id === id);
      if (chosen === undefined) return identified(NOBODY);
      return refused.includes(chosen.id)
        ? { kind: 'choice', choice: choiceOf(chosen) }
        : identified(chosen.id);
    },
  });
  return {
    id: 'sigma-identity',
    label: 'Test Identity',
    ...serviceTexts,
    defaultScopes: [],
    settingKeys: { server: 'test.server' },
    servers: () => ({ current: GRANT.server, defaultServer: GRANT.server }),
    begin: () =>
      Promise.resolve({
        kind: 'pending',
        pending: {
          browserUri: 'https://auth.example/',
          deadlineMs: clock.now(),
          toResume: {},
          wait: () => Promise.resolve({ kind: 'granted', grant: GRANT }),
        },
      }),
    resume: () => undefined,
    identify: () => Promise.resolve({ kind: 'choice', choice: choiceOf() }),
    verify: () => assert.fail('a sign-in verifies nothing'),
    check: () => assert.fail('a sign-in checks nothing'),
    revoke: () => {
      calls.push('revoke');
      return Promise.resolve({ kind: 'ended' });
    },
  };
}

function accountOf(result: SignInResult): string {
  assert.ok(result.kind === 'signedIn', result.kind);
  return result.record.person.accountId;
}

describe('a sign-in as a person with several identities', () => {
  it('asks for one, and ends with a session of it', async () => {
    const { result, calls, seen, asked, world } = await run({ answers: ['bob'] });
    assert.equal(accountOf(result), 'bob');
    assert.deepEqual(asked, [['ann', 'bob']]);
    assert.deepEqual(seen, ['pending', 'finishing', 'choice', 'finishing', 'closed']);
    assert.deepEqual(calls, ['choose bob']);
    assert.ok(world.log.lines.includes('info Identities to choose from: 2.'));
  });

  it('asks again for as long as the service refuses the choice', async () => {
    const { result, seen, calls } = await run({ answers: ['bob', 'bob', 'ann'], refused: ['bob'] });
    assert.equal(accountOf(result), 'ann');
    assert.deepEqual(
      seen.filter((each) => each.startsWith('choice')),
      ['choice', 'choice without bob', 'choice without bob'],
    );
    assert.deepEqual(calls, ['choose bob', 'choose bob', 'choose ann']);
  });

  it('goes on without one when the person wants it so', async () => {
    const { result } = await run({ answers: ['bob', undefined], refused: ['bob'] });
    assert.equal(accountOf(result), NOBODY);
    assert.ok(result.kind === 'signedIn' && result.withoutIdentity === undefined, 'that is no news to them');
  });

  it('ends at once, and revokes the token, when the person cancels instead', async () => {
    const cancel = (world: SignInWorld): void => {
      world.screen.cancel();
    };
    const { result, endedAtMs, calls, world } = await run({ at: [30_000, cancel] });
    assert.deepEqual(result, { kind: 'canceled' });
    assert.equal(endedAtMs, 30_000);
    assert.deepEqual(calls, ['revoke']);
    assert.deepEqual(world.sessions.records.configured(), []);
  });

  it('ends at once, and revokes the token, when the person cancels after the choice', async () => {
    const cancel = (world: SignInWorld): void => {
      world.screen.cancel();
    };
    const { result, endedAtMs, calls } = await run({ answers: ['ann'], at: [CHOOSE_MS / 2, cancel] });
    assert.deepEqual(result, { kind: 'canceled' });
    assert.equal(endedAtMs, CHOOSE_MS / 2);
    assert.deepEqual(calls, ['choose ann', 'revoke']);
  });

  it('continues without one after ten minutes, takes the list away, and revokes nothing', async () => {
    const { result, endedAtMs, calls, seen, world } = await run({});
    assert.equal(accountOf(result), NOBODY);
    assert.equal(result.kind === 'signedIn' && result.withoutIdentity, 'choseNone');
    assert.equal(endedAtMs, LIMIT_MS + CHOOSE_MS);
    assert.deepEqual(world.screen.deadlines, [START_MS + LIMIT_MS]);
    assert.ok(world.log.lines.includes('info No identity was chosen in time. Going on without one.'));
    assert.deepEqual(calls, ['choose none']);
    assert.deepEqual(seen.slice(-3), ['choice withdrawn', 'finishing', 'closed']);
  });

  it('takes the list away when another window completes the same sign-in', async () => {
    const elsewhere = ({ storage }: SignInWorld): void => {
      const record = recordOf('other', { serviceId: 'sigma-identity', scopes: ['openid'] });
      storage.put(record);
    };
    const { result, endedAtMs, calls, seen } = await run({ at: [5_000, elsewhere] });
    assert.ok(result.kind === 'signedInElsewhere');
    assert.equal(result.record.id, 'other');
    assert.equal(endedAtMs, 5_000);
    assert.deepEqual(calls, ['revoke']);
    assert.deepEqual(seen.slice(-2), ['choice withdrawn', 'closed']);
  });
});
