import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it } from 'node:test';

import { NEVER } from '../../../src/base/timeLimit.ts';
import { LocalLocks } from '../../../src/storage/localLocks.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { hold, wait } from '../support/lockWorld.ts';

const HOUR_MS = 3_600_000;

describe('locks of one window', () => {
  it('run work under the same lock in turn, in the order of the calls', async () => {
    const locks = new LocalLocks(new FakeClock());
    const steps: string[] = [];
    const work = (name: string): Promise<void> =>
      locks.withLock('a', NEVER, async () => {
        steps.push(`${name} begins`);
        await nextTurn();
        steps.push(`${name} ends`);
      });
    await Promise.all(['one', 'two', 'three'].map(work));
    assert.deepEqual(
      steps,
      ['one', 'two', 'three'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });

  it('run work under another lock at the same time', async () => {
    const locks = new LocalLocks(new FakeClock());
    const a = await hold(locks, 'a');
    assert.equal(await locks.withLock('b', NEVER, () => Promise.resolve('b runs')), 'b runs');
    await a.release();
  });

  it('settle as the work does, and then let the next work start', async () => {
    const locks = new LocalLocks(new FakeClock());
    const failure = new Error('failed');
    const fails = locks.withLock('a', NEVER, () => Promise.reject(failure));
    const works = locks.withLock('a', NEVER, () => Promise.resolve('result'));
    await assert.rejects(fails, (error) => error === failure);
    assert.equal(await works, 'result');
  });

  it('release the lock when the work throws at once', async () => {
    const locks = new LocalLocks(new FakeClock());
    const failure = new Error('thrown');
    const throws = locks.withLock('a', NEVER, () => {
      throw failure;
    });
    await assert.rejects(throws, (error) => error === failure);
    assert.equal(await locks.withLock('a', NEVER, () => Promise.resolve('next')), 'next');
  });

  it('do not start work whose signal was already aborted', async () => {
    const locks = new LocalLocks(new FakeClock());
    const reason = new Error('canceled');
    let began = false;
    const work = locks.withLock('a', AbortSignal.abort(reason), () => Promise.resolve((began = true)));
    await assert.rejects(work, (error) => error === reason);
    assert.equal(began, false);
  });

  it('end a wait at once when its signal aborts', async () => {
    const locks = new LocalLocks(new FakeClock());
    const held = await hold(locks, 'a');
    const [cancel, reason] = [new AbortController(), new Error('canceled')];
    const waiting = locks.withLock('a', cancel.signal, () => Promise.resolve());
    cancel.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    await held.release();
  });

  it('keep the order of the others when a call in the middle of the queue is canceled', async () => {
    const locks = new LocalLocks(new FakeClock());
    const held = await hold(locks, 'a');
    const cancel = new AbortController();
    const canceled = wait(locks, 'a', cancel.signal);
    const last = wait(locks, 'a');
    cancel.abort(new Error('canceled'));
    await canceled.settled;
    assert.equal(last.has, 'to wait');
    await held.release();
    await last.settled;
    assert.equal(last.has, 'worked');
  });

  it('make a new call wait after the last call in the queue was canceled', async () => {
    const locks = new LocalLocks(new FakeClock());
    const held = await hold(locks, 'a');
    const cancel = new AbortController();
    const canceled = wait(locks, 'a', cancel.signal);
    cancel.abort(new Error('canceled'));
    await canceled.settled;
    const next = wait(locks, 'a');
    await nextTurn();
    assert.equal(next.has, 'to wait');
    await held.release();
    await next.settled;
    assert.equal(next.has, 'worked');
  });

  it('do not interrupt work that has started', async () => {
    const locks = new LocalLocks(new FakeClock());
    const cancel = new AbortController();
    const work = locks.withLock('a', cancel.signal, async () => {
      cancel.abort(new Error('too late'));
      await nextTurn();
      return 'done';
    });
    assert.equal(await work, 'done');
  });
});

describe('a lock of one window', () => {
  it('is held, and hands on the last item name until it is replaced', async () => {
    const locks = new LocalLocks(new FakeClock());
    const seen: (string | undefined)[] = [];
    for (const [lockName, next] of [
      ['a', ['x.1-0-0.0', 'x.2-0-0.0']],
      ['a', []],
      ['b', []],
      ['a', ['x.3-0-0.0']],
      ['a', []],
    ] as const)
      await locks.withLock(lockName, NEVER, async (lock) => {
        assert.equal(await lock.isHeld(), true);
        seen.push(lock.handedOn);
        for (const each of next) lock.handOn(each);
      });
    assert.deepEqual(seen, [undefined, 'x.2-0-0.0', undefined, 'x.2-0-0.0', 'x.3-0-0.0']);
  });
});

describe('a claim within one window', () => {
  it('can be made again after its time', async () => {
    const clock = new FakeClock();
    const locks = new LocalLocks(clock);
    assert.equal(await locks.claimFor('a', HOUR_MS), true);
    assert.equal(await locks.claimFor('a', HOUR_MS), false);
    assert.equal(await locks.claimFor('b', HOUR_MS), true);
    clock.jump(HOUR_MS - 1);
    assert.equal(await locks.claimFor('a', HOUR_MS), false);
    clock.jump(1);
    assert.equal(await locks.claimFor('a', HOUR_MS), true);
  });

  it('lasts for the time that the next caller gives, not the one that made it', async () => {
    const clock = new FakeClock();
    const locks = new LocalLocks(clock);
    assert.equal(await locks.claimFor('a', 1_000 * HOUR_MS), true);
    clock.jump(HOUR_MS);
    assert.equal(await locks.claimFor('a', 2 * HOUR_MS), false);
    assert.equal(await locks.claimFor('a', HOUR_MS), true);
  });

  it('can be made again when the clock was set back by more than its time', async () => {
    const clock = new FakeClock();
    const locks = new LocalLocks(clock);
    assert.equal(await locks.claimFor('a', HOUR_MS), true);
    clock.jump(1 - HOUR_MS);
    assert.equal(await locks.claimFor('a', HOUR_MS), false);
    clock.jump(-1);
    assert.equal(await locks.claimFor('a', HOUR_MS), true);
  });
});
