import * as fc from 'fast-check';

import { SERVER } from './fakeService.ts';
import type { Step } from './sessionModel.ts';

const window = fc.nat(3);
const session = fc.nat(5);
const MINUTE_MS = 60_000;

const signIn = fc.record(
  {
    does: fc.constant('sign in' as const),
    window,
    account: fc.constantFrom('ann', 'bob'),
    scope: fc.constantFrom('openid', 'email'),
    refreshable: fc.boolean(),
    lifeMs: fc.constantFrom(MINUTE_MS, 3 * MINUTE_MS, 60 * MINUTE_MS, 5_000 * MINUTE_MS),
    cancelAfterMs: fc.constantFrom(0, 30, 400, 5_000),
  },
  { requiredKeys: ['does', 'window', 'account', 'scope', 'refreshable'] },
);
const storage = fc.record({
  does: fc.constant('storage' as const),
  place: fc.constantFrom('secrets' as const, 'shared' as const, 'both' as const),
  readMs: fc.constantFrom(0, 5, 20, 700),
  writeMs: fc.constantFrom(0, 50, 1_500, 25_000),
  eventsFirst: fc.boolean(),
  state: fc.constantFrom('works' as const, 'works' as const, 'fails' as const, 'hangs' as const),
});
/** Anything that can happen to sessions. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: signIn },
  { weight: 3, arbitrary: storage },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('sign out' as const), window, session }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('verify' as const), window, session }) },
  {
    weight: 6,
    arbitrary: fc.record({ does: fc.constantFrom('list' as const, 'come back' as const), window }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom(
        'open' as const,
        'close' as const,
        'kill' as const,
        'stop' as const,
        'go on' as const,
      ),
      window,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('lose' as const),
      place: fc.constantFrom('secrets' as const, 'shared' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('reject' as const),
      session,
      what: fc.constantFrom('access' as const, 'refresh' as const, 'both' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('pass' as const),
      ms: fc.constantFrom(10, 100, 1_000, 5_000, 12_000, MINUTE_MS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('jump' as const),
      ms: fc.constantFrom(-60, -5, 3, 50, 600, 1_500).map((minutes) => minutes * MINUTE_MS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('service' as const),
      takesMs: fc.constantFrom(0, 300, 4_000),
      offline: fc.boolean(),
      rotates: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('set' as const),
      server: fc.constantFrom(SERVER, 'https://other.example'),
    }),
  },
);
