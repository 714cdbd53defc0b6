import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { PendingSignIn } from '../../../src/services/service.ts';
import { Interrupted } from '../../../src/signIn/keptSignIn.ts';
import { GRANTED, KeptSignInWorld, WAITING } from '../support/keptSignInWorld.ts';

const CONTINUES = 'info Another window continues the sign-in.';

describe('a window that works on a sign-in', () => {
  it('looks every three seconds whether another one has the lock, until the sign-in is over', async () => {
    const world = await KeptSignInWorld.owned();
    assert.equal(world.looks, 1);
    await world.clock.advance(2_999);
    assert.equal(world.looks, 1);
    await world.clock.advance(1);
    assert.equal(world.looks, 2);
    world.isHeld = false;
    await world.clock.advance(2_999);
    assert.equal(world.kept.signal.aborted, false);
    await world.clock.advance(1);
    assert.ok(world.kept.signal.reason instanceof Interrupted);
    await world.clock.advance(30_000);
    assert.deepEqual([world.looks, world.log.lines], [3, [CONTINUES]]);
    await world.kept.forget();
    await world.clock.settle();
    assert.equal(world.clock.pending, 0);
  });

  it('may send as long as nobody else has touched the sign-in', async () => {
    const world = await KeptSignInWorld.owned();
    await world.kept.check();
    await world.kept.save(WAITING);
    await world.kept.check();
    await world.put(1, WAITING);
    await world.kept.check();
    await world.kept.save(GRANTED);
    await world.kept.check();
    assert.deepEqual([world.kept.signal.aborted, world.log.lines], [false, []]);
    await world.kept.forget();
  });

  it('sends nothing more once another window has ended it', async () => {
    const world = await KeptSignInWorld.owned();
    await world.kept.save(WAITING);
    await world.put(9, undefined);
    const checks = [world.kept.check(), world.kept.check()];
    for (const check of checks) await assert.rejects(check, Interrupted);
    assert.deepEqual(world.log.lines, [CONTINUES]);
    await world.kept.forget();
  });

  it('sends nothing more once it was interrupted, and then does not ask for the lock', async () => {
    const world = await KeptSignInWorld.owned();
    world.kept.interrupt();
    await assert.rejects(world.kept.check(), Interrupted);
    assert.deepEqual([world.looks, world.log.lines], [1, []]);
    await world.kept.forget();
  });

  it('is not held up by a storage that hangs for more than a second', async () => {
    const world = await KeptSignInWorld.owned();
    await world.kept.save(WAITING);
    world.storage.hangs = true;
    const checking = world.kept.check().then(() => 'may send');
    assert.equal(await world.after(999, checking), 'still waiting');
    assert.equal(await world.after(1, checking), 'may send');
    assert.match(
      world.log.lines.join('\n'),
      /^debug A sign-in in progress cannot be read: TimeLimitError.*\.$/,
    );
    world.storage.hangs = false;
    await world.kept.forget();
  });

  for (const [what, revision, isHeld] of [
    ['it has stored nothing', 0, true],
    ['it has no lock', 1, false],
  ] as const)
    it(`does not read the storage when ${what}`, async () => {
      const world = new KeptSignInWorld(revision);
      world.isHeld = isHeld;
      void world.kept.ownNew();
      await world.clock.settle();
      world.storage.hangs = true;
      assert.equal(
        await world.after(
          0,
          world.kept.check().then(() => 'may send'),
        ),
        'may send',
      );
      world.storage.hangs = false;
      await world.kept.release();
    });

  it('takes the token that the window before has stored meanwhile', async () => {
    const world = await KeptSignInWorld.owned(1);
    await world.put(1, GRANTED);
    const failure = new Error('not ours');
    const pendingOf = (wait: PendingSignIn['wait']): PendingSignIn => ({ wait }) as PendingSignIn;
    const polling = pendingOf(async (_signal, _onContact, interruption) => {
      await interruption?.check();
      return { kind: 'expired' };
    });
    const signal = new AbortController().signal;
    const wait = (pending: PendingSignIn): Promise<unknown> =>
      world.kept.waitFor(pending, signal, () => undefined);
    assert.deepEqual(await wait(polling), { kind: 'granted', grant: GRANTED.grant });
    await assert.rejects(wait(pendingOf(() => Promise.reject(failure))), failure);
    await world.kept.forget();
  });
});

describe('a token that the window before may still bring', () => {
  it('is looked for every second, for 16 seconds', async (t) => {
    const world = await KeptSignInWorld.owned(1);
    await world.put(0, WAITING);
    const reads = t.mock.method(world.storage.stored, 'get');
    const looking = world.kept.lateGrant().then((grant) => grant ?? 'none');
    assert.equal(await world.after(15_999, looking), 'still waiting');
    assert.equal(await world.after(1, looking), 'none');
    assert.equal(reads.mock.callCount(), 16);
    await world.kept.forget();
  });

  it('is found within a second', async () => {
    const world = await KeptSignInWorld.owned(1);
    await world.put(0, WAITING);
    const looking = world.kept.lateGrant();
    await world.clock.advance(4_500);
    await world.put(1, GRANTED);
    assert.deepEqual(await world.after(500, looking), GRANTED.grant);
    await world.kept.forget();
  });

  it('is not waited for by a window that closes, nor by one that cannot read', async () => {
    const world = await KeptSignInWorld.owned(1);
    world.storage.readFailure = new Error('a message');
    const looking = world.kept.lateGrant().then((grant) => grant ?? 'none');
    await world.clock.advance(500);
    world.closed.abort(new Error('closed'));
    assert.equal(await world.after(0, looking), 'none');
    await world.kept.release();
  });
});
