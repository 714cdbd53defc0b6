import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { LIFE_MS } from '../support/codeService.ts';
import {
  AGAIN,
  goesAway,
  type Kind,
  KINDS,
  kindsOf,
  type KeptWindow,
  KeptWorld,
  seenIn,
  SIGNED_IN,
  TAKEN_OVER_MS,
  WAYS,
} from '../support/keptWorld.ts';
import { recordOf } from '../support/record.ts';

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
      result: 'canceled',
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
            if (way !== 'freezes') assert.deepEqual(kindsOf(window), way === 'closes' ? ['canceled'] : []);
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
      assert.deepEqual(kindsOf(window), ['canceled']);
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

  for (const [what, ends] of [
    ['is asked to finish', ({ signIns }: KeptWindow) => void signIns.finish()],
    [
      'ends without being asked to finish',
      ({ closed }: KeptWindow) => {
        closed.abort(new Error('closed'));
      },
    ],
  ] as const)
    it(`is left at once by a window that ${what}`, async () => {
      const world = new KeptWorld('sigma');
      const window = await world.begun();
      await world.clock.advance(8_000);
      ends(window);
      await world.clock.advance(1);
      assert.deepEqual([kindsOf(window), world.inProgress().length], [['canceled'], 1]);
      const next = await world.started();
      assert.deepEqual(seenIn(next), AGAIN);
      await world.end();
    });

  it('is completed beside a session of another account that the next window has not read yet', async () => {
    const world = new KeptWorld('sigma');
    const { person } = recordOf('any');
    world.storage.have(recordOf('old', { person: { ...person, accountId: 'bap-2', subject: 'user-2' } }));
    const window = await world.begun();
    await world.clock.advance(8_000);
    await world.close(window);
    world.storage.readMs = 500;
    const next = await world.started();
    await world.clock.advance(10_000);
    assert.deepEqual(seenIn(next), AGAIN);
    // Another window adds an account. This window had one, so the sign-in goes on.
    world.storage.put(recordOf('added', { person: { ...person, accountId: 'bap-3', subject: 'user-3' } }));
    await world.clock.advance(5_000);
    world.service.decide('approved');
    await world.clock.advance(10_000);
    assert.deepEqual(kindsOf(next), ['signedIn']);
    assert.equal(world.stored().length, 3);
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
