import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { IdentityHandles } from '../../../src/provider/identityHandles.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeStorage } from '../support/fakeStorage.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const MINUTE_MS = 60_000;

class HandleWorld {
  readonly clock = new FakeClock();
  readonly storage = new FakeStorage(this.clock);
  readonly log = new RecordingLog();

  open(): IdentityHandles {
    const runtime = { clock: this.clock, log: this.log, closed: new AbortController().signal };
    return new IdentityHandles(this.storage.window(), runtime);
  }

  async ready(): Promise<IdentityHandles> {
    const handles = this.open();
    await this.clock.run(handles.load());
    return handles;
  }
}

describe('the handles of identities', () => {
  it('are known in each window, and in the next one', async () => {
    const world = new HandleWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    one.give('a', 3);
    const given = one.of('a');
    assert.equal(given?.signIn, 3);
    await world.clock.settle();
    assert.deepEqual(two.of('a'), given);
    assert.deepEqual((await world.ready()).of('a'), given);
  });

  it('do not come back by a write that lands after they were taken back', async () => {
    const world = new HandleWorld();
    const slow = await world.ready();
    const fast = await world.ready();
    fast.give('a', 1);
    await world.clock.settle();
    const [late] = [...world.storage.stored];
    assert.ok(late);
    await fast.takeBack('a');
    world.storage.stored.set(...late);
    world.storage.tellOfAll();
    await world.clock.settle();
    for (const handles of [slow, fast, await world.ready()]) assert.equal(handles.of('a'), undefined);
    world.storage.stored.clear(); // by a stale window of a browser, which has only the earlier one
    world.storage.stored.set(...late);
    world.storage.tellOfAll();
    await world.clock.settle();
    for (const handles of [slow, fast, await world.ready()]) assert.equal(handles.of('a'), undefined);
  });

  it('are the newest, though an earlier version takes longer to read', async () => {
    const world = new HandleWorld();
    const [handles, other] = [await world.ready(), await world.ready()];
    world.storage.readMs = 10;
    other.give('a', 1);
    await world.clock.advance(15); // the window reads the first version
    world.storage.readMs = 0;
    other.give('a', 2);
    await world.clock.advance(10);
    assert.equal(handles.of('a')?.signIn, 2);
  });

  it('are written again when another program or a stale window has removed them', async () => {
    const world = new HandleWorld();
    const handles = await world.ready();
    handles.give('a', 1);
    await world.clock.settle();
    world.storage.loseAll();
    await world.clock.settle();
    assert.deepEqual((await world.ready()).of('a'), handles.of('a'));
  });

  it('are given in memory, and stored later, while the storage fails', async () => {
    const world = new HandleWorld();
    (await world.ready()).give('b', 1);
    await world.clock.settle();
    world.storage.readFailure = world.storage.writeFailure = new Error('locked');
    const handles = world.open();
    await assert.rejects(handles.load(), /locked/);
    handles.give('a', 1);
    assert.ok(handles.of('a'));
    await handles.load();
    world.storage.readFailure = world.storage.writeFailure = undefined;
    await world.clock.advance(2 * MINUTE_MS);
    assert.deepEqual((await world.ready()).of('a'), handles.of('a'));
    assert.ok(handles.of('b'), 'it has read the others since');
  });

  it('are gone from memory at once when taking them back cannot be stored, and from storage later', async () => {
    const world = new HandleWorld();
    const handles = await world.ready();
    handles.give('a', 1);
    await world.clock.settle();
    world.storage.writeFailure = new Error('full');
    assert.equal(await handles.takeBack('a'), false);
    assert.deepEqual([handles.of('a'), handles.sessionIds()], [undefined, []]);
    world.storage.writeFailure = undefined;
    await world.clock.advance(2 * MINUTE_MS);
    assert.equal((await world.ready()).of('a'), undefined);
  });

  it('are not used while their text is damaged, and a new one counts', async () => {
    const world = new HandleWorld();
    const handles = await world.ready();
    handles.give('a', 1);
    handles.give('a', 1);
    await world.clock.settle();
    const [name, text] = [...world.storage.stored].at(-1) ?? assert.fail();
    world.storage.stored.set(name, '{"format":1,"handle":{"id":"b","text":"forged","signIn":1}}');
    const other = await world.ready();
    assert.equal(other.of('a'), undefined);
    world.storage.stored.set(name, text);
    world.storage.tellOfAll();
    await world.clock.settle();
    assert.deepEqual(other.of('a'), handles.of('a'));
    other.give('a', 1);
    await world.clock.settle();
    assert.deepEqual(handles.of('a'), other.of('a'));
  });

  it('are read by the next call when the first one fails', async () => {
    const world = new HandleWorld();
    (await world.ready()).give('a', 1);
    await world.clock.settle();
    const handles = world.open();
    world.storage.readFailure = new Error('locked');
    await assert.rejects(handles.load(), /locked/);
    world.storage.readFailure = undefined;
    await handles.load();
    assert.ok(handles.of('a'));
  });

  it('do not wait for one that cannot be read, which follows as soon as it can', async () => {
    const world = new HandleWorld();
    const earlier = await world.ready();
    for (const id of ['a', 'b']) earlier.give(id, 1);
    await world.clock.settle();
    world.storage.unreadable.add('a');
    const handles = await world.ready();
    let changes = 0;
    handles.onDidChange(() => (changes += 1));
    assert.deepEqual(handles.sessionIds(), ['b']);
    world.storage.tellOfAll();
    await world.clock.advance(2 * MINUTE_MS);
    assert.deepEqual([handles.sessionIds(), world.log.lines.length], [['b'], 1]);
    world.storage.unreadable.clear();
    const before = changes;
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual([handles.of('a'), changes > before], [earlier.of('a'), true]);
    await world.clock.advance(2 * MINUTE_MS);
    assert.equal(world.clock.pending, 0);
  });

  it('stay as they were while a newer version cannot be read', async () => {
    const world = new HandleWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    one.give('a', 1);
    await world.clock.settle();
    const first = one.of('a');
    world.storage.unreadable.add('a');
    one.give('a', 2);
    await world.clock.settle();
    assert.deepEqual(two.of('a'), first);
    world.storage.unreadable.clear();
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(two.of('a'), one.of('a'));
  });

  it('are new ones for a session whose handle cannot be read, and it stays away', async () => {
    const world = new HandleWorld();
    (await world.ready()).give('a', 1);
    await world.clock.settle();
    world.storage.unreadable.add('a');
    const handles = await world.ready();
    handles.give('a', 1);
    const given = handles.of('a');
    world.storage.unreadable.clear();
    await world.clock.advance(2 * MINUTE_MS);
    assert.deepEqual([handles.of('a'), (await world.ready()).of('a')], [given, given]);
  });

  it('are in no line of the log', async () => {
    const world = new HandleWorld();
    world.storage.writeFailure = new Error('full');
    const handles = await world.ready();
    handles.give('a', 1);
    await world.clock.settle();
    const { id, text } = handles.of('a') ?? assert.fail();
    const lines = world.log.lines.join();
    assert.match(lines, /could not be stored/);
    assert.ok(!lines.includes(id) && !lines.includes(text));
  });
});
