import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { GrantLock, handOn } from '../../../src/sessions/grantLock.ts';
import { type Item, itemOf } from '../../../src/sessions/items.ts';
import type { HeldLock, WindowLocks } from '../../../src/sessions/ports.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeLocks } from '../support/fakeLocks.ts';
import { recordOf } from '../support/record.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { renewed, signedInAgain } from '../support/storeWorld.ts';

const A = recordOf('a');
const OLDER = itemOf(A);
const HANDED_ON = itemOf(renewed(A, 'second'));
const NEWER = itemOf(signedInAgain(A, 'third'));
const never = new AbortController().signal;

/** A window that gets the lock at once, with what its last owner has handed on. */
class World {
  readonly clock = new FakeClock();
  readonly closed = new AbortController();
  readonly names: string[] = [];
  /** What the window has handed on itself. */
  readonly passed: string[] = [];
  /** What the window was asked to see. */
  readonly looks: Item[] = [];
  sees = false;
  handedOn: string | undefined = HANDED_ON.name;
  readonly lock: GrantLock;

  constructor() {
    const locks: WindowLocks = {
      withLock: (name, _signal, work) => {
        this.names.push(name);
        return work({
          handedOn: this.handedOn,
          isHeld: () => Promise.resolve(true),
          handOn: (each) => this.passed.push(each),
        });
      },
      claimFor: () => Promise.resolve(true),
    };
    const isSeen = (item: Item): Promise<boolean> => {
      this.looks.push(item);
      return Promise.resolve(this.sees);
    };
    const runtime = { clock: this.clock, log: new RecordingLog(), closed: this.closed.signal };
    this.lock = new GrantLock(locks, isSeen, runtime);
  }

  /** Whether the work may send the refresh token, and what it can hand on. */
  async hold(): Promise<{ mayUse: boolean; passed: string[]; afterMs: number }> {
    const fromMs = this.clock.ranMs;
    const work = async (lock: HeldLock): Promise<boolean> => {
      for (const item of [undefined, OLDER, HANDED_ON, NEWER]) handOn(lock, item);
      lock.handOn('not an item');
      return lock.isHeld();
    };
    const mayUse = await this.clock.run(this.lock.hold(A, never, work));
    return { mayUse, passed: this.passed.splice(0), afterMs: this.clock.ranMs - fromMs };
  }
}

const ALL = [OLDER.name, HANDED_ON.name, NEWER.name, 'not an item'];

describe('the lock for a new grant', () => {
  it('is one for each account and set of scopes', async () => {
    const world = new World();
    world.sees = true;
    const same = { ...A, id: 'b', scopes: [...A.scopes].reverse() };
    const other = { ...A, person: { ...A.person, accountId: 'bap-2' } };
    for (const each of [A, same, other, { ...A, scopes: ['email'] }])
      await world.lock.hold(each, never, () => Promise.resolve());
    assert.equal(world.names[0], world.names[1]);
    assert.equal(new Set(world.names).size, 3);
    assert.ok(world.names.every((name) => name.startsWith('grant ')));
  });

  for (const handedOn of [undefined, '', 'not an item'])
    it(`is used at once when ${handedOn === undefined ? 'nothing' : `"${handedOn}"`} was handed on`, async () => {
      const world = new World();
      world.handedOn = handedOn;
      assert.deepEqual(await world.hold(), { mayUse: true, passed: ALL, afterMs: 0 });
      assert.deepEqual(world.looks, []);
    });

  it('is used as soon as this window sees what was handed on', async () => {
    const world = new World();
    world.clock.at(500, () => (world.sees = true));
    assert.deepEqual(await world.hold(), { mayUse: true, passed: ALL, afterMs: 600 });
    assert.deepEqual(world.looks, [HANDED_ON, HANDED_ON, HANDED_ON, HANDED_ON]);
  });

  it('lets a window that does not see it in five seconds send nothing, and hand on only what is newer', async () => {
    const world = new World();
    assert.deepEqual(await world.hold(), { mayUse: false, passed: [NEWER.name], afterMs: 5_000 });
    assert.equal(world.looks.length, 25);
  });

  it('takes it for lost after 24 times', async () => {
    const world = new World();
    for (let times = 1; times <= 25; times++)
      assert.equal((await world.hold()).mayUse, times >= 24, `${times} times`);
  });

  it('counts these times anew once it was seen, and for each version', async () => {
    const world = new World();
    const hold = async (times: number): Promise<boolean> => {
      let mayUse = false;
      for (let time = 0; time < times; time++) ({ mayUse } = await world.hold());
      return mayUse;
    };
    assert.equal(await hold(23), false);
    world.sees = true;
    assert.equal(await hold(1), true);
    world.sees = false;
    assert.equal(await hold(23), false);
    world.handedOn = NEWER.name;
    assert.equal(await hold(23), false);
    world.handedOn = HANDED_ON.name;
    assert.equal(await hold(1), true);
  });

  it('sends nothing in a window that closes, and does not count that', async () => {
    const world = new World();
    for (let times = 1; times <= 23; times++) await world.hold();
    world.clock.at(world.clock.ranMs + 300, () => {
      world.closed.abort(new Error('closed'));
    });
    assert.deepEqual(await world.hold(), { mayUse: false, passed: [NEWER.name], afterMs: 300 });
    assert.deepEqual(await world.hold(), { mayUse: false, passed: [NEWER.name], afterMs: 0 });
  });
});

describe('a sign-in that needs the lock', () => {
  /** Two windows. The first one has the lock until `release`. */
  async function held(): Promise<{ clock: FakeClock; second: GrantLock; release: () => void }> {
    const clock = new FakeClock();
    const locks = new FakeLocks(clock);
    const runtime = { clock, log: new RecordingLog(), closed: never };
    const open = (): GrantLock => new GrantLock(locks.window(), () => Promise.resolve(true), runtime);
    const [first, second] = [open(), open()];
    const done = Promise.withResolvers<undefined>();
    void first.hold(A, never, () => done.promise);
    await clock.settle();
    const release = (): void => {
      done.resolve(undefined);
    };
    return { clock, second, release };
  }

  it('waits for a minute, and then goes on without it', async () => {
    const { clock, second, release } = await held();
    const isHeld = second.tryToHold(A, never, async (lock) => {
      lock.handOn(NEWER.name);
      return [await lock.isHeld(), lock.handedOn];
    });
    let result: unknown;
    void isHeld.then((value) => (result = value));
    await clock.advance(59_999);
    assert.equal(result, undefined);
    await clock.advance(1);
    assert.deepEqual(result, [false, undefined]);
    release();
    await clock.settle();
    assert.equal(clock.pending, 0);
  });

  it('has it for as long as the work takes, once it has begun', async () => {
    const { clock, second, release } = await held();
    clock.at(59_000, release);
    const isHeld = second.tryToHold(A, never, async (lock) => {
      await clock.sleep(600_000, never);
      return lock.isHeld();
    });
    assert.equal(await clock.run(isHeld), true);
    assert.equal(clock.pending, 0);
  });

  it('fails as its work does', async () => {
    const { clock, second, release } = await held();
    release();
    const failure = new Error('a message');
    const failing = second.tryToHold(A, never, async () => {
      await clock.sleep(120_000, never);
      throw failure;
    });
    await assert.rejects(clock.run(failing), failure);
    assert.equal(clock.pending, 0);
  });

  it('stops waiting when it is canceled', async () => {
    const { clock, second, release } = await held();
    const [cancel, reason] = [new AbortController(), new Error('canceled')];
    clock.at(1_000, () => {
      cancel.abort(reason);
    });
    const work = (): Promise<never> => assert.fail('it runs');
    await assert.rejects(clock.run(second.tryToHold(A, cancel.signal, work)), reason);
    assert.equal(clock.ranMs, 1_000);
    release();
    await clock.settle();
    assert.equal(clock.pending, 0);
  });
});
