import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Item } from '../../../src/sessions/items.ts';
import { TwoCopies } from '../../../src/storage/twoCopies.ts';
import { CopiesWorld, namesOf } from '../support/copiesWorld.ts';
import { textOf } from '../support/fakeStorage.ts';
import { put, textIn } from '../support/folderWorld.ts';
import { recordOf, removedOf } from '../support/record.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { renewed } from '../support/storeWorld.ts';

const A = recordOf('a');
const SECOND = renewed(A, 'second');
const THIRD = renewed(SECOND, 'third');
const B = recordOf('b');
const failure = Object.assign(new Error('private'), { code: 'EIO' });
const isFailure = (error: unknown): boolean => error === failure;

for (const [bad, good, name] of [
  ['secrets', 'shared', 'SecretStorage'],
  ['shared', 'secrets', 'the shared copy'],
] as const)
  describe(`two copies, of which one fails: ${bad}`, () => {
    it('list and read what the other has, with one line in the log', async () => {
      const world = new CopiesWorld();
      world[good].have(A);
      world[bad].readFailure = failure;
      const { copies, log } = world.open();
      for (let times = 0; times < 3; times++) {
        assert.deepEqual(await copies.names(), namesOf(A));
        assert.equal(await textIn(copies, A), textOf(A));
      }
      await assert.rejects(textIn(copies, B), isFailure, 'it may be in the other');
      assert.deepEqual(log.lines, [`warn Sessions cannot be read from ${name}: Error EIO.`]);
    });

    it('store in the other, and try again: one line in the log, the newest only', async () => {
      const world = new CopiesWorld();
      const { copies, log } = world.open();
      world[bad].writeFailure = failure;
      for (const record of [A, SECOND, B]) {
        await put(copies, record);
        await world.clock.advance(100_000);
        await copies.names(); // reading works all the time
      }
      assert.deepEqual(world.names[good], namesOf(SECOND, B));
      world[bad].writeFailure = undefined;
      await world.clock.advance(60_000);
      assert.deepEqual(world.names[bad], namesOf(SECOND, B));
      assert.equal(world.clock.pending, 0);
      assert.deepEqual(log.lines, [`warn Sessions cannot be written to ${name}: Error EIO.`]);
      world[bad].writeFailure = failure;
      await put(copies, THIRD);
      await world.clock.settle();
      assert.equal(log.lines.length, 2, 'a new series of failures');
      world[bad].writeFailure = undefined;
      await world.clock.advance(60_000);
      assert.deepEqual(world.names[bad], namesOf(THIRD, B));
    });

    it('accept an item as soon as the other has it', async () => {
      const world = new CopiesWorld();
      world[bad].hangs = true;
      const { copies } = world.open();
      await world.clock.run(put(copies, A));
      assert.deepEqual(world.names, { [bad]: [], [good]: namesOf(A) });
      world[bad].hangs = false;
      await world.clock.settle();
      assert.deepEqual(world.names[bad], namesOf(A));
    });

    it('get it at the next start if the window died between the two', async () => {
      const world = new CopiesWorld();
      world[bad].writeFailure = failure;
      const { copies, closed } = world.open();
      await put(copies, A);
      closed.abort();
      await world.clock.settle();
      world[bad].writeFailure = undefined;
      const next = world.open();
      assert.deepEqual(await next.copies.names(), namesOf(A));
      await world.clock.settle();
      assert.deepEqual(world.names[bad], namesOf(A));
    });

    it('keep trying for an item that was missing at the start', async () => {
      const world = new CopiesWorld();
      world[good].have(A);
      world[bad].writeFailure = failure;
      await world.open().copies.names();
      await world.clock.advance(10_000);
      world[bad].writeFailure = undefined;
      await world.clock.advance(60_000);
      assert.deepEqual(world.names[bad], namesOf(A));
    });
  });

describe('a place that cannot be listed', () => {
  for (const place of ['secrets', 'shared'] as const)
    it(`is a change when it can be listed again: ${place}`, async () => {
      const world = new CopiesWorld();
      const { copies } = world.open();
      const heard: (string | undefined)[] = [];
      copies.onDidChange((id) => heard.push(id));
      world[place].readFailure = new Error('locked');
      await copies.names();
      assert.deepEqual(heard, []);
      world[place].readFailure = undefined;
      await world.clock.advance(10_000);
      assert.deepEqual(heard, [undefined]);
    });
});

describe('two copies that both fail', () => {
  it('reject, and store in both later', async () => {
    const world = new CopiesWorld();
    for (const place of [world.secrets, world.shared]) place.writeFailure = place.readFailure = failure;
    const { copies, log } = world.open();
    await assert.rejects(copies.names(), isFailure);
    await assert.rejects(textIn(copies, A), isFailure);
    await assert.rejects(put(copies, A), isFailure);
    assert.equal(log.lines.length, 4);
    assert.deepEqual(copies.status(), { secrets: 'fails', shared: 'fails' });
    for (const place of [world.secrets, world.shared]) place.writeFailure = place.readFailure = undefined;
    await world.clock.advance(10_000);
    assert.deepEqual(world.names, { secrets: namesOf(A), shared: namesOf(A) });
  });
});

describe('an item that can never be stored in one place', () => {
  it('keeps back no other item', async () => {
    const world = new CopiesWorld();
    const place = world.shared.window();
    let works = false;
    const shared = {
      ...place,
      add: (item: Item, text: string) =>
        works && item.id !== 'a' ? place.add(item, text) : Promise.reject(failure),
    };
    const runtime = { clock: world.clock, log: new RecordingLog(), closed: new AbortController().signal };
    const copies = new TwoCopies({ secrets: world.secrets.window(), shared, inBrowser: false }, runtime);
    for (const record of [A, B]) await put(copies, record);
    works = true;
    await world.clock.advance(60_000);
    assert.deepEqual(world.names.shared, namesOf(B));
  });
});

describe('an item that is being tried again', () => {
  it('is not written by each list as well', async () => {
    const world = new CopiesWorld();
    const { copies, asked } = world.open();
    world.secrets.writeFailure = failure;
    await put(copies, A);
    asked.length = 0;
    for (let times = 0; times < 3; times++) {
      await copies.names();
      await world.clock.settle();
    }
    assert.deepEqual(asked, ['names', 'names', 'names']);
  });
});

describe('an item that fails while an older one of its session is tried again', () => {
  it('is tried again as well', async () => {
    const world = new CopiesWorld();
    const { copies } = world.open();
    world.shared.writeFailure = failure;
    await put(copies, A);
    world.shared.writeFailure = undefined;
    world.shared.writeMs = 5_000;
    await world.clock.advance(2_000); // the second attempt is under way
    world.shared.writeFailure = failure;
    await put(copies, SECOND);
    world.shared.writeFailure = undefined;
    await world.clock.advance(120_000);
    assert.deepEqual(world.names.shared, namesOf(SECOND));
  });
});

describe('two copies while the window closes', () => {
  it('are the shared copy alone: SecretStorage is not touched', async () => {
    for (const where of ['desktop', 'browser'] as const) {
      const world = new CopiesWorld(where);
      world.shared.have(A);
      world.secrets.have(B);
      const { copies, closed, asked, log } = world.open();
      closed.abort();
      assert.deepEqual(await copies.names(), namesOf(A));
      assert.deepEqual([await textIn(copies, A), await textIn(copies, B)], [textOf(A), undefined]);
      for (const record of [SECOND, removedOf('b')]) await put(copies, record);
      world.shared.readFailure = world.shared.writeFailure = failure;
      await assert.rejects(put(copies, THIRD), isFailure);
      await assert.rejects(copies.names(), isFailure);
      await world.clock.advance(60_000);
      assert.deepEqual([asked, log.lines], [[], []]);
      assert.deepEqual(world.names.shared, namesOf(SECOND, removedOf('b')));
      world.shared.readFailure = world.shared.writeFailure = undefined;
      await world.open().copies.names();
      await world.clock.settle();
      assert.ok(
        world.names.secrets.includes(namesOf(removedOf('b'))[0] ?? ''),
        'the next window makes up for it',
      );
    }
  });

  it('make a last attempt for the shared copy, and none for SecretStorage', async () => {
    const world = new CopiesWorld();
    const { copies, closed, asked } = world.open();
    world.secrets.writeFailure = failure;
    await put(copies, A);
    world.shared.writeFailure = failure;
    await assert.rejects(put(copies, B), isFailure);
    world.secrets.writeFailure = world.shared.writeFailure = undefined;
    asked.length = 0;
    closed.abort();
    await world.clock.settle();
    assert.deepEqual([world.names.shared, asked], [namesOf(A, B), []]);
    assert.equal(world.clock.pending, 0);
  });
});
