import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { askForKey, offerKey } from '../../../../src/storage/node/sessionKey.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

const KEY = Buffer.alloc(32, 7);
/** As measured in a browser. */
const BROADCAST_MS = 130;

/**
 * The global state of an extension in the windows of one browser. Each window has a copy. A change writes the whole
 * copy, and reaches the other windows a moment later: two changes at once undo each other.
 */
class BrowserWorld {
  readonly clock = new FakeClock();
  readonly log = new RecordingLog();
  readonly closed = new AbortController();
  readonly #windows: FakeMemento[] = [];

  window(): FakeMemento {
    const memento = new FakeMemento();
    const update = memento.update.bind(memento);
    memento.update = async (key, value) => {
      await update(key, value);
      const copy = new Map(memento.kept);
      const others = this.#windows.filter((each) => each !== memento);
      this.clock.at(this.clock.ranMs + BROADCAST_MS, () => {
        for (const other of others) {
          other.kept.clear();
          for (const [each, kept] of copy) other.kept.set(each, kept);
        }
      });
    };
    this.#windows.push(memento);
    return memento;
  }

  get runtime() {
    return { clock: this.clock, log: this.log, closed: this.closed.signal };
  }
}

describe('the key of a window that has just made it', () => {
  it('reaches another window of the same browser, and no one who reads the global state', async () => {
    const world = new BrowserWorld();
    const [one, two, spy] = [world.window(), world.window(), world.window()];
    const seen: string[] = [];
    for (let ms = 0; ms < 3_000; ms += 50) world.clock.at(ms, () => seen.push(JSON.stringify([...spy.kept])));
    void offerKey(KEY, one, world.runtime);
    const key = await world.clock.run(askForKey(two, world.runtime, NEVER));
    assert.deepEqual(Buffer.from(key ?? []), KEY);
    assert.ok(seen.some((state) => state.includes('sealed')));
    assert.ok(seen.every((state) => !state.includes(KEY.toString('base64'))));
    assert.deepEqual(world.log.lines, ['info Gave the key of the stored sessions to another window.']);
  });

  it('reaches two windows that ask at the same time', async () => {
    const world = new BrowserWorld();
    const [one, two, three] = [world.window(), world.window(), world.window()];
    void offerKey(KEY, one, world.runtime);
    // The lock of the key lets one window ask after the other.
    const first = await world.clock.run(askForKey(two, world.runtime, NEVER));
    const second = await world.clock.run(askForKey(three, world.runtime, NEVER));
    assert.deepEqual([Buffer.from(first ?? []), Buffer.from(second ?? [])], [KEY, KEY]);
  });

  it('reaches the other window although other changes of the global state overwrite the question', async () => {
    const world = new BrowserWorld();
    const [one, two] = [world.window(), world.window()];
    void offerKey(KEY, one, world.runtime);
    for (let ms = 0; ms < 2_000; ms += 150)
      world.clock.at(ms, () => {
        void one.update('sessionIndex', ms);
      });
    const key = await world.clock.run(askForKey(two, world.runtime, NEVER));
    assert.deepEqual(Buffer.from(key ?? []), KEY);
  });

  it('is offered for five minutes, and leaves nothing in the global state', async () => {
    const world = new BrowserWorld();
    const [one, two] = [world.window(), world.window()];
    const offering = offerKey(KEY, one, world.runtime);
    await world.clock.run(askForKey(two, world.runtime, NEVER));
    await world.clock.run(offering);
    assert.ok(world.clock.ranMs >= 300_000 && world.clock.ranMs < 301_000);
    await world.clock.advance(BROADCAST_MS);
    for (const memento of [one, two]) assert.deepEqual([...memento.kept], []);
  });

  it('is not waited for longer than ten seconds when no window offers one', async () => {
    const world = new BrowserWorld();
    assert.equal(await world.clock.run(askForKey(world.window(), world.runtime, NEVER)), undefined);
    assert.ok(world.clock.ranMs >= 10_000 && world.clock.ranMs < 11_000);
  });

  it('is not taken from an answer to another window, or from garbage', async () => {
    for (const answer of [{ to: 'another window', sealed: 'AAAA' }, 'garbage', { to: 5 }]) {
      const world = new BrowserWorld();
      const memento = world.window();
      await memento.update('keyAnswer', answer);
      assert.equal(await world.clock.run(askForKey(memento, world.runtime, NEVER)), undefined);
    }
  });

  it('is still offered after a question that has no public key', async () => {
    const world = new BrowserWorld();
    const [one, two] = [world.window(), world.window()];
    await one.update('keyRequest', { publicKey: 'garbage' });
    void offerKey(KEY, one, world.runtime);
    await world.clock.advance(1_000);
    const key = await world.clock.run(askForKey(two, world.runtime, NEVER));
    assert.deepEqual(Buffer.from(key ?? []), KEY);
  });

  it('is still waited for after an answer that has no public key', async () => {
    const world = new BrowserWorld();
    const memento = world.window();
    const asking = askForKey(memento, world.runtime, NEVER);
    world.clock.at(100, () => {
      const { publicKey: to } = memento.get<{ publicKey: string }>('keyRequest', { publicKey: '' });
      void memento.update('keyAnswer', { to, from: 'garbage', sealed: 'AAAA' });
    });
    void offerKey(KEY, world.window(), world.runtime);
    assert.deepEqual(Buffer.from((await world.clock.run(asking)) ?? []), KEY);
  });

  it('is no longer offered when the window closes', async () => {
    const world = new BrowserWorld();
    const offering = offerKey(KEY, world.window(), world.runtime);
    await world.clock.advance(1_000);
    world.closed.abort();
    await world.clock.run(offering);
    assert.deepEqual([world.clock.pending, world.log.lines], [0, []]);
  });
});
