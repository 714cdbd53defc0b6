import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { itemFor, newestItems } from '../../../src/sessions/items.ts';
import type { HeldLock } from '../../../src/sessions/ports.ts';
import type { PendingSignIn } from '../../../src/services/service.ts';
import { Interrupted, KeptSignIn } from '../../../src/signIn/keptSignIn.ts';
import type { About, Progress } from '../../../src/signIn/signInRecord.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeStorage } from '../support/fakeStorage.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const ABOUT: About = {
  format: 1,
  serviceId: 'sigma-identity',
  scopes: ['profile'],
  isForExtension: true,
};
const WAITING: Progress = { kind: 'waiting', toResume: { deviceCode: 'canary' }, deadlineMs: 1 };
const GRANTED: Progress = { kind: 'granted', grant: { server: 'https://auth.example', accessToken: 'a' } };
const CONTINUES = 'info Another window continues the sign-in.';

/** One sign-in, its storage, and its lock, which another window can take. */
class World {
  readonly clock = new FakeClock();
  readonly storage = new FakeStorage(this.clock);
  readonly log = new RecordingLog();
  readonly closed = new AbortController();
  readonly kept: KeptSignIn;
  isHeld = true;
  /** Why no lock can be had. */
  lockFailure: Error | undefined;
  /** How often the window looked whether it still has the lock. */
  looks = 0;

  constructor(revision = 0) {
    const lock: HeldLock = {
      handedOn: undefined,
      isHeld: () => {
        this.looks += 1;
        return Promise.resolve(this.isHeld);
      },
      handOn: () => undefined,
    };
    this.kept = new KeptSignIn('id', ABOUT, revision, {
      storage: this.storage.workWindow(),
      locks: {
        withLock: (_name, _signal, work) =>
          this.lockFailure ? Promise.reject(this.lockFailure) : work(lock),
        claimFor: () => Promise.resolve(true),
      },
      runtime: { clock: this.clock, log: this.log, closed: this.closed.signal },
    });
  }

  /** A sign-in that its window owns. */
  static async owned(revision?: number): Promise<World> {
    const world = new World(revision);
    void world.kept.ownNew();
    await world.clock.settle();
    return world;
  }

  /** What the newest version says, and its revision. */
  stored(): [revision: number | undefined, text: unknown] {
    const item = newestItems(this.storage.stored.keys()).get('id');
    const text = item && this.storage.stored.get(item.name);
    return [item?.version.revision, text ? JSON.parse(text) : text];
  }

  /** Another window stores a version, or a mark. */
  async put(revision: number, progress: Progress | undefined): Promise<void> {
    const text = progress && JSON.stringify({ ...ABOUT, progress });
    const item = itemFor('id', { signIn: 1, revision, amendment: 0 }, text);
    await this.storage.workWindow().add(item, text ?? '');
  }

  async after<T>(ms: number, work: Promise<T>): Promise<T | 'still waiting'> {
    let result: T | 'still waiting' = 'still waiting';
    void work.then((value) => (result = value));
    await this.clock.advance(ms);
    return result;
  }
}

describe('the stored copy of a sign-in', () => {
  it('has its progress, in a new version each time', async () => {
    const world = await World.owned();
    assert.equal(await world.kept.save(WAITING), true);
    assert.deepEqual(world.stored(), [0, { ...ABOUT, progress: WAITING }]);
    assert.equal(await world.kept.save(GRANTED), true);
    assert.deepEqual(world.stored(), [1, { ...ABOUT, progress: GRANTED }]);
    await world.kept.forget();
    assert.deepEqual(world.stored(), [2, '']);
    assert.deepEqual(world.log.lines, []);
  });

  it('is not written after the sign-in is forgotten', async () => {
    const world = new World();
    const saving = world.kept.save(WAITING);
    await world.kept.forget();
    void world.kept.ownNew();
    assert.equal(await saving, false);
    assert.deepEqual(world.stored(), [undefined, undefined]);
  });

  it('is not written without the lock', async () => {
    const world = new World();
    world.isHeld = false;
    void world.kept.ownNew();
    assert.equal(await world.kept.save(WAITING), false);
    await world.kept.check();
    await world.kept.forget();
    assert.deepEqual(world.stored(), [undefined, undefined]);
  });

  it('is not written when the lock cannot be had', async () => {
    const world = new World();
    world.lockFailure = new Error('a message');
    const saving = world.kept.save(WAITING);
    await world.kept.ownNew();
    assert.equal(await saving, false);
    assert.deepEqual(world.stored(), [undefined, undefined]);
    assert.deepEqual(world.log.lines, ['warn A sign-in in progress is not kept: Error.']);
  });

  it('is not missed when the sign-in is over before the lock is free', async () => {
    const world = new World();
    await world.kept.forget();
    world.lockFailure = new Error('a message');
    await world.kept.ownNew();
    assert.deepEqual([await world.kept.save(WAITING), world.log.lines], [false, []]);
  });

  it('says so when another window has ended the sign-in', async () => {
    const world = await World.owned();
    await world.put(9, undefined);
    assert.equal(await world.kept.save(WAITING), false);
  });

  it('is written even if nothing can be read', async () => {
    const world = await World.owned();
    world.storage.readFailure = new Error('a message');
    assert.equal(await world.kept.save(WAITING), true);
    await world.kept.forget();
  });

  it('holds nobody up for more than three seconds', async () => {
    const world = await World.owned();
    world.storage.hangs = true;
    const saving = world.kept.save(WAITING);
    assert.equal(await world.after(2_999, saving), 'still waiting');
    assert.equal(await world.after(1, saving), false);
    assert.match(
      world.log.lines.join('\n'),
      /^warn The progress of a sign-in could not be stored: TimeLimitError.*\.$/,
    );
    world.storage.hangs = false;
    await world.kept.forget();
  });

  it('is not awaited for more than three seconds by a window that closes', async () => {
    const world = await World.owned();
    world.storage.hangs = true;
    void world.kept.save(WAITING);
    const releasing = world.kept.release();
    assert.equal(await world.after(2_999, releasing), 'still waiting');
    assert.equal(await world.after(1, releasing), false);
  });

  for (const [what, revision, save, fails, expected] of [
    ['when the last write has stored it', 0, true, false, true],
    ['when the window before has stored it', 1, false, false, true],
    ['but not when nothing was stored', 0, false, false, false],
    ['but not when the last write failed', 1, true, true, false],
  ] as const)
    it(`can be left to another window ${what}`, async () => {
      const world = await World.owned(revision);
      if (fails) world.storage.writeFailure = new Error('a message');
      if (save) await world.kept.save(WAITING);
      assert.equal(await world.kept.release(), expected);
      await world.clock.settle();
      assert.equal(world.clock.pending, 0, 'the lock is free');
    });

  it('gets its mark later when the storage fails', async () => {
    const world = await World.owned();
    await world.kept.save(WAITING);
    world.storage.writeFailure = new Error('a message');
    const forgetting = world.kept.forget();
    await world.clock.settle();
    assert.deepEqual(world.log.lines, ['warn A finished sign-in could not be deleted: Error. Trying again.']);
    world.storage.writeFailure = undefined;
    await world.clock.run(forgetting);
    assert.deepEqual(world.stored(), [1, '']);
  });
});

describe('a window that works on a sign-in', () => {
  it('looks every three seconds whether another one has the lock, until the sign-in is over', async () => {
    const world = await World.owned();
    assert.equal(world.looks, 1);
    await world.clock.advance(2_999);
    assert.equal(world.looks, 1);
    await world.clock.advance(1);
    assert.equal(world.looks, 2);
    world.isHeld = false;
    await world.clock.advance(2_999);
    assert.equal(world.kept.signal.aborted, false);
    await world.clock.advance(1);
    assert.ok(world.kept.signal.reason instanceof Interrupted);
    await world.clock.advance(30_000);
    assert.deepEqual([world.looks, world.log.lines], [3, [CONTINUES]]);
    await world.kept.forget();
    await world.clock.settle();
    assert.equal(world.clock.pending, 0);
  });

  it('may send as long as nobody else has touched the sign-in', async () => {
    const world = await World.owned();
    await world.kept.check();
    await world.kept.save(WAITING);
    await world.kept.check();
    await world.put(1, WAITING);
    await world.kept.check();
    await world.kept.save(GRANTED);
    await world.kept.check();
    assert.deepEqual([world.kept.signal.aborted, world.log.lines], [false, []]);
    await world.kept.forget();
  });

  it('sends nothing more once another window has ended it', async () => {
    const world = await World.owned();
    await world.kept.save(WAITING);
    await world.put(9, undefined);
    const checks = [world.kept.check(), world.kept.check()];
    for (const check of checks) await assert.rejects(check, Interrupted);
    assert.deepEqual(world.log.lines, [CONTINUES]);
    await world.kept.forget();
  });

  it('sends nothing more once it was interrupted, and then does not ask for the lock', async () => {
    const world = await World.owned();
    world.kept.interrupt();
    await assert.rejects(world.kept.check(), Interrupted);
    assert.deepEqual([world.looks, world.log.lines], [1, []]);
    await world.kept.forget();
  });

  it('is not held up by a storage that hangs for more than a second', async () => {
    const world = await World.owned();
    await world.kept.save(WAITING);
    world.storage.hangs = true;
    const checking = world.kept.check().then(() => 'may send');
    assert.equal(await world.after(999, checking), 'still waiting');
    assert.equal(await world.after(1, checking), 'may send');
    assert.match(
      world.log.lines.join('\n'),
      /^debug A sign-in in progress cannot be read: TimeLimitError.*\.$/,
    );
    world.storage.hangs = false;
    await world.kept.forget();
  });

  for (const [what, revision, isHeld] of [
    ['it has stored nothing', 0, true],
    ['it has no lock', 1, false],
  ] as const)
    it(`does not read the storage when ${what}`, async () => {
      const world = new World(revision);
      world.isHeld = isHeld;
      void world.kept.ownNew();
      await world.clock.settle();
      world.storage.hangs = true;
      assert.equal(
        await world.after(
          0,
          world.kept.check().then(() => 'may send'),
        ),
        'may send',
      );
      world.storage.hangs = false;
      await world.kept.release();
    });

  it('takes the token that the window before has stored meanwhile', async () => {
    const world = await World.owned(1);
    await world.put(1, GRANTED);
    const failure = new Error('not ours');
    const pendingOf = (wait: PendingSignIn['wait']): PendingSignIn => ({ wait }) as PendingSignIn;
    const polling = pendingOf(async (_signal, _onContact, interruption) => {
      await interruption?.check();
      return { kind: 'expired' };
    });
    const signal = new AbortController().signal;
    const wait = (pending: PendingSignIn): Promise<unknown> =>
      world.kept.waitFor(pending, signal, () => undefined);
    assert.deepEqual(await wait(polling), { kind: 'granted', grant: GRANTED.grant });
    await assert.rejects(wait(pendingOf(() => Promise.reject(failure))), failure);
    await world.kept.forget();
  });
});

describe('a token that the window before may still bring', () => {
  it('is looked for every second, for 16 seconds', async () => {
    const world = await World.owned(1);
    await world.put(0, WAITING);
    const looking = world.kept.lateGrant().then((grant) => grant ?? 'none');
    assert.equal(await world.after(15_999, looking), 'still waiting');
    assert.equal(await world.after(1, looking), 'none');
    await world.kept.forget();
  });

  it('is found within a second', async () => {
    const world = await World.owned(1);
    await world.put(0, WAITING);
    const looking = world.kept.lateGrant();
    await world.clock.advance(4_500);
    await world.put(1, GRANTED);
    assert.deepEqual(await world.after(500, looking), GRANTED.grant);
    await world.kept.forget();
  });

  it('is not waited for by a window that closes, nor by one that cannot read', async () => {
    const world = await World.owned(1);
    world.storage.readFailure = new Error('a message');
    const looking = world.kept.lateGrant().then((grant) => grant ?? 'none');
    await world.clock.advance(500);
    world.closed.abort(new Error('closed'));
    assert.equal(await world.after(0, looking), 'none');
    await world.kept.release();
  });
});
