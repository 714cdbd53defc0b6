import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { keyOf, serialize } from '../../../src/sessions/sessionRecord.ts';
import { SessionStore, StoreError } from '../../../src/sessions/sessionStore.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeSecrets } from '../support/fakeSecrets.ts';
import { recordOf } from '../support/record.ts';
import { RecordingLog } from '../support/recordingLog.ts';

interface Window {
  readonly store: SessionStore;
  /** Every change it told of, such as `added a`. */
  readonly told: string[];
  readonly log: RecordingLog;
}

interface World {
  readonly clock: FakeClock;
  readonly secrets: FakeSecrets;
  /** Opens a window of the same application; what is stored is read when somebody asks. */
  readonly open: () => Window;
  /** Opens one that has read it. */
  readonly ready: () => Promise<Window>;
  /** Lets everything settle that is under way, then gives what a window lists. */
  readonly listed: (window: Window) => Promise<string[]>;
}

function world(): World {
  const clock = new FakeClock();
  const secrets = new FakeSecrets(clock);
  const open = (): Window => {
    const log = new RecordingLog();
    const store = new SessionStore(secrets.window(), clock, log);
    const told: string[] = [];
    store.onDidChange(({ kind, record }) => told.push(`${kind} ${record.id}`));
    return { store, told, log };
  };
  const ready = async (): Promise<Window> => {
    const window = open();
    await clock.run(window.store.load());
    return window;
  };
  const listed = async ({ store }: Window): Promise<string[]> => {
    await clock.advance(10_000);
    return store.list('sigma-identity').map(({ id }) => id);
  };
  return { clock, secrets, open, ready, listed };
}

const A = recordOf('a');
const B = recordOf('b', { createdAtMs: 2_000 });
/** A version of A that another window writes, so much later. */
const renewed = (accessToken: string, laterMs = 1): string =>
  serialize({ ...A, accessToken, writtenAtMs: A.writtenAtMs + laterMs });
const stored = (record: typeof A): [string, string] => [keyOf(record.id), serialize(record)];

describe('session store: one window', () => {
  it('keeps a session over a reload, as it was', async () => {
    const { clock, open } = world();
    await clock.run(open().store.put(A));
    const { store, told } = open();
    await clock.run(store.load());
    assert.deepEqual(store.get('a'), A);
    assert.deepEqual(told, [], 'what was there before is no change');
  });

  it('writes a key of its own for each session, and nothing else', async () => {
    const { clock, secrets, ready } = world();
    const { store } = await ready();
    await clock.run(store.put(A));
    await clock.run(store.put(B));
    assert.deepEqual([...secrets.stored], [stored(A), stored(B)]);
  });

  it('knows nothing before it is loaded, and reads nothing unasked', async () => {
    const { clock, secrets, open } = world();
    secrets.stored.set(...stored(A));
    secrets.readFailure = new Error('locked');
    const { store, log } = open();
    await clock.settle();
    assert.deepEqual(store.list('sigma-identity'), []);
    assert.deepEqual(log.lines, []);
  });

  it('reads once, however often it is asked', async () => {
    const { clock, secrets, open } = world();
    secrets.stored.set(...stored(A));
    const { store } = open();
    await clock.run(Promise.all([store.load(), store.load()]));
    secrets.readFailure = new Error('locked');
    await clock.run(store.load());
    assert.equal(store.list('sigma-identity').length, 1);
  });

  it('lists the sessions of one provider, oldest first', async () => {
    const { clock, secrets, open } = world();
    for (const record of [
      recordOf('young', { createdAtMs: 3_000 }),
      recordOf('old', { createdAtMs: 1_000 }),
      recordOf('other', { createdAtMs: 0, provider: 'adom' }),
      recordOf('middle', { createdAtMs: 2_000 }),
    ]) {
      secrets.stored.set(...stored(record));
    }
    secrets.stored.set('unrelated', 'secret of something else');
    const { store, log } = open();
    await clock.run(store.load());
    assert.deepEqual(
      store.list('sigma-identity').map(({ id }) => id),
      ['old', 'middle', 'young'],
    );
    assert.deepEqual(
      store.list('adom').map(({ id }) => id),
      ['other'],
    );
    assert.deepEqual(log.lines, []);
  });

  for (const eventsFirst of [true, false]) {
    it(`tells each change of its own once, its event ${eventsFirst ? 'before' : 'after'} the answer`, async () => {
      const { clock, secrets, open, listed } = world();
      secrets.eventsFirst = eventsFirst;
      const window = open();
      const { store, told } = window;
      await clock.run(store.load());
      await clock.run(store.put(A));
      await listed(window);
      await clock.run(store.put(A)); // no change that anybody could see
      await listed(window);
      await clock.run(store.put({ ...A, accessToken: 'renewed' }));
      await listed(window);
      assert.equal(store.get('a')?.accessToken, 'renewed');
      await clock.run(store.remove('a'));
      assert.deepEqual(await listed(window), []);
      assert.deepEqual(told, ['added a', 'changed a', 'removed a']);
    });
  }

  it('tells the record that was removed', async () => {
    const { clock, ready } = world();
    const { store } = await ready();
    await clock.run(store.put(A));
    const removed: unknown[] = [];
    store.onDidChange((change) => removed.push(change));
    assert.deepEqual(await clock.run(store.remove('a')), A);
    assert.deepEqual(removed, [{ kind: 'removed', record: A, isSignIn: false }]);
  });

  it('tells nobody who has stopped listening', async () => {
    const { clock, secrets, ready } = world();
    const { store, told } = await ready();
    const more: unknown[] = [];
    store.onDidChange((change) => more.push(change)).dispose();
    await clock.run(store.put(A));
    assert.deepEqual([told.length, more.length], [1, 0]);
    store.dispose();
    assert.equal(secrets.listeners, 0);
    await clock.run(store.put(B));
    assert.equal(told.length, 1);
  });

  it('removes a session from sight at once, and from storage then', async () => {
    const { clock, secrets, ready } = world();
    const { store, told } = await ready();
    await clock.run(store.put(A));
    secrets.writeMs = 3_000;
    const removing = store.remove('a');
    assert.equal(store.get('a'), undefined);
    assert.deepEqual(told, ['added a', 'removed a']);
    assert.ok(secrets.stored.has(keyOf('a')));
    await clock.run(removing);
    assert.equal(secrets.stored.size, 0);
  });

  it('removes as often as one likes, one after the other and in parallel', async () => {
    const { clock, ready } = world();
    const { store, told } = await ready();
    await clock.run(store.put(A));
    assert.equal(await clock.run(store.remove('unknown')), undefined);
    const removed = await clock.run(Promise.all([store.remove('a'), store.remove('a'), store.remove('a')]));
    assert.deepEqual(removed, [A, undefined, undefined]);
    assert.equal(await clock.run(store.remove('a')), undefined);
    assert.deepEqual(told, ['added a', 'removed a']);
  });
});

describe('session store: records that cannot be read', () => {
  for (const [name, text] of [
    ['garbage', 'garbage'],
    ['another version', JSON.stringify({ ...B, version: 2 })],
    ['another session’s', serialize(recordOf('c'))],
  ] as const) {
    it(`are set aside, not deleted, and hide no other: ${name}`, async () => {
      const { clock, secrets, open, listed } = world();
      secrets.stored.set(keyOf('b'), text);
      secrets.stored.set(...stored(A));
      const window = open();
      await clock.run(window.store.load());
      assert.deepEqual(await listed(window), ['a']);
      assert.equal(secrets.stored.get(keyOf('b')), text);
      assert.equal(window.log.lines.length, 1);
      assert.doesNotMatch(window.log.lines.join(), /token|garbage/);
    });
  }

  it('another window’s newer record takes nothing away', async () => {
    const { clock, secrets, ready, listed } = world();
    const window = await ready();
    await clock.run(window.store.put(A));
    const newer = JSON.stringify({ ...A, version: 2 });
    await secrets.window().store(keyOf('a'), newer);
    await secrets.window().store(keyOf('z'), newer);
    assert.deepEqual(await listed(window), ['a']);
    assert.deepEqual(window.told, ['added a']);
    assert.equal(secrets.stored.get(keyOf('a')), newer);
  });

  it('are not written in the first place', async () => {
    const { clock, secrets, ready } = world();
    const { store, told } = await ready();
    await assert.rejects(clock.run(store.put({ ...A, createdAtMs: NaN })));
    assert.equal(secrets.stored.size, 0);
    assert.deepEqual(told, []);
  });
});

describe('session store: storage that fails', () => {
  const locked = new Error('The keyring is locked');

  it('a failed write keeps nothing and says so', async () => {
    const { clock, secrets, ready, listed } = world();
    const window = await ready();
    secrets.writeFailure = locked;
    await assert.rejects(
      clock.run(window.store.put(A)),
      (error) => error instanceof StoreError && error.cause === locked,
    );
    assert.deepEqual(await listed(window), []);
    assert.deepEqual(window.told, []);
    secrets.writeFailure = undefined;
    await clock.run(window.store.put(A));
    assert.deepEqual(window.told, ['added a']);
  });

  it('a failed change leaves the session as it was', async () => {
    const { clock, secrets, ready } = world();
    const { store, told } = await ready();
    await clock.run(store.put(A));
    secrets.writeFailure = locked;
    await assert.rejects(clock.run(store.put({ ...A, accessToken: 'renewed' })), StoreError);
    assert.deepEqual(store.get('a'), A);
    assert.deepEqual(told, ['added a']);
  });

  it('a failed deletion says so; the session is out of sight all the same', async () => {
    const { clock, secrets, ready, listed } = world();
    const window = await ready();
    await clock.run(window.store.put(A));
    secrets.writeFailure = locked;
    await assert.rejects(clock.run(window.store.remove('a')), StoreError);
    assert.deepEqual(await listed(window), []);
    assert.deepEqual(window.told, ['added a', 'removed a']);
  });

  it('a failed read says so, and the next call tries again', async () => {
    const { clock, secrets, open } = world();
    secrets.stored.set(...stored(A));
    secrets.readFailure = locked;
    const { store } = open();
    await assert.rejects(
      clock.run(store.load()),
      (error) => error instanceof StoreError && error.cause === locked,
    );
    assert.deepEqual(store.list('sigma-identity'), []);
    secrets.readFailure = undefined;
    await clock.run(store.load());
    assert.deepEqual(store.get('a'), A);
  });

  it('a keyring that never answers is given up on after a minute', async () => {
    const { clock, secrets, ready } = world();
    const { store } = await ready();
    secrets.readMs = secrets.writeMs = 3_600_000;
    const begunMs = clock.ranMs;
    await assert.rejects(clock.run(store.put(A)), StoreError);
    assert.equal(clock.ranMs - begunMs, 60_000);
  });

  it('a change that cannot be read leaves what is in memory', async () => {
    const { clock, secrets, ready, listed } = world();
    const window = await ready();
    await clock.run(window.store.put(A));
    secrets.readFailure = locked;
    await secrets.window().delete(keyOf('a'));
    assert.deepEqual(await listed(window), ['a']);
    assert.equal(window.log.lines.length, 1);
  });
});

describe('session store: two windows', () => {
  it('hear of each other’s sessions, once each', async () => {
    const { clock, open, listed } = world();
    const [one, two] = [open(), open()];
    await clock.run(Promise.all([one.store.load(), two.store.load()]));
    await clock.run(one.store.put(A));
    assert.deepEqual(await listed(two), ['a']);
    await clock.run(two.store.put(B));
    assert.deepEqual(await listed(one), ['a', 'b']);
    await clock.run(two.store.put({ ...A, accessToken: 'renewed' }));
    await listed(one);
    assert.equal(one.store.get('a')?.accessToken, 'renewed');
    await clock.run(one.store.remove('b'));
    assert.deepEqual(await listed(two), ['a']);
    const all = ['added a', 'added b', 'changed a', 'removed b'];
    assert.deepEqual([one.told, two.told], [all, all]);
  });

  it('write at the same time without dropping each other’s sessions', async () => {
    const { clock, secrets, ready, listed } = world();
    const [one, two] = [await ready(), await ready()];
    secrets.writeMs = 50;
    secrets.readMs = 20;
    await clock.run(Promise.all([one.store.put(A), two.store.put(B)]));
    assert.deepEqual(await listed(one), ['a', 'b']);
    assert.deepEqual(await listed(two), ['a', 'b']);
  });

  it('remove the same session at the same time', async () => {
    const { clock, ready, listed } = world();
    const [one, two] = [await ready(), await ready()];
    await clock.run(one.store.put(A));
    assert.deepEqual(await listed(two), ['a']);
    await clock.run(Promise.all([one.store.remove('a'), two.store.remove('a')]));
    assert.deepEqual([await listed(one), await listed(two)], [[], []]);
    assert.equal(two.told.filter((each) => each === 'removed a').length, 1);
  });

  it('a change before the first look is seen by it', async () => {
    const { clock, open, listed } = world();
    const [one, two] = [open(), open()];
    await clock.run(one.store.put(A));
    assert.deepEqual(await listed(two), ['a']);
    await clock.run(two.store.load());
    assert.deepEqual(two.store.list('sigma-identity'), [A]);
  });

  it('a session that appears during the first look is not lost', async () => {
    const { clock, secrets, open, listed } = world();
    secrets.stored.set(...stored(A));
    secrets.readMs = 100;
    const [one, two] = [open(), open()];
    const loading = two.store.load();
    await clock.advance(50);
    await clock.run(one.store.put(B));
    await clock.run(loading);
    assert.deepEqual(await listed(two), ['a', 'b']);
  });
});

describe('session store: what comes late', () => {
  it('a read that began before a removal does not bring the session back', async () => {
    const { clock, secrets, ready, listed } = world();
    const window = await ready();
    await clock.run(window.store.put(A));
    secrets.readMs = 100;
    await secrets.window().store(keyOf('a'), renewed('renewed'));
    await clock.advance(50); // the change is being read
    await clock.run(window.store.remove('a'));
    assert.deepEqual(await listed(window), []);
    assert.deepEqual(window.told, ['added a', 'removed a']);
  });

  it('an event of a write that crossed with the removal does not either', async () => {
    const { clock, secrets, ready, listed } = world();
    const [one, two] = [await ready(), await ready()];
    await clock.run(one.store.put(A));
    await listed(two);
    secrets.writeMs = 100;
    const renewing = two.store.put({ ...A, accessToken: 'renewed' });
    const removing = one.store.remove('a');
    await clock.run(Promise.all([renewing, removing]));
    assert.deepEqual(await listed(one), []);
    assert.equal(one.told.at(-1), 'removed a');
  });

  it('nor does a window that has not heard of the removal yet and writes the session again', async () => {
    const { clock, secrets, ready, listed } = world();
    const window = await ready();
    await clock.run(window.store.put(A));
    await clock.run(window.store.remove('a'));
    await secrets.window().store(keyOf('a'), renewed('renewed'));
    assert.deepEqual(await listed(window), []);
    assert.deepEqual(window.told, ['added a', 'removed a']);
  });

  it('the first look does not undo a removal or a change that was faster', async () => {
    const { clock, secrets, open, listed } = world();
    const window = open();
    secrets.stored.set(...stored(A));
    secrets.stored.set(...stored(B));
    secrets.readMs = 100;
    const loading = window.store.load();
    await clock.advance(250); // the keys are known, one record is read, the other one is being read
    assert.notEqual(window.store.get('a'), undefined);
    await clock.run(window.store.remove('a'));
    await clock.run(window.store.put({ ...B, accessToken: 'renewed' }));
    await clock.run(loading);
    assert.deepEqual(await listed(window), ['b']);
    assert.equal(window.store.get('b')?.accessToken, 'renewed');
    assert.deepEqual(window.told, ['removed a', 'added b']);
  });

  for (const [name, change, expected] of [
    ['followed by another', (token: string) => ({ store: renewed(token, 2) }), 'second'],
    ['followed by a removal', () => ({ store: undefined }), undefined],
  ] as const) {
    it(`a change that is ${name} while it is being read: the last word counts`, async () => {
      const { clock, secrets, ready } = world();
      const window = await ready();
      await clock.run(window.store.put(A));
      secrets.readMs = 100;
      const other = secrets.window();
      await other.store(keyOf('a'), renewed('first'));
      await clock.advance(50); // the first change is being read
      const last = change('second').store;
      await (last === undefined ? other.delete(keyOf('a')) : other.store(keyOf('a'), last));
      await clock.advance(10_000);
      assert.equal(window.store.get('a')?.accessToken, expected);
    });
  }

  it('a read that takes longer than the next one counts for nothing', async () => {
    const { clock, secrets, ready } = world();
    const window = await ready();
    await clock.run(window.store.put(A));
    const other = secrets.window();
    secrets.readMs = 300;
    await other.store(keyOf('a'), renewed('first'));
    await clock.advance(50);
    secrets.readMs = 100;
    await other.store(keyOf('a'), renewed('second', 2));
    await clock.advance(10_000);
    assert.equal(window.store.get('a')?.accessToken, 'second');
    assert.deepEqual(window.told, ['added a', 'changed a']);
  });

  it('a session that another window adds and removes at once does not stay', async () => {
    const { clock, secrets, open, listed } = world();
    const window = open();
    await clock.run(window.store.load());
    secrets.readMs = 100;
    const other = secrets.window();
    await other.store(...stored(A));
    await clock.advance(50);
    await other.delete(keyOf('a'));
    assert.deepEqual(await listed(window), []);
  });
});
