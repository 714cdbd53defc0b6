import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { itemOf } from '../../../src/sessions/items.ts';
import type { SessionRecord } from '../../../src/sessions/record.ts';
import { StoragePlace } from '../../../src/storage/storagePlace.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeStorage, textOf } from '../support/fakeStorage.ts';
import { namesOf } from '../support/copiesWorld.ts';
import { recordOf } from '../support/record.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { renewed } from '../support/storeWorld.ts';

const A = recordOf('a');
const SECOND = renewed(A, 'second');
const B = recordOf('b');
const FAILURE = Object.assign(new Error('private'), { code: 'EIO' });
const READ = 'warn Sessions cannot be read from the place: Error EIO.';
const WRITTEN = 'warn Sessions cannot be written to the place: Error EIO.';

class World {
  readonly clock = new FakeClock();
  readonly storage = new FakeStorage(this.clock);
  readonly log = new RecordingLog();
  readonly closed = new AbortController();
  readonly end = new AbortController();
  readonly place: StoragePlace;
  /** How often the place was listed, and how often it was said to be readable again. */
  lists = 0;
  told = 0;

  constructor() {
    const window = this.storage.window();
    const counted = { ...window, names: () => (this.lists++, window.names()) };
    const runtime = { clock: this.clock, log: this.log, closed: this.closed.signal };
    const onReadable = (): void => {
      this.told += 1;
    };
    this.place = new StoragePlace('the place', counted, onReadable, this.end.signal, runtime);
  }

  add(record: SessionRecord): Promise<void> {
    return this.place.add(itemOf(record), textOf(record));
  }

  get names(): string[] {
    return [...this.storage.stored.keys()].sort();
  }
}

describe('a place whose list fails', () => {
  it('is listed again until that works, in one series, and this is told once', async () => {
    const world = new World();
    world.storage.readFailure = FAILURE;
    for (let times = 0; times < 3; times++) await assert.rejects(world.place.names(), FAILURE);
    assert.deepEqual([world.lists, world.clock.pending, world.place.status], [3, 1, 'fails']);
    await world.clock.advance(3_000);
    assert.deepEqual([world.lists, world.told], [5, 0]);
    world.storage.readFailure = undefined;
    await world.clock.advance(60_000);
    assert.deepEqual([world.lists, world.told, world.place.status], [6, 1, 'works']);
    world.storage.readFailure = FAILURE;
    await assert.rejects(world.place.names(), FAILURE);
    world.storage.readFailure = undefined;
    await world.clock.advance(60_000);
    assert.deepEqual([world.told, world.log.lines], [2, [READ, READ]]);
  });

  it('is not said to be readable by a window that closes', async () => {
    const world = new World();
    world.storage.readFailure = FAILURE;
    await assert.rejects(world.place.names(), FAILURE);
    world.storage.readFailure = undefined;
    world.closed.abort(new Error('closed'));
    await world.clock.settle();
    assert.deepEqual([world.lists, world.told, world.clock.pending], [2, 0, 0]);
  });

  it('leaves no line of a window that closes', async () => {
    const world = new World();
    world.storage.readFailure = FAILURE;
    world.closed.abort(new Error('closed'));
    await assert.rejects(world.place.names(), FAILURE);
    assert.deepEqual(world.log.lines, []);
  });
});

describe('a place that cannot be written to', () => {
  it('gets the newest item of each session in one series of attempts', async () => {
    const world = new World();
    world.storage.writeFailure = FAILURE;
    for (const record of [SECOND, A, B]) await assert.rejects(world.add(record), FAILURE);
    assert.equal(world.clock.pending, 1);
    for (const record of [SECOND, B]) assert.equal(world.place.isTryingToStore(itemOf(record)), true);
    assert.equal(world.place.isTryingToStore(itemOf(recordOf('c'))), false);
    await world.clock.advance(1_000);
    world.storage.writeFailure = undefined;
    await world.clock.advance(2_000);
    assert.deepEqual(world.names, namesOf(SECOND, B));
    assert.equal(world.place.isTryingToStore(itemOf(SECOND)), false);
    assert.deepEqual([world.clock.pending, world.place.status, world.log.lines], [0, 'works', [WRITTEN]]);
    world.storage.writeFailure = FAILURE;
    await assert.rejects(world.add(recordOf('c')), FAILURE);
    assert.equal(world.clock.pending, 1, 'a new series');
  });

  it('keeps a newer item that comes while the older one is being stored', async () => {
    const world = new World();
    world.storage.writeFailure = FAILURE;
    await assert.rejects(world.add(A), FAILURE);
    world.storage.writeFailure = undefined;
    world.storage.writeMs = 1_000;
    await world.clock.advance(1_500);
    world.storage.writeFailure = FAILURE;
    await assert.rejects(world.add(SECOND), FAILURE);
    await world.clock.advance(1_000);
    assert.equal(world.place.isTryingToStore(itemOf(SECOND)), true);
    world.storage.writeFailure = undefined;
    await world.clock.advance(60_000);
    assert.deepEqual(world.names, namesOf(SECOND));
  });

  it('has a status of its own beside a list that works', async () => {
    const world = new World();
    assert.equal(world.place.status, 'unused');
    world.storage.writeFailure = FAILURE;
    await assert.rejects(world.add(A), FAILURE);
    await world.place.names();
    assert.equal(world.place.status, 'fails');
    assert.deepEqual([world.told, world.log.lines], [0, [WRITTEN]]);
  });
});

describe('a place that can no longer be reached', () => {
  it('is not asked any more', async () => {
    const world = new World();
    const reason = new Error('closed');
    assert.equal(world.place.isOutOfReach, false);
    world.end.abort(reason);
    world.closed.abort(reason);
    assert.equal(world.place.isOutOfReach, true);
    await assert.rejects(world.place.names(), reason);
    await assert.rejects(world.add(A), reason);
    await world.clock.settle();
    assert.deepEqual([world.lists, world.names, world.log.lines], [0, [], []]);
    assert.equal(world.place.status, 'unused');
  });
});
