import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NoticeEmitter } from '../../../src/sessions/notices.ts';
import type { LiveSession } from '../../../src/sessions/record.ts';
import { noticeText } from '../support/noticeText.ts';
import { recordOf } from '../support/record.ts';
import { add, StoreWorld } from '../support/storeWorld.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
const A = recordOf('a');
const B = recordOf('b');
const OF_BOB = recordOf('bob', { person: { ...A.person, accountId: 'bob' } });
const AGAIN: LiveSession = { ...A, version: { ...A.version, signIn: 2 } };

/** Two windows, and what their users are told. */
async function windows(): Promise<{
  world: StoreWorld;
  one: NoticeEmitter;
  two: NoticeEmitter;
  told: string[];
}> {
  const world = new StoreWorld();
  const told: string[] = [];
  const open = async (): Promise<NoticeEmitter> => {
    const { store } = await world.ready();
    const notices = new NoticeEmitter(store, world.locks.window());
    notices.onNotice((notice) => told.push(noticeText(notice)));
    return notices;
  };
  return { world, one: await open(), two: await open(), told };
}

describe('a notice', () => {
  const once: [
    what: string,
    ms: number,
    tell: (notices: NoticeEmitter) => Promise<void>,
    text: string,
    others: (notices: NoticeEmitter) => Promise<void>,
    otherText: string,
  ][] = [
    [
      'of a rejection',
      10 * MINUTE_MS,
      (notices) => notices.rejected(A),
      'rejected a',
      (notices) => notices.rejected(AGAIN),
      'rejected a',
    ],
    [
      'of identities to choose from',
      60 * MINUTE_MS,
      (notices) => notices.identityChoice(A),
      'identity choice a',
      (notices) => notices.identityChoice(B),
      'identity choice b',
    ],
    [
      'of lost sessions',
      MINUTE_MS,
      (notices) => notices.lost([A, B]),
      'lost a+b',
      (notices) => notices.lost([A]),
      'lost a',
    ],
  ];
  for (const [what, ms, tell, text, others, otherText] of once)
    it(`${what} is shown in one window, once in ${ms / MINUTE_MS} min`, async () => {
      const { world, one, two, told } = await windows();
      await tell(one);
      await tell(two);
      world.clock.jump(ms - 1);
      await tell(two);
      assert.deepEqual(told, [text]);
      await others(two);
      assert.deepEqual(told, [text, otherText]);
      world.clock.jump(1);
      await tell(two);
      assert.deepEqual(told, [text, otherText, text]);
    });

  for (const kind of ['endsSoon', 'ended'] as const)
    it(`of an end (${kind}) is shown once, and once for an account in ten minutes`, async () => {
      const { world, one, two, told } = await windows();
      const text = kind === 'ended' ? 'ended' : 'ends soon';
      await one[kind](A);
      await two[kind](A);
      await two[kind](B);
      assert.deepEqual(told, [`${text} a`]);
      await two[kind](OF_BOB);
      assert.deepEqual(told.splice(0), [`${text} a`, `${text} bob`]);
      world.clock.jump(10 * MINUTE_MS);
      await one[kind](A);
      await one[kind](B);
      assert.deepEqual(told, [], 'these ends were announced, or came with another one');
      const later = { ...B, version: { ...B.version, signIn: 2 } };
      await one[kind](later);
      assert.deepEqual(told, [`${text} b`]);
      world.clock.jump(30 * 24 * 60 * MINUTE_MS);
      await one[kind](A);
      assert.deepEqual(told, [`${text} b`, `${text} a`]);
    });

  it('of an end is news after a sign-in to the account', async () => {
    const { world, one, told } = await windows();
    world.put(A);
    await world.clock.settle();
    await one.ended(A);
    world.put({ ...B, signedInAtMs: A.signedInAtMs + 1 });
    await world.clock.settle();
    await one.ended(B);
    assert.deepEqual(told, ['ended a', 'ended b']);
  });

  it('of a session that could not be stored is shown once in each window', async () => {
    const world = new SessionWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    world.storage.writeFailure = new Error('a message');
    for (const scope of ['a', 'b'])
      for (const window of [one, two])
        await world.clock.run(world.signIn(window, world.service.grant(), [scope]));
    for (const { notices } of [one, two]) {
      assert.equal(notices.length, 1);
      assert.match(notices[0] ?? '', /^not stored /);
    }
    world.storage.writeFailure = undefined;
    await world.quiet();
  });

  it('of what only this window knows is shown in it at once', async () => {
    const { world, one, told } = await windows();
    one.completed(A, OF_BOB);
    one.revocationWaits({ serviceId: 'adom', because: 'signOut', ids: ['x'] });
    await world.clock.settle();
    assert.deepEqual(told, [`completed bob: ${OF_BOB.person.accountLabel}`, 'revocation waits: signOut, 1']);
    const window = await world.ready();
    const notices = new NoticeEmitter(window.store, world.locks.window());
    notices.onNotice((notice) => told.push(noticeText(notice)));
    await world.clock.run(add(window, 'a', 'x'));
    assert.equal(told.length, 2, 'that a sign-in is stored is no news');
  });
});
