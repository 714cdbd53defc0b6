import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { HeldElsewhereError, type HeldLock } from '../../../../src/sessions/ports.ts';
import { WebLocks } from '../../../../src/storage/web/webLocks.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { FakeProcess } from '../../support/fakeProcess.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

const STALE_AFTER_MS = 10_000;

/** One window, and its work under the lock. */
interface Window {
  /** When the work began, in milliseconds of running time. */
  beganAtMs?: number;
  lock?: HeldLock;
  error?: unknown;
  readonly process: FakeProcess;
  readonly end: () => void;
}

/** Windows of one browser, after their copies of the global state have become the same. */
class World {
  readonly clock = new FakeClock();
  readonly memento = new FakeMemento();
  readonly log = new RecordingLog();

  /** A window that asks for the lock, and works until the test ends the work. */
  async open({ signal = NEVER, memento = this.memento } = {}): Promise<Window> {
    const process = new FakeProcess(this.clock);
    const done = Promise.withResolvers<undefined>();
    const window: Window = {
      process,
      end: () => {
        done.resolve(undefined);
      },
    };
    const work = (lock: HeldLock): Promise<undefined> => {
      Object.assign(window, { lock, beganAtMs: this.clock.ranMs });
      return done.promise;
    };
    new WebLocks(memento, process.clock, this.log)
      .withLock('a', signal, work, STALE_AFTER_MS)
      .catch((error: unknown) => (window.error = error));
    await this.clock.settle();
    return window;
  }

  get key(): string {
    return this.memento.keys().find((key) => key.startsWith('owner/')) ?? assert.fail();
  }
}

describe('a lock in a browser for work that another window may continue', () => {
  it('is refused as soon as its owner shows life', async () => {
    const world = new World();
    const one = await world.open();
    const two = await world.open();
    await world.clock.advance(2_000);
    assert.deepEqual([two.beganAtMs, two.error], [undefined, undefined]);
    await world.clock.advance(1_500);
    assert.ok(two.error instanceof HeldElsewhereError);
    assert.equal(await one.lock?.isHeld(), true);
    one.end();
    await world.clock.settle();
    assert.deepEqual(world.memento.keys(), [], 'nothing stays');
    assert.deepEqual([world.clock.pending, world.log.lines], [0, []]);
  });

  it('is taken after ten seconds from a window that has ended', async () => {
    const world = new World();
    const one = await world.open();
    await world.clock.advance(7_000);
    one.process.end();
    const two = await world.open();
    await world.clock.advance(STALE_AFTER_MS - 1);
    assert.equal(two.beganAtMs, undefined);
    await world.clock.advance(1);
    assert.equal(two.beganAtMs, 17_000);
    assert.equal(await two.lock?.isHeld(), true);
  });

  it('is taken after ten seconds from a window whose VS Code never answers', async () => {
    const world = new World();
    const memento = new FakeMemento();
    memento.get = world.memento.get.bind(world.memento);
    let answers = true;
    memento.update = (key, value) =>
      answers ? world.memento.update(key, value) : new Promise(() => undefined);
    const one = await world.open({ memento });
    await world.clock.advance(7_000);
    answers = false;
    const two = await world.open();
    await world.clock.advance(STALE_AFTER_MS);
    assert.equal(two.beganAtMs, 17_000);
    assert.deepEqual([await one.lock?.isHeld(), await two.lock?.isHeld()], [false, true]);
  });

  for (const [what, ms] of [
    ['ends', 0],
    ['shows life again and ends', 10_000],
  ] as const)
    it(`stays with its new owner when the old one ${what}`, async () => {
      const world = new World();
      const one = await world.open();
      const [, theirs] = [...world.memento.kept][0] ?? assert.fail();
      world.memento.kept.set(world.key, { id: 'another window', beats: 3 });
      assert.notDeepEqual(world.memento.kept.get(world.key), theirs);
      assert.equal(await one.lock?.isHeld(), false);
      await world.clock.advance(ms);
      one.end();
      await world.clock.settle();
      assert.deepEqual(world.memento.kept.get(world.key), { id: 'another window', beats: 3 });
      assert.equal(world.clock.pending, 0);
    });

  it('is still held when another window has undone its entry, and its next sign of life brings it back', async () => {
    const world = new World();
    const one = await world.open();
    world.memento.kept.clear();
    assert.equal(await one.lock?.isHeld(), true);
    await world.clock.advance(3_000);
    assert.equal(world.memento.keys().length, 1);
  });

  it('shows no life by being looked at', async () => {
    const world = new World();
    const one = await world.open();
    const before = [...world.memento.kept];
    await one.lock?.isHeld();
    await world.clock.settle();
    assert.deepEqual([...world.memento.kept], before);
  });

  it('is free at once when its owner ends the work, or its entry goes while another one waits', async () => {
    const world = new World();
    const one = await world.open();
    const two = await world.open();
    one.end();
    await world.clock.advance(1_000);
    assert.deepEqual([two.beganAtMs, two.error], [1_000, undefined]);
  });

  it('is refused when another window has taken it meanwhile', async () => {
    const world = new World();
    await world.open();
    const waiting = await world.open();
    world.memento.kept.set(world.key, { id: 'another window', beats: 0 });
    await world.clock.advance(1_000);
    assert.ok(waiting.error instanceof HeldElsewhereError);
  });

  it('is given up with the reason of the signal', async () => {
    const world = new World();
    await world.open();
    const abort = new AbortController();
    const waiting = await world.open({ signal: abort.signal });
    const reason = new Error('closed');
    abort.abort(reason);
    await world.clock.settle();
    assert.equal(waiting.error, reason);
  });

  for (const planted of [undefined, 'a text', { id: 7, beats: 1 }, { id: 'a' }])
    it(`is free if the global state has no owner there: ${JSON.stringify(planted)}`, async () => {
      const world = new World();
      const first = await world.open();
      const { key } = world;
      first.end();
      await world.clock.settle();
      if (planted !== undefined) world.memento.kept.set(key, planted);
      const window = await world.open();
      assert.equal(window.beganAtMs, 0);
    });

  it('works without a sign of life while the global state cannot be written, which is logged', async () => {
    const world = new World();
    world.memento.writeFailure = new Error('a message');
    const window = await world.open();
    assert.equal(await window.lock?.isHeld(), true);
    assert.deepEqual(world.log.lines, ['warn A lock could not be kept alive: Error.']);
    world.memento.writeFailure = undefined;
    await world.clock.advance(3_000);
    assert.deepEqual(world.memento.keys(), [world.key], 'it shows life as soon as it can');
    window.end();
    await world.clock.settle();
    assert.equal(world.clock.pending, 0);
  });
});
