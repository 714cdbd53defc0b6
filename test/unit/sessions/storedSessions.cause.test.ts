import assert from 'node:assert/strict';
import { it } from 'node:test';

import { StoreError } from '../../../src/sessions/storedSessions.ts';
import { add, StoreWorld } from '../support/storeWorld.ts';

it('an addition that cannot be written fails with the error of the platform as the cause', async () => {
  const world = new StoreWorld();
  const window = await world.ready();
  const locked = new Error('The keyring is locked');
  world.storage.writeFailure = locked;
  await assert.rejects(
    world.clock.run(add(window, 'a', 'first')),
    (error) => error instanceof StoreError && error.cause === locked,
  );
});
