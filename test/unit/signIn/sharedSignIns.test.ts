import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { LiveSession } from '../../../src/sessions/record.ts';
import { SharedSignIns } from '../../../src/signIn/sharedSignIns.ts';
import type { SignInRequest } from '../../../src/signIn/signIn.ts';
import type { FakeClock } from '../support/fakeClock.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';

/** One window in which the person approves or denies each sign-in when the test says so. */
class World {
  readonly clock: FakeClock;
  joins = 0;
  /** What the person has been asked for: each has a code of its own. */
  readonly codes: SignInRequest[] = [];
  readonly #window: Window;
  readonly #decisions: PromiseWithResolvers<string>[] = [];
  readonly #signIns: SharedSignIns;

  constructor(world: SessionWorld, window: Window) {
    this.clock = world.clock;
    this.#window = window;
    const signIn = async (request: SignInRequest): Promise<LiveSession> => {
      this.codes.push(request);
      const decided = Promise.withResolvers<string>();
      this.#decisions.push(decided);
      return world.signIn(window, world.service.grant(), request.scopes, await decided.promise);
    };
    this.#signIns = new SharedSignIns({
      sessions: window.sessions,
      clock: world.clock,
      signIn,
      onJoin: () => (this.joins += 1),
      takeOverFinished: () => Promise.resolve(),
    });
  }

  static async open(): Promise<World> {
    const world = new SessionWorld();
    return new World(world, await world.ready());
  }

  async get(scopes: string[], accountId?: string): Promise<LiveSession> {
    const session = await this.#signIns.get({ scopes, accountId, isForExtension: true });
    assert.ok(session, 'the call was held for too long');
    return session;
  }

  start(scopes: string[]): Promise<LiveSession> {
    return this.#signIns.start({ scopes, accountId: undefined, isForExtension: false });
  }

  /** Approves the sign-in in progress as this account. */
  async approve(accountId: string): Promise<void> {
    await this.clock.settle();
    this.#decisions.pop()?.resolve(accountId);
    await this.clock.settle();
  }

  async deny(): Promise<void> {
    await this.clock.settle();
    this.#decisions.pop()?.reject(new Error('denied'));
  }

  signOut(id: string): Promise<void> {
    return this.clock.run(this.#window.sessions.signOut(id));
  }
}

describe('sign-ins of extensions that ask at the same moment', () => {
  it('have one code while the first one waits', async () => {
    const world = await World.open();
    const both = Promise.all([world.get(['a', 'b']), world.get(['b', 'a'])]);
    await world.approve('ann');
    const [one, two] = await both;
    assert.equal(one.id, two.id);
    assert.deepEqual([world.codes.length, world.joins], [1, 1]);
  });

  const rows: [
    name: string,
    first: [string[], string?],
    second: [string[], string?],
    ms: number,
    codes: number,
  ][] = [
    ['the same scopes, right after', [['a']], [['a']], 0, 1],
    ['the same scopes in another order', [['a', 'b']], [['b', 'a']], 0, 1],
    ['the same scopes, just within a second', [['a']], [['a']], 999, 1],
    ['the same scopes, a second later', [['a']], [['a']], 1_000, 2],
    ['the same scopes, and the clock was set back', [['a']], [['a']], -1, 2],
    ['other scopes', [['a']], [['b']], 0, 2],
    ['the account that was asked for, and that signed in', [['a'], 'ann'], [['a'], 'ann'], 0, 1],
    ['the account that was asked for, and another one signed in', [['a'], 'bob'], [['a'], 'bob'], 0, 2],
    ['an account, and the first one asked for none', [['a']], [['a'], 'ann'], 0, 2],
    ['no account, and the first one asked for one', [['a'], 'ann'], [['a']], 0, 2],
  ];
  for (const [name, first, second, ms, codes] of rows)
    it(`have ${codes === 1 ? 'one code' : 'two codes'}: ${name}`, async () => {
      const world = await World.open();
      const one = world.get(...first);
      await world.approve('ann');
      const { id } = await one;
      world.clock.jump(ms);
      const two = world.get(...second);
      await world.clock.settle();
      assert.equal(world.codes.length, codes);
      await world.approve('ann');
      const again = await two;
      if (codes === 1) assert.equal(again.id, id);
    });

  it('have the session of the latest sign-in, not another one of the same scopes', async () => {
    const world = await World.open();
    for (const account of ['ann', 'bob']) {
      const one = world.get(['a']);
      await world.approve(account);
      const two = await world.get(['a']);
      assert.equal(two.id, (await one).id);
      assert.equal(two.person.accountId, account);
      world.clock.jump(1_000);
    }
  });

  it('have two codes when the session of the first one is signed out in between', async () => {
    const world = await World.open();
    const one = world.get(['a']);
    await world.approve('ann');
    await world.signOut((await one).id);
    const two = world.get(['a']);
    await world.approve('ann');
    assert.notEqual((await two).id, (await one).id);
  });

  it('have two codes when the user asks for the second one themselves', async () => {
    const world = await World.open();
    const one = world.get(['a']);
    await world.approve('ann');
    await one;
    const two = world.start(['a']);
    await world.approve('ann');
    await two;
    assert.equal(world.codes.length, 2);
  });

  it('have two codes when the first one failed', async () => {
    const world = await World.open();
    const one = world.get(['a']);
    await Promise.all([assert.rejects(one, /denied/), world.deny()]);
    const two = world.get(['a']);
    await world.approve('ann');
    await two;
    assert.equal(world.codes.length, 2);
  });
});
