import assert from 'node:assert/strict';

import type { IdentifyResult, IdentityService } from '../../../src/services/service.ts';
import type { FakeClock } from './fakeClock.ts';

/** The time limit of one request. */
const REQUEST_MS = 15_000;
/** A request that the computer slept through has this much longer. */
const AFTER_SLEEP_MS = 1_000;
/** A code or an intent lives no longer, whatever the server says. */
const LIFE_MS = 3_600_000;
/** The identity is active and confirmed within this time, or not at all. */
const CHOOSE_MS = 20_000;
/** Two minutes of questions, a last one in two forms, the list of identities, and the only one of them. */
const IDENTIFY_MS = 120_000 + 2 * REQUEST_MS + 8_000 + CHOOSE_MS;

/** What a service received and returned during a sign-in. */
export interface Watched {
  readonly service: IdentityService;
  readonly signals: Set<AbortSignal>;
  granted: number;
  /** The tokens that it was asked to revoke, perhaps more than once. */
  readonly revoked: Set<string>;
}

/** The same service. It fails when a step of a sign-in takes longer than the code promises. */
export function watched(service: IdentityService, clock: FakeClock): Watched {
  const within = async <T>(name: string, untilMs: number, work: Promise<T>): Promise<T> => {
    const sleptMs = clock.now() - clock.ranMs;
    try {
      return await work;
    } finally {
      const graceMs = clock.now() - clock.ranMs === sleptMs ? 0 : AFTER_SLEEP_MS;
      assert.ok(clock.ranMs <= untilMs + graceMs, `${name} took ${clock.ranMs - untilMs} ms too long`);
    }
  };
  const limited = (identified: IdentifyResult): IdentifyResult => {
    if (identified.kind !== 'choice') return identified;
    const { choice } = identified;
    const choose: typeof choice.choose = async (id, signal) =>
      limited(await within('choose', clock.ranMs + CHOOSE_MS, choice.choose(id, signal)));
    return { kind: 'choice', choice: { ...choice, choose } };
  };
  const begin: typeof service.begin = async (scopes, signal) => {
    seen.signals.add(signal);
    const begun = await within('begin', clock.ranMs + REQUEST_MS, service.begin(scopes, signal));
    if (begun.kind === 'failed') return begun;
    const { pending } = begun;
    const lifeMs = pending.deadlineMs - clock.now();
    assert.ok(lifeMs >= 0 && lifeMs <= LIFE_MS, `a life of ${lifeMs} ms`);
    // A request can be in progress at the deadline. Adom’s client polls once more after that.
    const lateMs = REQUEST_MS * (service.id === 'adom' ? 2 : 1);
    const untilMs = clock.ranMs + lifeMs + lateMs;
    const wait: typeof pending.wait = async (waitSignal, onContact) => {
      const waited = await within('wait', untilMs, pending.wait(waitSignal, onContact));
      if (waited.kind === 'granted') seen.granted += 1;
      return waited;
    };
    return { kind: 'pending', pending: { ...pending, wait } };
  };
  const seen: Watched = {
    service: {
      ...service,
      begin,
      identify: async (grant, signal) =>
        limited(await within('identify', clock.ranMs + IDENTIFY_MS, service.identify(grant, signal))),
      revoke: (grant, signal) => {
        seen.revoked.add(grant.accessToken);
        return service.revoke(grant, signal);
      },
    },
    signals: new Set(),
    granted: 0,
    revoked: new Set(),
  };
  return seen;
}
