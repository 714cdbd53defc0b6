import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { WebLocks } from '../../../../src/storage/web/webLocks.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Windows of one browser, after their copies of the global state have become the same. */
function world(): {
  readonly clock: FakeClock;
  readonly memento: FakeMemento;
  readonly log: RecordingLog;
  readonly open: () => WebLocks;
} {
  const [clock, memento, log] = [new FakeClock(), new FakeMemento(), new RecordingLog()];
  return { clock, memento, log, open: () => new WebLocks(memento, clock, log) };
}

describe('a claim in a browser', () => {
  it('belongs to one window, and cannot be made again after a reload until its time is over', async () => {
    const { clock, memento, open } = world();
    const [one, two] = [open(), open()];
    assert.equal(await one.claimFor('ended account', HOUR_MS), true);
    assert.equal(await one.claimFor('ended account', HOUR_MS), false);
    assert.equal(await two.claimFor('ended account', HOUR_MS), false);
    assert.equal(await open().claimFor('ended account', HOUR_MS), false);
    assert.equal(await two.claimFor('another', HOUR_MS), true);
    assert.ok(!JSON.stringify([...memento.kept]).includes('ended account'));
    clock.jump(HOUR_MS - 1);
    assert.equal(await two.claimFor('ended account', HOUR_MS), false);
    clock.jump(1);
    assert.equal(await two.claimFor('ended account', HOUR_MS), true);
  });

  it('is not forgotten when another one is made for a shorter time', async () => {
    const { clock, open } = world();
    assert.equal(await open().claimFor('for a month', 30 * DAY_MS), true);
    clock.jump(DAY_MS);
    assert.equal(await open().claimFor('for an hour', HOUR_MS), true);
    assert.equal(await open().claimFor('for a month', 30 * DAY_MS), false);
  });

  it('does not make the global state grow forever', async () => {
    const { clock, memento, open } = world();
    const sizes = new Set<number>();
    for (let day = 0; day < 200; day++) {
      assert.equal(await open().claimFor(`name ${day}`, 30 * DAY_MS), true);
      assert.equal(await open().claimFor('the same', HOUR_MS), true);
      clock.jump(DAY_MS);
      if (day > 60) sizes.add(JSON.stringify(memento.kept.get('claims')).length);
    }
    assert.equal(sizes.size, 1, [...sizes].join());
    const names = JSON.stringify(memento.kept.get('claims')).match(/"name":"[^"]+"/g) ?? [];
    assert.equal(new Set(names).size, names.length);
  });

  const planted: Record<string, (nowMs: number, name: string) => unknown> = {
    'a time of long ago': (_, name) => [{ name, atMs: 0, forMs: 1e300 }],
    'a time far ahead': (nowMs, name) => [{ name, atMs: nowMs + 1e12 }],
    'no time': (_, name) => [{ name }],
    'no list': () => ({ told: true }),
    'a text': () => 'told',
  };
  for (const [what, value] of Object.entries(planted))
    it(`can be made even if another program has put ${what} there`, async () => {
      const { clock, memento, open } = world();
      await open().claimFor('a', HOUR_MS);
      const name = /"name":"([0-9a-f]+)"/.exec(JSON.stringify(memento.kept.get('claims')))?.[1];
      assert.ok(name);
      memento.kept.set('claims', value(clock.now(), name));
      assert.equal(await open().claimFor('a', HOUR_MS), true);
      assert.equal(await open().claimFor('a', HOUR_MS), false);
    });

  it('can be made once in each window that cannot write the global state, which is logged', async () => {
    const { memento, log, open } = world();
    memento.writeFailure = new Error('a message');
    const [one, two] = [open(), open()];
    assert.equal(await one.claimFor('a', HOUR_MS), true);
    assert.equal(await one.claimFor('a', HOUR_MS), false);
    assert.equal(await two.claimFor('a', HOUR_MS), true);
    assert.equal(log.lines[0], 'warn Other windows cannot be told what this one does: Error.');
  });
});

describe('a lock in a browser', () => {
  it('writes nothing, unless another window may continue its work', async () => {
    const { clock, memento, open } = world();
    const during = (staleAfterMs?: number): Promise<number> =>
      clock.run(open().withLock('a', NEVER, () => Promise.resolve(memento.kept.size), staleAfterMs));
    assert.deepEqual([await during(), await during(10_000)], [0, 1]);
  });

  it('runs the calls of one window one at a time, and hands on an item name within it', async () => {
    const locks = world().open();
    const steps: unknown[] = [];
    await Promise.all(
      ['one', 'two'].map((each) =>
        locks.withLock('a', NEVER, async (lock) => {
          steps.push(each, lock.handedOn, await lock.isHeld());
          lock.handOn(`from-${each}`);
        }),
      ),
    );
    assert.deepEqual(steps, ['one', undefined, true, 'two', 'from-one', true]);
  });
});
