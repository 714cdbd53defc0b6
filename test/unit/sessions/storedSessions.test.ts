import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { TimeLimitError } from '../../../src/base/timeLimit.ts';
import { sessionKey } from '../../../src/sessions/accounts.ts';
import { serialize } from '../../../src/sessions/record.ts';
import { isStale, type Stored, StoredSessions, StoreError } from '../../../src/sessions/storedSessions.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeLocks } from '../support/fakeLocks.ts';
import { FakeStorage } from '../support/fakeStorage.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const LIMIT_MS = 60_000;
const A = recordOf('a');
const B = recordOf('b', { scopes: ['b'] });
const NEWER = recordOf('a', { version: { signIn: 2, revision: 0, amendment: 0 } });
const never = new AbortController().signal;
const locked = new Error('The keyring is locked');

interface World {
  readonly clock: FakeClock;
  readonly storage: FakeStorage;
  readonly locks: FakeLocks;
  readonly log: RecordingLog;
  /** Two windows. */
  readonly one: StoredSessions;
  readonly two: StoredSessions;
}

function world(): World {
  const [clock, log, closed] = [new FakeClock(), new RecordingLog(), new AbortController()];
  const [storage, locks] = [new FakeStorage(clock), new FakeLocks(clock)];
  const open = (): StoredSessions =>
    new StoredSessions(
      storage.window(),
      locks.window(),
      { clock, log, closed: closed.signal },
      () => undefined,
    );
  return { clock, storage, locks, log, one: open(), two: open() };
}

describe('isStale', () => {
  for (const [name, stored, newest, expected] of [
    ['nothing is stored', undefined, A, true],
    ['an older version is stored', A, NEWER, true],
    ['the same version is stored', structuredClone(A), A, false],
    ['a newer version is stored', NEWER, A, false],
    ['a session is stored, and it was signed out', NEWER, removedOf('a'), true],
    ['a sign-out is stored', removedOf('a'), NEWER, false],
    ['a text that this version cannot read is stored', 'unreadable', NEWER, false],
  ] as const satisfies (readonly [string, Stored, typeof A | ReturnType<typeof removedOf>, boolean])[])
    it(`${name}: ${expected ? 'the newest must be stored' : 'storage stays as it is'}`, () => {
      assert.equal(isStale(stored, newest), expected);
    });
});

describe('stored sessions: reading and writing', () => {
  it('have one text for each session', async () => {
    const { clock, storage, one } = world();
    const records = [A, endedOf('b'), removedOf('c')];
    for (const record of records) await clock.run(one.write(record));
    assert.deepEqual(
      [...storage.stored],
      records.map((record) => [record.id, serialize(record)]),
    );
    assert.deepEqual(await clock.run(one.ids()), ['a', 'b', 'c']);
    for (const record of records) assert.deepEqual(await clock.run(one.read(record.id)), record);
    await clock.run(one.delete('a'));
    assert.deepEqual(await clock.run(one.ids()), ['b', 'c']);
    assert.equal(await clock.run(one.read('a')), undefined);
  });

  for (const [name, text] of [
    ['garbage', 'garbage'],
    ['another format', JSON.stringify({ ...A, format: 2 })],
    ['the record of another session', serialize(recordOf('b'))],
  ] as const)
    it(`an unreadable text is left alone, and the log says so without the text: ${name}`, async () => {
      const { clock, storage, log, one } = world();
      storage.stored.set('a', text);
      assert.equal(await clock.run(one.read('a')), 'unreadable');
      assert.equal(storage.stored.get('a'), text);
      assert.deepEqual(log.lines, [
        'warn A stored session is not readable by this version. It is left alone.',
      ]);
    });

  it('a record that could not be read again is not written', async () => {
    const { clock, storage, one } = world();
    await assert.rejects(clock.run(one.write({ ...A, signedInAtMs: NaN })));
    assert.equal(storage.stored.size, 0);
  });

  it('errors of the platform arrive as they are', async () => {
    const { clock, storage, one } = world();
    storage.readFailure = storage.writeFailure = locked;
    const calls = [() => one.ids(), () => one.read('a'), () => one.write(A), () => one.delete('a')];
    for (const call of calls) await assert.rejects(clock.run<unknown>(call()), (error) => error === locked);
  });
});

describe('stored sessions: time limit', () => {
  it('gives what the work gives, and leaves no timer', async () => {
    const { clock, one } = world();
    assert.equal(await clock.run(one.limited(never, () => Promise.resolve('done'))), 'done');
    assert.equal(clock.pending, 0);
  });

  it('makes a StoreError of a failure, with the failure as its cause', async () => {
    const { clock, one } = world();
    await assert.rejects(
      clock.run(one.limited(never, () => Promise.reject(locked))),
      (error) => error instanceof StoreError && error.cause === locked,
    );
  });

  it('gives up after a minute with a StoreError, and tells the work', async () => {
    const { clock, one } = world();
    let limits = never;
    const limited = one.limited(never, (signal) => {
      limits = signal;
      return new Promise(() => undefined);
    });
    await assert.rejects(
      clock.run(limited),
      (error) => error instanceof StoreError && error.cause instanceof TimeLimitError,
    );
    assert.equal(clock.ranMs, LIMIT_MS);
    assert.equal(limits.aborted, true);
  });

  it('ends at once with the reason of the caller, and tells the work', async () => {
    const { clock, one } = world();
    const [cancel, reason] = [new AbortController(), new Error('cancelled')];
    let limits = never;
    const limited = one.limited(cancel.signal, (signal) => {
      limits = signal;
      return new Promise(() => undefined);
    });
    clock.at(1_000, () => {
      cancel.abort(reason);
    });
    await assert.rejects(clock.run(limited), (error) => error === reason);
    assert.equal(clock.ranMs, 1_000);
    assert.equal(limits.aborted, true);
  });
});

/** Notes when each work begins and ends, in seconds of running time. */
function noteTimes(clock: FakeClock): { times: string[]; work: (name: string, ms: number) => Promise<void> } {
  const times: string[] = [];
  const work = async (name: string, ms: number): Promise<void> => {
    times.push(`${name} begins at ${clock.ranMs / 1_000}`);
    await clock.sleep(ms, never);
    times.push(`${name} ends at ${clock.ranMs / 1_000}`);
  };
  return { times, work };
}

/** A change as the store makes it: under the lock of its session, for a minute at most. */
function change<T>(
  stored: StoredSessions,
  id: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  return stored.limited(signal, (limits) => stored.whileWriting(id, limits, work));
}

describe('stored sessions: changes', () => {
  it('of one session wait for each other, also in another window', async () => {
    const { clock, one, two } = world();
    const { times, work } = noteTimes(clock);
    await clock.run(
      Promise.all([
        change(one, 'a', never, () => work('first', 5_000)),
        change(two, 'a', never, () => work('second', 5_000)),
      ]),
    );
    assert.deepEqual(times, [
      'first begins at 0',
      'first ends at 5',
      'second begins at 5',
      'second ends at 10',
    ]);
  });

  it('of two sessions do not wait for each other', async () => {
    const { clock, one, two } = world();
    const { times, work } = noteTimes(clock);
    await clock.run(
      Promise.all([
        change(one, 'a', never, () => work('a', 5_000)),
        change(two, 'b', never, () => work('b', 5_000)),
      ]),
    );
    assert.deepEqual(times, ['a begins at 0', 'b begins at 0', 'a ends at 5', 'b ends at 5']);
  });

  it('keep the lock until the work has settled, also after the minute', async () => {
    const { clock, locks, one } = world();
    const { work } = noteTimes(clock);
    await assert.rejects(clock.run(change(one, 'a', never, () => work('slow', 90_000))), StoreError);
    assert.equal(clock.ranMs, LIMIT_MS);
    assert.equal(locks.isHeld('write a'), true);
    await clock.advance(30_000);
    assert.equal(locks.isHeld('write a'), false);
  });

  it('give up with a StoreError when the lock stays taken for a minute, and then never begin', async () => {
    const { clock, one, two } = world();
    const { times, work } = noteTimes(clock);
    const first = one.limited(never, () => change(two, 'a', never, () => work('first', 90_000)));
    first.catch(() => undefined);
    await clock.advance(1_000);
    await assert.rejects(clock.run(change(one, 'a', never, () => work('second', 1))), StoreError);
    await clock.advance(120_000);
    assert.deepEqual(times, ['first begins at 0', 'first ends at 90']);
  });

  it('end at once with the reason of the caller while they wait for the lock', async () => {
    const { clock, one, two } = world();
    const { times, work } = noteTimes(clock);
    const [cancel, reason] = [new AbortController(), new Error('cancelled')];
    const first = change(two, 'a', never, () => work('first', 5_000));
    await clock.settle();
    const second = change(one, 'a', cancel.signal, () => work('second', 1));
    clock.at(1_000, () => {
      cancel.abort(reason);
    });
    await assert.rejects(clock.run(second), (error) => error === reason);
    assert.equal(clock.ranMs, 1_000);
    await clock.run(first);
    assert.deepEqual(times, ['first begins at 0', 'first ends at 5']);
  });
});

describe('stored sessions: whileGranting', () => {
  it('waits for the work of another window on the same session, without a limit', async () => {
    const { clock, one, two } = world();
    const { times, work } = noteTimes(clock);
    await clock.run(
      Promise.all([
        one.whileGranting(A, never, () => work('a', 100_000)),
        two.whileGranting(A, never, () => work('a again', 1_000)),
        two.whileGranting(B, never, () => work('b', 1_000)),
      ]),
    );
    assert.deepEqual(times, [
      'a begins at 0',
      'b begins at 0',
      'b ends at 1',
      'a ends at 100',
      'a again begins at 100',
      'a again ends at 101',
    ]);
  });

  it('lets changes of the same session through', async () => {
    const { clock, one, two } = world();
    const { times, work } = noteTimes(clock);
    const renewal = one.whileGranting(A, never, () => work('renewal', 5_000));
    await clock.run(change(two, 'a', never, () => work('change', 1_000)));
    await clock.run(renewal);
    assert.deepEqual(times.slice(-2), ['change ends at 1', 'renewal ends at 5']);
  });

  it('settles as the work does', async () => {
    const { clock, locks, one } = world();
    const failing = one.whileGranting(A, never, () => Promise.reject(locked));
    await assert.rejects(clock.run(failing), (error) => error === locked);
    assert.equal(locks.isHeld(`grant ${sessionKey(A)}`), false);
  });
});
