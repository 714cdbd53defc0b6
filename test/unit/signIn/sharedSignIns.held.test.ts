import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { LiveSession } from '../../../src/sessions/record.ts';
import { ResumedOver, SharedSignIns, type SignInCalls } from '../../../src/signIn/sharedSignIns.ts';
import type { FakeClock } from '../support/fakeClock.ts';
import { recordOf } from '../support/record.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const CODE_MS = 900_000;
/** How long a call is held after its code has expired. */
const HELD_MS = 120_000;
const SESSION = recordOf('a');

/** A sign-in in progress, as the test sees it. */
interface Work extends PromiseWithResolvers<LiveSession> {
  readonly calls: SignInCalls;
}

/** A call of an extension. */
interface Call {
  has: LiveSession | 'to wait' | 'nothing' | 'failed';
  readonly atMs: () => number | undefined;
}

/** The sign-ins of one window, which end as the test says. */
class World {
  readonly clock: FakeClock;
  readonly works: Work[] = [];
  readonly resumed: Work[] = [];
  joins = 0;
  readonly takeOverFinished = Promise.withResolvers<undefined>();
  readonly signIns: SharedSignIns;

  constructor(world: SessionWorld) {
    this.clock = world.clock;
    const [sessions] = world.open().all.byService;
    assert.ok(sessions);
    this.signIns = new SharedSignIns({
      sessions,
      clock: world.clock,
      signIn: (_, calls) => this.#work(this.works, calls),
      onJoin: () => (this.joins += 1),
      takeOverFinished: () => this.takeOverFinished.promise,
    });
  }

  /** Earlier windows have left nothing. */
  static open(): World {
    const world = new World(new SessionWorld());
    world.takeOverFinished.resolve(undefined);
    return world;
  }

  async get(scopes = ['a'], accountId?: string): Promise<Call> {
    let endedAtMs: number | undefined;
    const call: Call = { has: 'to wait', atMs: () => endedAtMs };
    const end = (has: Call['has']): void => {
      [call.has, endedAtMs] = [has, this.clock.ranMs];
    };
    this.signIns.get({ scopes, accountId, isForExtension: true }).then(
      (session) => {
        end(session ?? 'nothing');
      },
      () => {
        end('failed');
      },
    );
    await this.clock.settle();
    return call;
  }

  async resume(scopes = ['a'], accountId?: string, canBeJoined = true): Promise<Work> {
    const request = { scopes, accountId, isForExtension: true };
    const work = (calls: SignInCalls): Promise<LiveSession> => this.#work(this.resumed, calls);
    this.signIns.resume(request, work, canBeJoined).catch(() => undefined);
    await this.clock.settle();
    return this.resumed.at(-1) ?? assert.fail();
  }

  /** The latest new sign-in. */
  get work(): Work {
    return this.works.at(-1) ?? assert.fail();
  }

  #work(list: Work[], calls: SignInCalls): Promise<LiveSession> {
    const work = { ...Promise.withResolvers<LiveSession>(), calls };
    list.push(work);
    return work.promise;
  }
}

describe('a call for a session', () => {
  it('is held until two minutes after its code has expired, and the sign-in goes on', async () => {
    const world = World.open();
    const call = await world.get();
    const { calls, resolve } = world.work;
    calls.onCode(world.clock.now() + CODE_MS);
    await world.clock.advance(CODE_MS + HELD_MS - 1);
    assert.deepEqual([call.has, calls.isAwaited()], ['to wait', true]);
    await world.clock.advance(1);
    assert.deepEqual([call.has, calls.isAwaited()], ['nothing', false]);
    const again = await world.get();
    assert.deepEqual([world.works.length, world.joins, calls.isAwaited()], [1, 1, true]);
    resolve(SESSION);
    await world.clock.settle();
    assert.equal(again.has, SESSION);
    assert.equal(world.clock.pending, 1, 'only the upkeep of the sessions waits');
  });

  it('is held for two minutes while there is no code yet', async () => {
    const world = World.open();
    const call = await world.get();
    await world.clock.advance(CODE_MS);
    assert.deepEqual([call.has, call.atMs()], ['nothing', HELD_MS]);
  });

  it('is held for the time of a new code, too', async () => {
    const world = World.open();
    const call = await world.get();
    world.work.calls.onCode(world.clock.now() + CODE_MS);
    await world.clock.advance(CODE_MS + HELD_MS - 1_000);
    world.work.calls.onCode(world.clock.now() + CODE_MS);
    await world.clock.advance(CODE_MS + HELD_MS - 1);
    assert.equal(call.has, 'to wait');
    await world.clock.advance(1);
    assert.equal(call.has, 'nothing');
  });

  it('is held for two minutes if it joins a sign-in whose code has expired', async () => {
    const world = World.open();
    const first = await world.get();
    world.work.calls.onCode(world.clock.now() + CODE_MS);
    await world.clock.advance(CODE_MS + 100_000);
    const late = await world.get();
    await world.clock.advance(HELD_MS - 1);
    assert.deepEqual([first.has, late.has, world.work.calls.isAwaited()], ['nothing', 'to wait', true]);
    await world.clock.advance(1);
    assert.deepEqual([late.has, world.work.calls.isAwaited()], ['nothing', false]);
  });

  it('gets the session, or hears of the failure, while it is held', async () => {
    for (const ends of ['well', 'badly']) {
      const world = World.open();
      const call = await world.get();
      world.work.calls.onCode(world.clock.now() + CODE_MS);
      await world.clock.advance(CODE_MS + HELD_MS - 1);
      if (ends === 'well') world.work.resolve(SESSION);
      else world.work.reject(new Error('denied'));
      await world.clock.settle();
      assert.equal(call.has, ends === 'well' ? SESSION : 'failed');
      assert.equal(world.works[0]?.calls.isAwaited(), false);
      assert.equal(world.clock.pending, 1, 'only the upkeep of the sessions waits');
    }
  });

  it('is held by the user’s own sign-in for as long as that takes', async () => {
    const world = World.open();
    const started = world.signIns.start({ scopes: ['a'], accountId: undefined, isForExtension: false });
    await world.clock.advance(24 * 3_600_000);
    assert.equal(world.work.calls.isAwaited(), true);
    world.work.resolve(SESSION);
    assert.equal(await started, SESSION);
  });
});

describe('a sign-in that began in an earlier window', () => {
  const rows: [name: string, ...call: [string[], string?]][] = [
    ['the same scopes', ['a', 'b'], 'ann'],
    ['the same scopes in another order', ['b', 'a'], 'ann'],
    ['other scopes', ['a'], 'ann'],
    ['another account', ['a', 'b'], 'bob'],
    ['any account', ['a', 'b']],
  ];
  for (const [name, scopes, accountId] of rows) {
    const joins = name.startsWith('the same');
    it(`is ${joins ? '' : 'not '}joined by a call for ${name}`, async () => {
      const world = World.open();
      const resumed = await world.resume(['a', 'b'], 'ann');
      assert.equal(resumed.calls.isAwaited(), false, 'the extension that asked is gone');
      const call = await world.get(scopes, accountId);
      assert.deepEqual([world.works.length, world.joins], joins ? [0, 1] : [1, 0]);
      assert.equal(resumed.calls.isAwaited(), joins);
      resumed.resolve(SESSION);
      await world.clock.settle();
      assert.equal(call.has, joins ? SESSION : 'to wait');
    });
  }

  it('is followed by a new one for a call that has joined it, when it is over', async () => {
    const world = World.open();
    const resumed = await world.resume();
    const call = await world.get();
    resumed.reject(new ResumedOver());
    await world.clock.settle();
    assert.deepEqual([call.has, world.works.length], ['to wait', 1]);
    world.work.resolve(SESSION);
    await world.clock.settle();
    assert.equal(call.has, SESSION);
  });

  it('is not followed by a new one when it fails', async () => {
    const world = World.open();
    const resumed = await world.resume();
    const call = await world.get();
    resumed.reject(new Error('denied'));
    await world.clock.settle();
    assert.deepEqual([call.has, world.works.length], ['failed', 0]);
  });

  it('is not joined when its code has expired, because the user does not see it', async () => {
    const world = World.open();
    await world.resume(['a'], undefined, false);
    const call = await world.get();
    assert.deepEqual([world.works.length, world.joins], [1, 0]);
    world.work.resolve(SESSION);
    await world.clock.settle();
    assert.equal(call.has, SESSION);
  });

  it('does not take the place of a new one for the same', async () => {
    const world = World.open();
    await world.get();
    const resumed = await world.resume();
    resumed.reject(new ResumedOver());
    const call = await world.get();
    assert.deepEqual([world.works.length, world.joins], [1, 1]);
    world.work.resolve(SESSION);
    await world.clock.settle();
    assert.equal(call.has, SESSION);
  });

  for (const [what, accountId, afterMs, isAnswer] of [
    ['another window has completed it meanwhile', undefined, 3_000, true],
    ['another window has completed it in the same millisecond', undefined, 0, true],
    ['another window has signed in as someone else meanwhile', 'bob', 3_000, false],
  ] as const)
    it(`is ${isAnswer ? 'not ' : ''}begun again when ${what}`, async () => {
      const sessions = new SessionWorld();
      const world = new World(sessions);
      const other = await sessions.ready();
      const call = await world.get(['a'], accountId);
      await world.clock.advance(afterMs);
      const { scopes, grant, person } = recordOf('a', { scopes: ['a'] });
      const kept = await world.clock.run(
        other.sessions.keep({ id: 'other', scopes, grant, person }, new AbortController().signal),
      );
      await world.clock.settle();
      world.takeOverFinished.resolve(undefined);
      await world.clock.settle();
      assert.equal(typeof call.has === 'object' && call.has.id, isAnswer && kept.id);
      assert.equal(world.works.length, isAnswer ? 0 : 1);
    });

  it('is begun again when a window has only loaded an older session meanwhile', async () => {
    const sessions = new SessionWorld();
    sessions.storage.readMs = 1_000;
    sessions.have('old', sessions.service.grant(), { scopes: ['a'] });
    const world = new World(sessions);
    const call = await world.get();
    await world.clock.advance(5_000);
    world.takeOverFinished.resolve(undefined);
    await world.clock.settle();
    assert.deepEqual([call.has, world.works.length], ['to wait', 1]);
  });

  for (const [what, ms, works] of [
    ['is waited for', 14_900, 0],
    ['is waited for at most 15 seconds', 15_000, 1],
  ] as const)
    it(`${what} before a call begins a new one`, async () => {
      const world = new World(new SessionWorld());
      await world.get();
      await world.clock.advance(ms);
      assert.equal(world.works.length, works);
      await world.resume();
      world.takeOverFinished.resolve(undefined);
      await world.clock.settle();
      assert.deepEqual([world.works.length, world.joins], [works, 1 - works]);
    });
});
