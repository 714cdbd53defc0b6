import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ABOUT, GRANTED, KeptSignInWorld, WAITING } from '../support/keptSignInWorld.ts';

describe('the stored copy of a sign-in', () => {
  it('has its progress, in a new version each time', async () => {
    const world = await KeptSignInWorld.owned();
    assert.equal(await world.kept.save(WAITING), true);
    assert.deepEqual(world.stored(), [0, { ...ABOUT, progress: WAITING }]);
    assert.equal(await world.kept.save(GRANTED), true);
    assert.deepEqual(world.stored(), [1, { ...ABOUT, progress: GRANTED }]);
    await world.kept.forget();
    assert.deepEqual(world.stored(), [2, '']);
    assert.deepEqual(world.log.lines, []);
  });

  it('is not written after the sign-in is forgotten', async () => {
    const world = new KeptSignInWorld();
    const saving = world.kept.save(WAITING);
    await world.kept.forget();
    void world.kept.ownNew();
    assert.equal(await saving, false);
    assert.deepEqual(world.stored(), [undefined, undefined]);
  });

  it('is not written without the lock', async () => {
    const world = new KeptSignInWorld();
    world.isHeld = false;
    void world.kept.ownNew();
    assert.equal(await world.kept.save(WAITING), false);
    await world.kept.check();
    await world.kept.forget();
    assert.deepEqual(world.stored(), [undefined, undefined]);
  });

  it('is not written when the lock cannot be had', async () => {
    const world = new KeptSignInWorld();
    world.lockFailure = new Error('a message');
    const saving = world.kept.save(WAITING);
    await world.kept.ownNew();
    assert.equal(await saving, false);
    assert.deepEqual(world.stored(), [undefined, undefined]);
    assert.deepEqual(world.log.lines, ['warn A sign-in in progress is not kept: Error.']);
  });

  it('is not missed when the sign-in is over before the lock is free', async () => {
    const world = new KeptSignInWorld();
    await world.kept.forget();
    world.lockFailure = new Error('a message');
    await world.kept.ownNew();
    assert.deepEqual([await world.kept.save(WAITING), world.log.lines], [false, []]);
  });

  it('says so when another window has ended the sign-in', async () => {
    const world = await KeptSignInWorld.owned();
    await world.put(9, undefined);
    assert.equal(await world.kept.save(WAITING), false);
  });

  it('is written even if nothing can be read', async () => {
    const world = await KeptSignInWorld.owned();
    world.storage.readFailure = new Error('a message');
    assert.equal(await world.kept.save(WAITING), true);
    await world.kept.forget();
  });

  it('holds nobody up for more than three seconds', async () => {
    const world = await KeptSignInWorld.owned();
    world.storage.hangs = true;
    const saving = world.kept.save(WAITING);
    assert.equal(await world.after(2_999, saving), 'still waiting');
    assert.equal(await world.after(1, saving), false);
    assert.match(
      world.log.lines.join('\n'),
      /^warn The progress of a sign-in could not be stored: TimeLimitError.*\.$/,
    );
    world.storage.hangs = false;
    await world.kept.forget();
  });

  it('is not awaited for more than three seconds by a window that closes', async () => {
    const world = await KeptSignInWorld.owned();
    world.storage.hangs = true;
    void world.kept.save(WAITING);
    const releasing = world.kept.release();
    assert.equal(await world.after(2_999, releasing), 'still waiting');
    assert.equal(await world.after(1, releasing), false);
  });

  for (const [what, revision, save, fails, expected] of [
    ['when the last write has stored it', 0, true, false, true],
    ['when the window before has stored it', 1, false, false, true],
    ['but not when nothing was stored', 0, false, false, false],
    ['but not when the last write failed', 1, true, true, false],
  ] as const)
    it(`can be left to another window ${what}`, async () => {
      const world = await KeptSignInWorld.owned(revision);
      if (fails) world.storage.writeFailure = new Error('a message');
      if (save) await world.kept.save(WAITING);
      assert.equal(await world.kept.release(), expected);
      await world.clock.settle();
      assert.equal(world.clock.pending, 0, 'the lock is free');
    });

  it('gets its mark later when the storage fails', async () => {
    const world = await KeptSignInWorld.owned();
    await world.kept.save(WAITING);
    world.storage.writeFailure = new Error('a message');
    const forgetting = world.kept.forget();
    await world.clock.settle();
    assert.deepEqual(world.log.lines, ['warn A finished sign-in could not be deleted: Error. Trying again.']);
    world.storage.writeFailure = undefined;
    await world.clock.run(forgetting);
    assert.deepEqual(world.stored(), [1, '']);
  });
});
