import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { CodeService, LIFE_MS } from '../support/codeService.ts';
import { KeptWorld, type KeptWindow } from '../support/keptWorld.ts';
import { ANN, BOB } from '../support/sigmaIdentities.ts';

type Kind = CodeService['kind'];
type Way = 'closes' | 'is killed' | 'freezes';

const KINDS: readonly Kind[] = ['sigma', 'adom'];
const WAYS: readonly Way[] = ['closes', 'is killed', 'freezes'];
/** Longer than a window without a sign of life keeps its sign-in. */
const TAKEN_OVER_MS = 12_000;
const AGAIN = ['pending again'];
const SIGNED_IN = ['finishing', 'closed'];

async function goesAway(world: KeptWorld, window: KeptWindow, way: Way): Promise<void> {
  if (way === 'closes') await world.close(window);
  else if (way === 'is killed') await world.kill(window);
  else window.locks.freeze();
}

/** What the user sees of a sign-in, without who answers. */
function seenIn({ screens }: KeptWindow): string[] {
  return screens.flatMap(({ seen }) => seen.filter((each) => each !== 'reached'));
}

function kindsOf({ results }: KeptWindow): string[] {
  return results.map((result) => (result.kind === 'failed' ? result.failure.kind : result.kind));
}

interface Row {
  readonly kinds?: readonly Kind[];
  readonly between?: (world: KeptWorld) => void;
  readonly after?: (world: KeptWorld, next: KeptWindow) => void;
  readonly afterMs?: number;
  readonly seen: readonly string[];
  readonly result: string;
}

describe('a sign-in whose window goes away while its code is shown', () => {
  const rows: Record<string, Row> = {
    'the user approves before the next start': {
      between: ({ service }) => {
        service.decide('approved');
      },
      seen: [...AGAIN, ...SIGNED_IN],
      result: 'signedIn',
    },
    'the user approves after the next start': {
      after: ({ service }) => {
        service.decide('approved');
      },
      seen: [...AGAIN, ...SIGNED_IN],
      result: 'signedIn',
    },
    'the user denies before the next start': {
      kinds: ['sigma'],
      between: ({ service }) => {
        service.decide('denied');
      },
      seen: [...AGAIN, 'closed'],
      result: 'denied',
    },
    'the user denies after the next start': {
      kinds: ['sigma'],
      after: ({ service }) => {
        service.decide('denied');
      },
      seen: [...AGAIN, 'closed'],
      result: 'denied',
    },
    'the user lets it expire': {
      afterMs: LIFE_MS + 11 * 60_000,
      seen: [...AGAIN, 'expired', 'closed'],
      result: 'expired',
    },
    'the user cancels it after the next start': {
      after: (_, { screens }) => {
        screens[0]?.cancel();
      },
      seen: [...AGAIN, 'closed'],
      result: 'cancelled',
    },
  };
  for (const way of WAYS)
    for (const [what, row] of Object.entries(rows))
      for (const kind of row.kinds ?? KINDS)
        // The frozen window is alive at the network, and finishes what the user has approved meanwhile.
        if (way !== 'freezes' || row.between === undefined)
          it(`${kind}: the window ${way}, and ${what}`, async () => {
            const world = new KeptWorld(kind);
            const window = await world.begun();
            await world.clock.advance(21_000);
            await goesAway(world, window, way);
            const polls = world.service.polls.length;
            row.between?.(world);
            const next = await world.started();
            await world.clock.advance(TAKEN_OVER_MS);
            row.after?.(world, next);
            await world.clock.advance(row.afterMs ?? 10_000);
            assert.deepEqual(seenIn(next), row.seen);
            assert.deepEqual(kindsOf(next), [row.result]);
            if (way !== 'freezes') assert.deepEqual(kindsOf(window), way === 'closes' ? ['cancelled'] : []);
            assert.equal(world.stored().length, row.result === 'signedIn' ? 1 : 0);
            assert.equal(world.service.codes.length, 1, 'codes');
            assert.deepEqual(world.inProgress(), []);
            assert.equal(world.kept.stored.size, 1, 'a mark is written');
            if (way !== 'freezes')
              assert.ok(!world.service.polls.slice(polls).some((each) => each.startsWith('1')));
            await world.end();
          });

  for (const kind of KINDS)
    it(`${kind}: a window that lost it to another one sends nothing more, and leaves it alone`, async () => {
      const world = new KeptWorld(kind);
      const window = await world.begun();
      await world.clock.advance(21_000);
      window.locks.freeze();
      const next = await world.started();
      await world.clock.advance(9_000);
      assert.deepEqual(next.screens, [], 'the first window still has it');
      await world.clock.advance(3_000);
      const from = world.service.polls.length;
      assert.deepEqual(seenIn(next), AGAIN);
      await world.clock.advance(20_000);
      assert.deepEqual([...new Set(world.service.polls.slice(from))], ['2 1']);
      assert.deepEqual(kindsOf(window), ['cancelled']);
      assert.deepEqual(seenIn(window), ['pending', 'closed']);
      assert.equal(world.inProgress().length, 1);
      world.service.decide('approved');
      await world.clock.advance(10_000);
      assert.deepEqual(kindsOf(next), ['signedIn']);
      await world.end();
    });

  for (const kind of KINDS)
    it(`${kind}: a frozen window that nobody waits behind finishes it`, async () => {
      const world = new KeptWorld(kind);
      const window = await world.begun();
      await world.clock.advance(21_000);
      window.locks.freeze();
      await world.clock.advance(60_000);
      world.service.decide('approved');
      await world.clock.advance(10_000);
      assert.deepEqual(kindsOf(window), ['signedIn']);
      const next = await world.started();
      await world.clock.advance(TAKEN_OVER_MS);
      assert.deepEqual(next.screens, []);
      await world.end();
    });

  for (const kind of KINDS)
    it(`${kind}: no other window touches it while its own is alive, however often they get the focus`, async () => {
      const world = new KeptWorld(kind);
      const window = await world.begun();
      const next = await world.started();
      for (let times = 0; times < 20; times++) {
        await world.clock.advance(7_000);
        world.takeOver(next);
        world.takeOver(window);
      }
      assert.ok(world.service.polls.length > 10);
      assert.ok(world.service.polls.every((each) => each === '1 1'));
      assert.deepEqual([window.screens.length, next.screens.length], [1, 0]);
      world.service.decide('approved');
      await world.clock.advance(10_000);
      assert.deepEqual(kindsOf(window), ['signedIn']);
      await world.end();
    });

  it('is continued by one of two windows that start', async () => {
    const world = new KeptWorld('sigma');
    await world.close(await world.begun());
    const [one, two] = [await world.started(), await world.started()];
    await world.clock.advance(30_000);
    world.service.decide('approved');
    await world.clock.advance(10_000);
    assert.deepEqual([one.screens.length, two.screens.length], [1, 0]);
    assert.equal(new Set(world.service.polls).size, 1);
    assert.deepEqual(kindsOf(one), ['signedIn']);
    await world.end();
  });

  it('is continued from window to window until its code expires', async () => {
    const world = new KeptWorld('sigma');
    let window = await world.begun();
    for (let times = 0; times < 3; times++) {
      await world.clock.advance(100_000);
      await world.close(window);
      window = await world.started();
      assert.deepEqual(seenIn(window), AGAIN);
    }
    await world.clock.advance(LIFE_MS - 300_000 + 1_000);
    assert.deepEqual(seenIn(window), [...AGAIN, 'expired'], 'the code has the time that is left');
    await world.end();
  });
});

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

  it('sigma: the window is killed: nobody has the token, and no error is shown', async () => {
    const world = new KeptWorld('sigma');
    await world.kill(await polling(world));
    const next = await world.started();
    await world.clock.advance(30_000);
    assert.deepEqual(seenIn(next), [...AGAIN, 'closed']);
    assert.deepEqual(kindsOf(next), ['over']);
    assert.deepEqual([world.stored().length, world.inProgress().length], [0, 0]);
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
    assert.deepEqual(world.service.polls.slice(-2), ['1 1', '2 1']);
    assert.deepEqual(kindsOf(await next), ['signedIn']);
    assert.deepEqual(seenIn(await next), [...AGAIN, ...SIGNED_IN]);
    assert.equal(world.stored().length, 1);
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
        if (way === 'freezes') assert.deepEqual([kindsOf(window), next.screens], [['signedIn'], []]);
        else assert.deepEqual([kindsOf(next), seenIn(next)], [['signedIn'], SIGNED_IN]);
        assert.equal(world.stored().length, 1);
        assert.deepEqual([world.service.codes.length, world.inProgress().length], [1, 0]);
        assert.equal(world.service.revoked.size, 0);
        await world.end();
      });

  for (const way of WAYS)
    for (const [what, answers, cancels, result] of [
      ['chooses in the next one', [BOB], false, 'signedIn'],
      ['cancels in the next one', [], true, 'cancelled'],
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

  for (const kind of KINDS)
    it(`${kind}: is killed when it has kept the session, and has not yet forgotten the sign-in`, async () => {
      const world = new KeptWorld(kind);
      const window = await world.begun();
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
      const next = await world.started();
      await world.clock.advance(30_000);
      assert.deepEqual(kindsOf(next), ['signedIn']);
      assert.deepEqual(
        world.stored().map(({ id, grant }) => [id, grant.accessToken]),
        [[session.id, session.grant.accessToken]],
      );
      assert.equal(world.service.revoked.size, 0);
      assert.deepEqual(world.inProgress(), []);
      await world.end();
    });
});
