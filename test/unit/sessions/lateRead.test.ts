import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { recordOf } from '../support/record.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;

describe('sessions that cannot be read when a window opens', () => {
  for (const [how, breaks, mends] of [
    [
      'the storage fails',
      ({ storage }: SessionWorld) => (storage.readFailure = new Error('locked')),
      ({ storage }: SessionWorld) => (storage.readFailure = undefined),
    ],
    [
      'the storage hangs',
      ({ storage }: SessionWorld) => (storage.hangs = true),
      ({ storage }: SessionWorld) => (storage.hangs = false),
    ],
  ] as const)
    it(`are added as soon as they can be: ${how}`, async () => {
      const world = new SessionWorld();
      world.have('a', world.service.grant());
      breaks(world);
      const window = world.open();
      const loading = assert.rejects(window.all.load());
      await world.clock.advance(61_000);
      await loading;
      mends(world);
      await world.clock.advance(2 * MINUTE_MS);
      assert.deepEqual(world.changesOf(window), ['added a']);
      assert.deepEqual(
        window.changes.map(({ isSignIn }) => isSignIn),
        [false],
      );
      assert.deepEqual(await world.sessionsOf(window), ['a: access 1']);
      assert.equal(
        window.log.lines.filter((line) => line.includes('stored sessions cannot be read')).length,
        1,
      );
    });

  it('are no sign-ins when a single one can be read later', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    world.storage.unreadable.add('a');
    const window = await world.ready();
    world.storage.unreadable.delete('a');
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(
      window.changes.map(({ kind, isSignIn }) => [kind, isSignIn]),
      [['added', false]],
    );
  });

  it('are sign-ins if another window has signed in since', async () => {
    const world = new SessionWorld();
    const window = await world.ready();
    world.storage.unreadable.add('a');
    world.storage.put(recordOf('a', { grant: world.service.grant() }));
    await world.clock.advance(100);
    assert.deepEqual(window.changes, []);
    world.storage.unreadable.delete('a');
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(
      window.changes.map(({ kind, isSignIn }) => [kind, isSignIn]),
      [['added', true]],
    );
  });
});
