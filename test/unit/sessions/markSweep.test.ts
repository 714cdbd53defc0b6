import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { itemOf } from '../../../src/sessions/items.ts';
import { MarkSweep } from '../../../src/sessions/markSweep.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeStorage } from '../support/fakeStorage.ts';
import { recordOf, removedOf } from '../support/record.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const AFTER_MS = 3_600_000;

class World {
  readonly clock = new FakeClock();
  readonly storage = new FakeStorage(this.clock);
  readonly log = new RecordingLog();
  readonly closed = new AbortController();
  readonly sweep: MarkSweep;

  constructor() {
    const runtime = { clock: this.clock, log: this.log, closed: this.closed.signal };
    this.sweep = new MarkSweep(this.storage.workWindow(), AFTER_MS, 'finished work', runtime);
    for (const record of [recordOf('live'), removedOf('done'), removedOf('over')]) this.storage.have(record);
  }

  get names(): string[] {
    return [...this.storage.stored.keys()];
  }
}

const LIVE = itemOf(recordOf('live')).name;

describe('the marks of work that is over', () => {
  it('are deleted after the time in which a late write can come, and nothing else is', async () => {
    const world = new World();
    const sweeping = world.sweep.sweep(world.names);
    await world.clock.advance(AFTER_MS - 1);
    assert.equal(world.names.length, 3);
    await world.clock.advance(1);
    await sweeping;
    assert.deepEqual([world.names, world.log.lines, world.clock.pending], [[LIVE], [], 0]);
  });

  it('are swept once at a time, and again after that', async () => {
    const world = new World();
    for (let times = 0; times < 3; times++) void world.sweep.sweep(world.names);
    assert.equal(world.clock.pending, 1);
    await world.clock.advance(AFTER_MS);
    await world.sweep.sweep(world.names);
    assert.equal(world.clock.pending, 0, 'there is none');
    world.storage.have(removedOf('later'));
    await world.clock.run(world.sweep.sweep(world.names));
    assert.deepEqual(world.names, [LIVE]);
  });

  it('leave a line in the log when they cannot be deleted, and are swept again', async () => {
    const world = new World();
    world.storage.readFailure = Object.assign(new Error('private'), { code: 'EIO' });
    await world.clock.run(world.sweep.sweep(world.names));
    assert.deepEqual(world.log.lines, ['warn Marks of finished work could not be deleted: Error EIO.']);
    world.storage.readFailure = undefined;
    await world.clock.run(world.sweep.sweep(world.names));
    assert.deepEqual(world.names, [LIVE]);
  });

  it('stay when the window closes', async () => {
    const world = new World();
    const sweeping = world.sweep.sweep(world.names);
    world.closed.abort(new Error('closed'));
    await sweeping;
    assert.deepEqual([world.names.length, world.log.lines, world.clock.pending], [3, [], 0]);
  });
});
