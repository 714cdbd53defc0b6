import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { recordOf } from '../support/record.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** How late the watch may be. */
const LOOK_MS = 30_000;
const BOB = { person: { ...recordOf('any').person, accountId: 'bap-2' } };

interface Case {
  readonly world: SessionWorld;
  readonly one: Window;
  readonly two: Window;
  /** Lets so much time run; then what the person has been told of since the last time. */
  readonly toldAfter: (ms: number) => Promise<string[]>;
}

/** Two windows that watch, the first of which the person looks at. */
async function watched(before: (world: SessionWorld) => void): Promise<Case> {
  const world = new SessionWorld();
  before(world);
  const [one, two] = [await world.ready(), await world.ready()];
  for (const each of [one, two]) void each.watch.run(each.closed.signal);
  one.focused = true;
  const toldAfter = async (ms: number): Promise<string[]> => {
    await world.clock.advance(ms);
    const told = world.told();
    for (const { notices } of world.windows) notices.told.length = 0;
    return told;
  };
  return { world, one, two, toldAfter };
}

const anHourOf =
  (...ids: string[]) =>
  (world: SessionWorld): void => {
    for (const id of ids) world.have(id, world.service.grant({ lifeMs: HOUR_MS }), { scopes: [id] });
  };

describe('session watch: ends', () => {
  it('tells five minutes before the end and at the end, once each, in one of all windows', async () => {
    const { one, two, toldAfter } = await watched(anHourOf('a'));
    two.focused = true; // as two windows can be, in a browser
    assert.deepEqual(await toldAfter(55 * MINUTE_MS - 1_000), []);
    assert.deepEqual(await toldAfter(1_000 + LOOK_MS), ['ends soon a']);
    assert.deepEqual(await toldAfter(4 * MINUTE_MS - LOOK_MS - 1), []);
    assert.deepEqual(await toldAfter(1 + LOOK_MS), ['ended a']);
    assert.deepEqual(await toldAfter(DAY_MS), []);
    assert.deepEqual([one.sessions.known(), two.sessions.known()], [[], []]);
  });

  it('tells it once for an account, however many of its sessions end', async () => {
    const { toldAfter } = await watched((world) => {
      anHourOf('a', 'b', 'c')(world);
      world.have('d', world.service.grant({ lifeMs: HOUR_MS }), BOB);
    });
    assert.deepEqual(await toldAfter(55 * MINUTE_MS + LOOK_MS), ['ends soon a', 'ends soon d']);
    assert.deepEqual(await toldAfter(5 * MINUTE_MS), ['ended a', 'ended d']);
    assert.deepEqual(await toldAfter(DAY_MS), []);
  });

  it('tells nothing in a window that nobody looks at; it waits until somebody does', async () => {
    const { world, one, two, toldAfter } = await watched(anHourOf('a'));
    one.focused = false;
    assert.deepEqual(await toldAfter(2 * HOUR_MS), []);
    two.focused = true;
    await world.comeBackTo(two);
    assert.deepEqual(await toldAfter(0), ['ended a']);
    assert.deepEqual(await toldAfter(HOUR_MS), []);
  });

  it('tells of the night’s end alone in the morning', async () => {
    const { world, toldAfter } = await watched(anHourOf('a'));
    world.clock.jump(9 * HOUR_MS);
    assert.deepEqual(await toldAfter(LOOK_MS), ['ended a']);
    assert.deepEqual(await toldAfter(DAY_MS), []);
  });

  it('tells of the end of a session that has lasted for months, and the next sign-in goes on with its id', async () => {
    const { world, one, toldAfter } = await watched((it) => {
      const createdAtMs = it.clock.now() - 90 * DAY_MS;
      it.have('a', it.service.grant({ lifeMs: HOUR_MS }), { createdAtMs });
    });
    assert.deepEqual(await toldAfter(HOUR_MS), ['ends soon a', 'ended a']);
    assert.equal((await world.clock.run(world.signIn(one, world.service.grant()))).id, 'a');
  });

  it('tells no second time after a restart', async () => {
    const { world, one, two, toldAfter } = await watched(anHourOf('a'));
    assert.deepEqual(await toldAfter(HOUR_MS + LOOK_MS), ['ends soon a', 'ended a']);
    world.close(one);
    world.close(two);
    const three = await world.ready();
    three.focused = true;
    await world.clock.run(world.comeBackTo(three));
    assert.deepEqual(three.notices.told, []);
  });

  it('tells of each end that a sign-in has not brought back', async () => {
    const { world, one, toldAfter } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS }));
      it.have('b', it.service.grant({ lifeMs: HOUR_MS + 8 * MINUTE_MS }), { scopes: ['email'] });
    });
    assert.deepEqual(await toldAfter(HOUR_MS), ['ends soon a', 'ended a']);
    await world.clock.run(world.signIn(one, world.service.grant()));
    assert.deepEqual(await toldAfter(HOUR_MS), ['ends soon b', 'ended b']);
  });

  it('tells in good time after a sign-in with a clock that was set back', async () => {
    const { world, one, toldAfter } = await watched((it) => {
      const nowMs = it.clock.now();
      it.have('a', it.service.grant(), { createdAtMs: nowMs, writtenAtMs: nowMs });
    });
    world.clock.jump(-3 * HOUR_MS);
    await world.clock.run(world.signIn(one, world.service.grant({ lifeMs: HOUR_MS })));
    assert.deepEqual(await toldAfter(57 * MINUTE_MS), ['ends soon a']);
  });

  it('tells of a session that could not be renewed for ten minutes after its end, and goes on trying', async () => {
    const { world, one, toldAfter } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
    });
    world.service.offline = true;
    assert.deepEqual(await toldAfter(HOUR_MS + 10 * MINUTE_MS), []);
    assert.deepEqual(await toldAfter(LOOK_MS), ['ended a']);
    assert.deepEqual(await toldAfter(HOUR_MS), []);
    world.service.offline = false;
    await toldAfter(LOOK_MS);
    assert.deepEqual(await world.listed(one), ['a: access 2']);
  });

  it('tells of each end of a session without a known end', async () => {
    const { world, one, toldAfter } = await watched((it) =>
      it.have('a', it.service.grant({ refreshable: true })),
    );
    const renew = world.service.renew.bind(world.service);
    const rejected = async (): Promise<string[]> => {
      const { accessToken, refreshToken } = one.sessions.known()[0] ?? assert.fail();
      world.service.reject(accessToken, refreshToken);
      world.service.renew = () => Promise.resolve({ kind: 'unknown' }); // the network is gone in between
      assert.equal(await world.clock.run(one.sessions.verify('a', one.closed.signal)), false);
      world.service.renew = renew;
      return toldAfter(HOUR_MS);
    };
    assert.deepEqual(await rejected(), ['ended a']);
    await world.clock.run(world.signIn(one, world.service.grant({ refreshable: true })));
    assert.deepEqual(await rejected(), ['ended a']);
  });

  it('tells no end to who has signed in again, and the next one in its turn', async () => {
    const { world, one, toldAfter } = await watched(anHourOf('a'));
    assert.deepEqual(await toldAfter(56 * MINUTE_MS), ['ends soon a']);
    await world.clock.run(world.signIn(one, world.service.grant({ lifeMs: HOUR_MS }), ['a']));
    assert.deepEqual(await toldAfter(54 * MINUTE_MS), []);
    assert.deepEqual(await toldAfter(1 * MINUTE_MS + LOOK_MS), ['ends soon a']);
    assert.deepEqual(await toldAfter(4 * MINUTE_MS), ['ended a']);
    await world.clock.run(world.signIn(one, world.service.grant(), ['a']));
    assert.deepEqual(await toldAfter(DAY_MS), []);
    assert.deepEqual(world.heard(one), ['changed a', 'removed a', 'added a']);
  });

  it('tells nothing of sessions that are renewed, that have no end, or that were signed out of', async () => {
    const { world, one, toldAfter } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
      it.have('b', it.service.grant(), { scopes: ['email'] });
      it.have('c', it.service.grant({ lifeMs: HOUR_MS }), { scopes: ['c'] });
    });
    await world.clock.run(one.sessions.signOut('c'));
    assert.deepEqual(await toldAfter(3 * HOUR_MS), []);
    assert.deepEqual(await world.listed(one), ['a: access 6', 'b: access 2']);
  });

  it('tells of an end when a session cannot be renewed any more', async () => {
    const { world, toldAfter } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
    });
    world.service.reject('refresh 1');
    assert.deepEqual(await toldAfter(HOUR_MS + LOOK_MS), ['ends soon a', 'ended a']);
  });

  it('tells nothing of a rejected session, of which the person was told', async () => {
    const { world, one, toldAfter } = await watched((it) => it.have('a', it.service.grant()));
    world.service.reject('access 1');
    await world.clock.run(one.sessions.verify('a', one.closed.signal));
    assert.deepEqual(await toldAfter(DAY_MS), ['rejected a']);
  });

  it('forgets what ended a month ago, without a word', async () => {
    const { world, one, two, toldAfter } = await watched(anHourOf('a'));
    await toldAfter(2 * HOUR_MS);
    world.clock.jump(29 * DAY_MS);
    assert.deepEqual(await toldAfter(LOOK_MS), []);
    assert.equal(world.secrets.stored.size, 1);
    world.clock.jump(DAY_MS);
    assert.deepEqual(await toldAfter(LOOK_MS), []);
    assert.equal(world.secrets.stored.size, 0);
    assert.deepEqual([world.heard(one), world.heard(two)], [['removed a'], ['removed a']]);
  });

  it('goes on after storage has failed', async () => {
    const { world, one, toldAfter } = await watched(() => undefined);
    const late = world.open();
    one.focused = false;
    late.focused = true;
    anHourOf('a')(world);
    world.secrets.readFailure = new Error('locked');
    void late.watch.run(late.closed.signal);
    assert.deepEqual(await toldAfter(HOUR_MS), []);
    assert.ok(late.log.lines.length > 0);
    world.secrets.readFailure = undefined;
    assert.deepEqual(await toldAfter(LOOK_MS), ['ended a']);
  });

  it('ends with its window', async () => {
    const { world, one, two } = await watched(anHourOf('a'));
    world.close(one);
    world.close(two);
    await world.clock.settle();
    assert.equal(world.clock.pending, 0);
  });
});

describe('session watch: verification when the person comes back', () => {
  const focus = async ({ world }: Case, window: Window): Promise<string[]> => {
    const before = world.service.asked.length;
    await world.clock.run(world.comeBackTo(window));
    return world.service.asked.slice(before);
  };

  it('never happens at the start, nor while nobody comes back', async () => {
    const { world, toldAfter } = await watched((it) => it.have('a', it.service.grant()));
    await toldAfter(DAY_MS);
    assert.deepEqual(world.service.asked, []);
  });

  it('never happens while the person stays, pauses and goes on', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = world.open(true);
    for (let pauses = 0; pauses < 3; pauses++)
      await world.clock.run(one.watch.focusIs(true, one.closed.signal));
    assert.deepEqual(world.service.asked, []);
    await world.clock.run(one.watch.focusIs(false, one.closed.signal));
    assert.deepEqual(world.service.asked, []);
    await world.clock.run(one.watch.focusIs(true, one.closed.signal));
    assert.deepEqual(world.service.asked, ['verify access 1']);
  });

  it('happens at most once an hour for each session, in one of all windows', async () => {
    const all = await watched((world) => {
      world.have('a', world.service.grant());
      world.have('b', world.service.grant(), { scopes: ['email'] });
    });
    const both = ['verify access 1', 'verify access 2'];
    assert.deepEqual(await focus(all, all.one), both);
    assert.deepEqual(await focus(all, all.one), []);
    assert.deepEqual(await focus(all, all.two), []);
    await all.toldAfter(59 * MINUTE_MS);
    assert.deepEqual(await focus(all, all.two), []);
    await all.toldAfter(MINUTE_MS);
    const atOnce = Promise.all([focus(all, all.one), focus(all, all.two)]);
    await all.world.clock.run(atOnce);
    assert.deepEqual(all.world.service.asked, [...both, ...both]);
  });

  it('leaves a session alone in its first hour', async () => {
    const all = await watched(() => undefined);
    await all.world.clock.run(all.world.signIn(all.one, all.world.service.grant()));
    await all.toldAfter(HOUR_MS - 1);
    assert.deepEqual(await focus(all, all.one), []);
    await all.toldAfter(1);
    assert.deepEqual(await focus(all, all.one), ['verify access 1']);
  });

  it('ends what is rejected, and tells of it where the person is', async () => {
    const all = await watched((world) => world.have('a', world.service.grant()));
    all.world.service.reject('access 1');
    await focus(all, all.one);
    assert.deepEqual(all.one.notices.told, ['rejected a']);
    assert.deepEqual([all.one.sessions.known(), all.two.sessions.known()], [[], []]);
  });

  it('keeps what the service says nothing of, and has an hour’s patience with it', async () => {
    const all = await watched((world) => world.have('a', world.service.grant()));
    all.world.service.reject('access 1');
    all.world.service.offline = true;
    assert.deepEqual(await focus(all, all.one), ['verify access 1']);
    assert.deepEqual(await all.world.listed(all.two), ['a: access 1']);
    all.world.service.offline = false;
    assert.deepEqual(await focus(all, all.two), []);
    await all.toldAfter(HOUR_MS);
    await focus(all, all.two);
    assert.deepEqual(await all.toldAfter(0), ['rejected a']);
  });

  it('asks nothing of a session that is over', async () => {
    const all = await watched(anHourOf('a'));
    all.world.clock.jump(HOUR_MS);
    assert.deepEqual(await focus(all, all.one), []);
    assert.deepEqual(all.one.notices.told, ['ended a']);
  });

  it('costs nothing when storage fails or the window closes meanwhile', async () => {
    const all = await watched((world) => world.have('a', world.service.grant({ lifeMs: HOUR_MS })));
    all.world.service.takes.verify = 1_000;
    const focused = focus(all, all.one);
    await all.world.clock.advance(500);
    all.world.close(all.one);
    await focused;
    all.world.clock.jump(HOUR_MS);
    all.world.secrets.readFailure = new Error('locked');
    assert.deepEqual(await focus(all, all.two), []);
  });
});
