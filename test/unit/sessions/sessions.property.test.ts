import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { LEAST_READ_MS, SessionModel, type Step } from '../support/sessionModel.ts';

const RUNS = 200;
const window = fc.nat(2);
const session = fc.nat(5);
const MINUTE_MS = 60_000;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      {
        does: fc.constant('sign in' as const),
        window,
        account: fc.constantFrom('ann', 'bob'),
        scope: fc.constantFrom('openid', 'email'),
        refreshable: fc.boolean(),
        lifeMs: fc.constantFrom(3 * MINUTE_MS, 60 * MINUTE_MS),
      },
      { requiredKeys: ['does', 'window', 'account', 'scope', 'refreshable'] },
    ),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('sign out' as const), window, session }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('verify' as const), window, session }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constantFrom('list' as const, 'focus' as const), window }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('reopen' as const), window }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('reject' as const),
      session,
      what: fc.constantFrom('access' as const, 'refresh' as const, 'both' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('write an old version' as const), version: fc.nat(20) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('pass' as const),
      ms: fc.constantFrom(10, 100, 1_000, 5_000, MINUTE_MS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('jump' as const),
      ms: fc.constantFrom(-60, -5, 3, 50, 600).map((minutes) => minutes * MINUTE_MS),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('slow' as const),
      readMs: fc.constantFrom(LEAST_READ_MS, 20, 700),
      writeMs: fc.constantFrom(0, 50, 1_500),
      serviceMs: fc.constantFrom(0, 300, 4_000),
      eventsFirst: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('offline' as const), offline: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('come to rest' as const) }) },
);

describe('sessions: whatever comes, in whatever order', () => {
  it('none is lost, none comes back, and all windows agree', async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const model = new SessionModel();
      await model.begin();
      for (const each of steps) await model.take(each);
      await model.rest();
    });
    await fc.assert(property, { numRuns: RUNS });
  });
});
