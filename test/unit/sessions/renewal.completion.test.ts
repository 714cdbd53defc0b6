import assert from 'node:assert/strict';
import { it } from 'node:test';

import { NEVER } from '../../../src/base/timeLimit.ts';
import { provisionalPerson } from '../../../src/services/person.ts';
import { recordOf } from '../support/record.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;

it('a provisional session that one window completes is renewed once, also if another window does not know yet', async () => {
  const world = new SessionWorld();
  const grant = world.service.grant({ lifeMs: 60 * MINUTE_MS, refreshable: true });
  world.have('a', grant, { person: provisionalPerson(), grantedAtMs: world.clock.now() });
  const [one, two] = [await world.ready(), await world.ready()];
  await world.clock.advance(56 * MINUTE_MS);
  world.service.takes.renew = 500;
  world.storage.writeMs = 300;
  const asked = one.store.liveSession('a') ?? assert.fail();
  const { person } = recordOf('any');
  const completing = one.sessions.completion.complete(asked, { grant: asked.grant, person }, NEVER);
  await world.clock.advance(50);
  void two.sessions.settle();
  await world.clock.run(completing);
  void one.sessions.settle();
  await world.clock.advance(20_000);
  const renewals = world.service.asked.filter((each) => each.startsWith('renew'));
  assert.deepEqual([renewals, world.service.reused], [['renew refresh 1'], []]);
  for (const window of [one, two]) assert.deepEqual(await world.sessionsOf(window), ['a: access 2']);
});
