import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { anHourOf, LOOK_MS, watched } from '../support/watchedWindows.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('session reminders', () => {
  it('what is left of a session is forgotten after 30 days, without a message', async () => {
    const { world, one, two, toldAfter } = await watched(anHourOf('a'));
    await toldAfter(2 * HOUR_MS);
    world.clock.jump(29 * DAY_MS);
    assert.deepEqual(await toldAfter(LOOK_MS), []);
    assert.equal(world.storage.stored.size, 1);
    world.clock.jump(DAY_MS);
    assert.deepEqual(await toldAfter(LOOK_MS), []);
    assert.equal(world.storage.stored.size, 0);
    assert.deepEqual([world.heard(one), world.heard(two)], [['removed a'], ['removed a']]);
  });
});
