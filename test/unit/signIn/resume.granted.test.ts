import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../src/base/timeLimit.ts';
import type { LiveSession } from '../../../src/sessions/record.ts';
import {
  AGAIN,
  goesAway,
  KINDS,
  kindsOf,
  type KeptWindow,
  KeptWorld,
  seenIn,
  SIGNED_IN,
  TAKEN_OVER_MS,
  WAYS,
} from '../support/keptWorld.ts';
import { ANN, BOB } from '../support/sigmaIdentities.ts';

/** A window whose user has approved, and whose poll is on its way to the answer. */
async function polling(world: KeptWorld): Promise<KeptWindow> {
  const window = await world.begun();
  await world.clock.advance(21_000);
  world.service.decide('approved');
  world.service.takes.poll = 1_000;
  while (world.service.granted.length === 0) await world.clock.advance(100);
  return window;
}

describe('a sign-in whose window goes away while its token is on the way', () => {
  for (const kind of KINDS)
    it(`${kind}: the window closes: the next start completes it, without a word about a code`, async () => {
      const world = new KeptWorld(kind);
      await world.close(await polling(world));
      const next = await world.started();
      await world.clock.advance(TAKEN_OVER_MS);
      assert.deepEqual(seenIn(next), kind === 'sigma' ? SIGNED_IN : [...AGAIN, ...SIGNED_IN]);
      assert.deepEqual(kindsOf(next), ['signedIn']);
      assert.equal(world.stored().length, 1);
      assert.deepEqual([world.service.codes.length, world.inProgress().length], [1, 0]);
      await world.end();
    });

  it('sigma: the window closes after it got the focus: the next start completes it', async () => {
    const world = new KeptWorld('sigma');
    const window = await polling(world);
    world.takeOver(window);
    await world.clock.advance(300);
    await world.close(window);
    const next = await world.started();
    await world.clock.advance(TAKEN_OVER_MS);
    assert.deepEqual([seenIn(next), kindsOf(next)], [SIGNED_IN, ['signedIn']]);
    await world.end();
  });

  it('sigma: the window is killed: nobody has the token, and no error is shown', async () => {
    const world = new KeptWorld('sigma');
    await world.kill(await polling(world));
    const next = await world.started();
    await world.clock.advance(50_000); // the answer could still come
    assert.deepEqual(seenIn(next), [...AGAIN, 'closed']);
    assert.deepEqual(kindsOf(next), ['over']);
    assert.deepEqual([world.stored().length, world.inProgress().length], [0, 0]);
    await world.end({ lost: 1 });
  });

  it('sigma: the window is killed: a user who cancels need not wait for a token that may come', async () => {
    const world = new KeptWorld('sigma');
    await world.kill(await polling(world));
    const next = await world.started();
    world.service.takes.poll = 0;
    await world.clock.advance(TAKEN_OVER_MS);
    while (!world.service.polls.some((poll) => poll.startsWith('2 '))) await world.clock.advance(500);
    await world.clock.advance(7_000); // the service has said that the code is spent
    assert.deepEqual(kindsOf(next), []);
    next.screens[0]?.cancel();
    await world.clock.advance(10);
    assert.deepEqual(kindsOf(next), ['canceled']);
    await world.end({ lost: 1 });
  });

  it('adom: the window is killed: the service gives the token again', async () => {
    const world = new KeptWorld('adom');
    await world.kill(await polling(world));
    const next = await world.started();
    await world.clock.advance(30_000);
    assert.deepEqual(kindsOf(next), ['signedIn']);
    await world.end();
  });

  for (const kind of KINDS)
    it(`${kind}: the window freezes: it completes the sign-in by itself`, async () => {
      const world = new KeptWorld(kind);
      const window = await polling(world);
      window.locks.freeze();
      const next = await world.started();
      await world.clock.advance(30_000);
      assert.deepEqual([kindsOf(window), next.screens], [['signedIn'], []]);
      assert.doesNotMatch(next.log.lines.join(), /warn/);
      assert.equal(world.stored().length, 1);
      await world.end();
    });

  it('sigma: a frozen window gets the token after another one has taken over, which takes it from the copy', async () => {
    const world = new KeptWorld('sigma');
    const window = await world.begun();
    await world.clock.advance(21_000);
    world.service.takes.poll = 14_000;
    window.locks.freeze();
    const next = world.started();
    await world.clock.advance(500); // the next poll is still to come
    await next;
    world.service.decide('approved');
    await world.clock.advance(60_000);
    assert.ok(!world.service.polls.includes('2 1'), 'a code that was used is not sent again');
    assert.deepEqual([kindsOf(window), kindsOf(await next)], [['canceled'], ['signedIn']]);
    assert.deepEqual(seenIn(await next), [...AGAIN, ...SIGNED_IN]);
    assert.equal(world.stored().length, 1);
    await world.end();
  });

  it('sigma: a frozen window whose token cannot be stored completes the sign-in after another one took over', async () => {
    const world = new KeptWorld('sigma');
    const window = await world.begun();
    await world.clock.advance(21_000);
    world.service.takes.poll = 14_000;
    window.locks.freeze();
    const next = await world.started();
    world.service.decide('approved');
    await world.clock.advance(12_000);
    world.kept.writeFailure = new Error('a message');
    await world.clock.advance(60_000);
    assert.deepEqual(kindsOf(window), ['signedIn']);
    assert.deepEqual(kindsOf(next), ['signedInElsewhere']);
    assert.deepEqual([world.stored().length, world.service.revoked.size], [1, 0]);
    world.kept.writeFailure = undefined;
    await world.end();
  });
});

describe('a sign-in whose window goes away once it has a token', () => {
  for (const kind of KINDS)
    for (const way of WAYS)
      it(`${kind}: and the window ${way} before it knows whose it is`, async () => {
        const world = new KeptWorld(kind);
        world.service.takes.identify = 2_000;
        const window = await world.begun();
        world.service.decide('approved');
        while (!seenIn(window).includes('finishing')) await world.clock.advance(100);
        await goesAway(world, window, way);
        const next = await world.started();
        await world.clock.advance(30_000);
        // An answer of Adom can have a new token, so a window that closes waits for it.
        const isCompletedThere = way === 'freezes' || (kind === 'adom' && way === 'closes');
        if (isCompletedThere) assert.deepEqual([kindsOf(window), next.screens], [['signedIn'], []]);
        else assert.deepEqual([kindsOf(next), seenIn(next)], [['signedIn'], SIGNED_IN]);
        assert.equal(world.stored().length, 1);
        assert.deepEqual([world.service.codes.length, world.inProgress().length], [1, 0]);
        assert.equal(world.service.revoked.size, 0);
        await world.end();
      });

  for (const way of ['closes', 'freezes'] as const)
    it(`adom: and the window ${way} while a new token replaces it`, async () => {
      const world = new KeptWorld('adom');
      world.service.rotates = true;
      world.service.takes.identify = 2_000;
      const window = await world.begun();
      world.service.decide('approved');
      while (!seenIn(window).includes('finishing')) await world.clock.advance(100);
      await world.clock.advance(500);
      await goesAway(world, window, way);
      const next = await world.started();
      await world.clock.advance(30_000);
      assert.deepEqual([kindsOf(window), next.screens], [['signedIn'], []]);
      assert.deepEqual(
        world.stored().map(({ grant }) => grant.accessToken),
        [world.service.granted.at(-1)],
      );
      assert.deepEqual([world.service.codes.length, world.inProgress()], [1, []]);
      await world.end();
    });

  for (const way of WAYS)
    for (const [what, answers, cancels, result] of [
      ['chooses in the next one', [BOB], false, 'signedIn'],
      ['cancels in the next one', [], true, 'canceled'],
    ] as const)
      it(`while the user has to choose an identity: the window ${way}, and the user ${what}`, async () => {
        const world = new KeptWorld('sigma');
        world.service.identities = [ANN, BOB];
        const window = await world.begun();
        world.service.decide('approved');
        await world.clock.advance(10_000);
        assert.equal(seenIn(window).at(-1), 'choice');
        await goesAway(world, window, way);
        const next = world.open();
        next.answers = [...answers];
        world.takeOver(next);
        await world.clock.advance(TAKEN_OVER_MS);
        if (cancels) next.screens[0]?.cancel();
        await world.clock.advance(10_000);
        assert.deepEqual(kindsOf(next), [result]);
        assert.deepEqual(
          world.stored().map(({ person }) => person.bap?.bapId),
          cancels ? [] : [BOB],
        );
        if (way === 'freezes')
          assert.deepEqual(seenIn(window).slice(-2), ['choice withdrawn', 'closed'], 'its question is gone');
        assert.equal(world.service.revoked.size, cancels ? 1 : 0);
        assert.deepEqual(world.inProgress(), []);
        await world.end();
      });

  /** The window is killed after its session is stored, and before its sign-in is marked as over. */
  async function diesTooEarly(world: KeptWorld, window: KeptWindow): Promise<LiveSession> {
    world.service.decide('approved');
    world.service.takes.identify = 2_000;
    while (!seenIn(window).includes('finishing')) await world.clock.advance(100);
    await world.clock.advance(500);
    world.kept.hangs = true;
    await world.clock.advance(5_000);
    const [session] = world.stored();
    assert.ok(session);
    await world.kill(window);
    world.kept.hangs = false;
    return session;
  }

  for (const kind of KINDS)
    it(`${kind}: is killed when it has kept the session, and has not yet forgotten the sign-in`, async () => {
      const world = new KeptWorld(kind);
      const session = await diesTooEarly(world, await world.begun());
      assert.equal(world.inProgress().length, 1);
      world.storage.readMs = 8_000; // the sign-in is taken over before the sessions are read
      const next = await world.started();
      await world.clock.advance(30_000);
      assert.deepEqual([seenIn(next), kindsOf(next)], [[], ['over']]);
      assert.deepEqual(world.stored(), [session]);
      assert.equal(world.service.revoked.size, 0);
      assert.deepEqual(world.inProgress(), []);
      await world.end();
    });

  for (const kind of KINDS)
    it(`${kind}: closes while it stores the session, which another window sees already`, async (t) => {
      const world = new KeptWorld(kind);
      const open = world.storage.window.bind(world.storage);
      // As in a browser, where a write is seen at once, and counts a second later.
      t.mock.method(world.storage, 'window', () => {
        const storage = open();
        const add: typeof storage.add = async (...write) => {
          await storage.add(...write);
          await world.clock.sleep(1_000, NEVER);
        };
        return { ...storage, add };
      });
      const window = await world.begun();
      await world.clock.run(world.open().context.sessions.load());
      world.service.decide('approved');
      while (world.stored().length === 0) await world.clock.advance(100);
      await world.close(window);
      const next = await world.started();
      await world.clock.advance(30_000);
      assert.deepEqual([seenIn(next), world.stored().length, world.service.revoked.size], [[], 1, 0]);
      await world.end();
    });

  for (const kind of KINDS)
    it(`${kind}: what is left of it brings nothing back after a sign-out in another window`, async () => {
      const world = new KeptWorld(kind);
      const window = await world.begun();
      const other = world.open();
      await world.clock.run(other.context.sessions.load());
      const { id } = await diesTooEarly(world, window);
      await world.clock.advance(1_000);
      assert.deepEqual(world.inProgress(), []);
      await world.clock.run(other.context.sessions.signOut(id));
      const next = await world.started();
      await world.clock.advance(30_000);
      assert.deepEqual([seenIn(next), kindsOf(next), world.stored()], [[], [], []]);
      await world.end();
    });
});
