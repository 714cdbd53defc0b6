import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { TimeLimitError } from '../../../src/base/timeLimit.ts';
import { itemOf, parseItem } from '../../../src/sessions/items.ts';
import type { SessionRecord } from '../../../src/sessions/record.ts';
import { StoredSessions, StoreError } from '../../../src/sessions/storedSessions.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeStorage, textOf } from '../support/fakeStorage.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const LIMIT_MS = 60_000;
const A = recordOf('a');
const locked = new Error('The keyring is locked');

interface World {
  readonly clock: FakeClock;
  readonly storage: FakeStorage;
  readonly log: RecordingLog;
  readonly stored: StoredSessions;
}

function world(): World {
  const [clock, log, closed] = [new FakeClock(), new RecordingLog(), new AbortController()];
  const storage = new FakeStorage(clock);
  const runtime = { clock, log, closed: closed.signal };
  return { clock, storage, log, stored: new StoredSessions(storage.window(), runtime, () => undefined) };
}

describe('stored sessions: reading and writing', () => {
  it('writes one item for each session, and reads each back', async () => {
    const { clock, storage, stored } = world();
    const records: SessionRecord[] = [A, endedOf('b'), removedOf('c')];
    for (const record of records) await clock.run(stored.add(record));
    assert.deepEqual(
      [...storage.stored],
      records.map((record) => [itemOf(record).name, textOf(record)]),
    );
    const newest = await clock.run(stored.newestItems());
    assert.deepEqual([...newest.values()], records.map(itemOf));
    for (const record of records) assert.deepEqual(await clock.run(stored.read(itemOf(record))), record);
    assert.equal(await clock.run(stored.read(itemOf(recordOf('d')))), undefined);
  });

  it('skips names that are not ours', async () => {
    const { clock, storage, stored } = world();
    for (const name of ['a', 'a.1-0-0', 'a.1-0-0.removed.', '../a.1-0-0.removed', 'a.1.0.removed'])
      storage.stored.set(name, '');
    assert.deepEqual([...(await clock.run(stored.newestItems()))], []);
  });

  const sameName = itemOf(A);
  const later = JSON.stringify({ ...A, format: 2 });
  for (const [name, item, text] of [
    ['garbage', sameName, 'garbage'],
    ['the text of another version', sameName, textOf(recordOf('a', { scopes: [] }))],
    ['the text of another session', sameName, textOf(recordOf('b'))],
    ['the format of a later version', parseItem('a.1-0-0.d5a6cd8e0cd2ec2d'), later],
  ] as const)
    it(`leaves an unreadable text alone, and logs that once without the text: ${name}`, async () => {
      const { clock, storage, log, stored } = world();
      assert.ok(item);
      storage.stored.set(item.name, text);
      for (const time of ['once', 'again'])
        assert.equal(await clock.run(stored.read(item)), 'unreadable', time);
      assert.equal(storage.stored.get(item.name), text);
      assert.deepEqual(log.lines, [
        'warn A stored session cannot be read: it is damaged, or of a later version of this extension.',
      ]);
    });

  it('does not write a record that could not be read back', async () => {
    const { clock, storage, stored } = world();
    await assert.rejects(clock.run(stored.add({ ...A, signedInAtMs: NaN })));
    assert.equal(storage.stored.size, 0);
  });

  it('passes the platform’s errors on, except for one item that cannot be read', async () => {
    const { clock, storage, log, stored } = world();
    storage.readFailure = storage.writeFailure = locked;
    for (const call of [() => stored.newestItems(), () => stored.add(A)])
      await assert.rejects(clock.run<unknown>(call()), (error) => error === locked);
    assert.equal(await clock.run(stored.read(itemOf(A))), 'unavailable');
    assert.deepEqual(log.lines, ['warn A stored session cannot be read: Error.']);
  });
});

describe('stored sessions: time limit', () => {
  it('returns what the work returns, and leaves no timer', async () => {
    const { clock, stored } = world();
    assert.equal(await clock.run(stored.limited(() => Promise.resolve('done'))), 'done');
    assert.equal(clock.pending, 0);
  });

  it('throws a StoreError for a failure, with the failure as its cause', async () => {
    const { clock, stored } = world();
    await assert.rejects(
      clock.run(stored.limited(() => Promise.reject(locked))),
      (error) => error instanceof StoreError && error.cause === locked,
    );
  });

  it('gives up after a minute with a StoreError', async () => {
    const { clock, stored } = world();
    const limited = stored.limited(() => new Promise(() => undefined));
    await assert.rejects(
      clock.run(limited),
      (error) => error instanceof StoreError && error.cause instanceof TimeLimitError,
    );
    assert.equal(clock.ranMs, LIMIT_MS);
  });
});
