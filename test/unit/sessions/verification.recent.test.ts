import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;

interface Case {
  readonly world: SessionWorld;
  readonly window: Window;
  /** Verifies the session, and returns what the service is asked then. */
  readonly verify: (maxAgeMs?: number) => Promise<string[]>;
}

async function accepted(refreshable = false): Promise<Case> {
  const world = new SessionWorld();
  const { service, clock } = world;
  world.have('a', service.grant({ refreshable }));
  const window = await world.ready();
  const verify = async (maxAgeMs?: number): Promise<string[]> => {
    service.asked.length = 0;
    assert.equal(
      await clock.run(window.sessions.verification.verify('a', window.closed.signal, maxAgeMs)),
      true,
    );
    return [...service.asked];
  };
  assert.deepEqual(await verify(MINUTE_MS), ['verify access 1']);
  return { world, window, verify };
}

describe('a session that the service has accepted', () => {
  it('is not asked about again until the answer is too old for the caller', async () => {
    const { world, verify } = await accepted();
    await world.clock.advance(MINUTE_MS - 1);
    assert.deepEqual(await verify(MINUTE_MS), []);
    await world.clock.advance(1);
    assert.deepEqual(await verify(MINUTE_MS), ['verify access 1']);
    assert.deepEqual(await verify(MINUTE_MS), []);
  });

  it('is asked about each time for a caller that takes no earlier answer', async () => {
    const { verify } = await accepted();
    assert.deepEqual(await verify(), ['verify access 1']);
  });

  for (const [name, ms] of [
    ['ahead', -MINUTE_MS],
    ['behind', MINUTE_MS],
  ] as const)
    it(`is asked about again when the clock was ${name} at the answer`, async () => {
      const { world, verify } = await accepted();
      world.clock.jump(ms);
      assert.deepEqual(await verify(MINUTE_MS), ['verify access 1']);
    });

  it('is asked about again when it has another token', async () => {
    const { world, window, verify } = await accepted(true);
    world.service.reject('access 1');
    await world.clock.run(window.sessions.verification.verify('a', window.closed.signal));
    assert.deepEqual(await verify(MINUTE_MS), ['verify access 2']);
  });

  it('is asked about again when it has rejected the token since', async () => {
    const { world, window } = await accepted(true);
    const { service, clock } = world;
    service.renew = () => Promise.resolve({ kind: 'unknown' });
    service.reject('access 1');
    const { verification } = window.sessions;
    for (const maxAgeMs of [0, MINUTE_MS]) {
      service.asked.length = 0;
      assert.equal(await clock.run(verification.verify('a', window.closed.signal, maxAgeMs)), false);
      assert.deepEqual(service.asked, ['verify access 1']);
    }
  });
});
