import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';

import { itemFor } from '../../../src/sessions/items.ts';
import { isTooOld, PendingRevocations } from '../../../src/sessions/pendingRevocations.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeStorage } from '../support/fakeStorage.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const HOUR_MS = 3_600_000;
const GRANT = { server: 'https://auth.example', accessToken: 'canary' };

function world(): {
  clock: FakeClock;
  storage: FakeStorage;
  log: RecordingLog;
  pending: PendingRevocations;
  closed: AbortController;
} {
  const [clock, log, closed] = [new FakeClock(), new RecordingLog(), new AbortController()];
  const storage = new FakeStorage(clock);
  const pending = new PendingRevocations(storage.workWindow(), { clock, log, closed: closed.signal });
  return { clock, storage, log, pending, closed };
}

describe('a revocation that waits', () => {
  const HOUR_MS = 3_600_000;
  for (const [what, afterMs, is] of [
    ['right after', 0, false],
    ['a minute before 72 hours have passed, less a millisecond', 72 * HOUR_MS - 60_001, false],
    ['a minute before 72 hours have passed', 72 * HOUR_MS - 60_000, true],
    ['with a clock that is a day behind', -24 * HOUR_MS, false],
    ['with a clock that is further behind', -24 * HOUR_MS - 1, true],
  ] as const)
    it(`is ${is ? '' : 'not '}too old ${what}`, () => {
      assert.equal(isTooOld({ begunAtMs: 1e12 }, 1e12 + afterMs), is);
    });
});

describe('stored revocations', () => {
  it('of another format, or damaged, are left alone', async () => {
    const { clock, storage, pending } = world();
    const version = { signIn: 1, revision: 0, amendment: 0 };
    const good = JSON.stringify({ format: 1, serviceId: 'adom', grant: GRANT, begunAtMs: clock.now() });
    const texts = {
      later: good.replace('"format":1', '"format":2'),
      without: good.replace('"begunAtMs"', '"at"'),
      odd: '[]',
      noJson: 'x',
    };
    for (const [id, text] of Object.entries(texts)) storage.stored.set(itemFor(id, version, text).name, text);
    storage.stored.set(itemFor('swapped', version, 'another text').name, good);
    const before = new Map(storage.stored);
    assert.deepEqual(await pending.list(), []);
    for (const id of [...Object.keys(texts), 'swapped']) assert.equal(await pending.get(id), undefined);
    clock.jump(100 * 24 * HOUR_MS);
    await clock.advance(HOUR_MS);
    assert.deepEqual(storage.stored, before);
  });

  it('are kept in memory while they cannot be stored, and are stored later', async () => {
    const { clock, storage, log, pending } = world();
    storage.writeFailure = new Error('a message');
    const id = await clock.run(pending.add('adom', GRANT, clock.now()));
    assert.deepEqual([(await pending.list()).map((each) => each.id), storage.stored.size], [[id], 0]);
    assert.equal((await pending.get(id))?.grant.accessToken, 'canary');
    assert.deepEqual(log.lines, ['warn A revocation could not be stored: Error. Trying again.']);
    storage.writeFailure = undefined;
    await clock.advance(60_000);
    assert.deepEqual([(await pending.list()).map((each) => each.id), storage.stored.size], [[id], 1]);
  });

  it('are not waited for when the storage hangs', async () => {
    const { clock, storage, pending } = world();
    storage.hangs = true;
    const id = await clock.run(pending.add('adom', GRANT, clock.now()));
    assert.equal(clock.ranMs, 3_000);
    storage.hangs = false;
    await clock.advance(60_000);
    assert.deepEqual(
      (await pending.list()).map((each) => each.id),
      [id],
    );
    storage.hangs = true;
    const startedMs = clock.ranMs;
    await clock.run(pending.end(id));
    assert.equal(clock.ranMs - startedMs, 3_000);
    storage.hangs = false;
    await clock.advance(60_000);
    assert.deepEqual([...storage.stored.values()], ['']);
  });

  it('that are over stay over while the mark cannot be stored', async () => {
    const { clock, storage, log, pending } = world();
    const id = await clock.run(pending.add('adom', GRANT, clock.now()));
    storage.writeFailure = new Error('a message');
    await clock.run(pending.end(id));
    assert.deepEqual([await pending.list(), await pending.get(id)], [[], undefined]);
    assert.equal(log.lines.at(-1), 'warn A finished revocation could not be deleted: Error. Trying again.');
    storage.writeFailure = undefined;
    await clock.advance(60_000);
    assert.deepEqual([...storage.stored.values()], ['']);
  });

  it('that are over before they could be stored are not stored any more', async () => {
    const { clock, storage, pending } = world();
    storage.writeFailure = new Error('a message');
    const id = await clock.run(pending.add('adom', GRANT, clock.now()));
    await clock.run(pending.end(id));
    assert.deepEqual(await pending.list(), []);
    const written = mock.method(storage.stored, 'set');
    storage.writeFailure = undefined;
    await clock.advance(120_000);
    assert.deepEqual(
      written.mock.calls.map(({ arguments: [, text] }) => text),
      [''],
    );
    assert.equal(await pending.get(id), undefined);
  });

  it('that another window has ended are gone', async () => {
    const { clock, storage, pending, log, closed } = world();
    const other = new PendingRevocations(storage.workWindow(), { clock, log, closed: closed.signal });
    const id = await clock.run(pending.add('adom', GRANT, clock.now()));
    assert.equal((await other.list()).length, 1);
    await clock.run(other.end(id));
    assert.deepEqual([await pending.list(), await pending.get(id)], [[], undefined]);
  });
});
