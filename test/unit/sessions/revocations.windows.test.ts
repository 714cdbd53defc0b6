import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { LiveSession } from '../../../src/sessions/record.ts';
import { never } from '../support/conversation.ts';
import { endedOf, recordOf } from '../support/record.ts';
import {
  HOUR_MS,
  KINDS,
  type Kind,
  RevocationWorld,
  SECOND_MS,
  UNREACHABLE,
} from '../support/revocationWorld.ts';

const serviceId = (kind: Kind): string => (kind === 'sigma' ? 'sigma-identity' : 'adom');
/** How often a token is sent for one revocation. */
const REQUESTS = { sigma: 2, adom: 1 };

for (const kind of KINDS) {
  describe(`a revocation that waits when its window is gone (${kind})`, () => {
    for (const how of ['close', 'kill'] as const)
      it(`is delivered by the next window, and not at its activation (${how})`, async () => {
        const world = new RevocationWorld(kind);
        const { server, clock } = world;
        const { window } = await world.signedOut();
        await world[how](window);
        server.between = undefined;
        server.sent.length = 0;
        const next = await world.open();
        await clock.advance(29 * SECOND_MS);
        assert.deepEqual(server.sent, []);
        await clock.advance(2 * SECOND_MS);
        assert.deepEqual([[...server.good], world.waiting(), next.notices], [[], [], []]);
      });

    it('is stored as soon as the window closes, if the service has not answered by then', async () => {
      const world = new RevocationWorld(kind);
      const { server, clock } = world;
      world.have('a');
      const window = await world.open();
      server.between = never();
      await clock.run(window.sessions.signOut('a'));
      assert.equal(world.waiting().length, 0);
      window.closed.abort(new Error('closed'));
      await clock.settle();
      assert.equal(world.waiting().length, 1);
      await world.close(window);
      server.between = undefined;
      await world.open();
      await clock.advance(31 * SECOND_MS);
      assert.deepEqual([[...server.good], world.waiting()], [[], []]);
    });

    it('waits on, with no request left open, if the window closes while it is delivered', async () => {
      const world = new RevocationWorld(kind);
      const { server, clock } = world;
      const { window } = await world.signedOut();
      server.between = never();
      void window.all.revocations.deliver();
      await clock.settle();
      const logged = window.log.lines.length;
      window.closed.abort(new Error('closed'));
      await clock.settle();
      assert.deepEqual([clock.pending, world.waiting().length], [0, 1]);
      assert.equal(window.log.lines.length, logged, 'nothing to report');
      await world.kill(window);
      server.between = undefined;
      await world.open();
      await clock.advance(31 * SECOND_MS);
      assert.deepEqual([[...server.good], world.waiting()], [[], []]);
    });

    it('is stored by a window that closes, which waits for that and not for the service', async () => {
      const world = new RevocationWorld(kind);
      world.have('a');
      const window = await world.open();
      world.server.between = never();
      world.revocations.writeMs = 1_500;
      await world.clock.run(window.sessions.signOut('a'));
      window.closed.abort(new Error('closed'));
      let isOver = false;
      void window.all.revocations.finish().then(() => (isOver = true));
      await world.clock.advance(1_499);
      assert.deepEqual([isOver, world.waiting().length], [false, 0]);
      await world.clock.advance(1);
      assert.deepEqual([isOver, world.waiting().length], [true, 1]);
      await world.clock.advance(30 * SECOND_MS);
      assert.equal(world.waiting().length, 1, 'no answer came in the end');
      await world.kill(window);
    });

    it('is told again when another one gets no answer later', async () => {
      const world = new RevocationWorld(kind);
      world.have('b', undefined, { scopes: ['b'] });
      const { window } = await world.signedOut();
      await world.signOut(window, 'b');
      assert.deepEqual(window.notices, ['revocation waits: signOut, 1', 'revocation waits: signOut, 1']);
      assert.equal(new Set(window.told).size, 2);
    });

    it('that can wait is stored before its window closes, too', async () => {
      const world = new RevocationWorld(kind);
      const window = await world.open();
      world.revocations.writeMs = 1_500;
      window.all.revocations.revokeSoon(window.sessions.service, world.server.grant());
      let isOver = false;
      void window.all.revocations.finish().then(() => (isOver = true));
      await world.clock.advance(1_499);
      assert.equal(isOver, false);
      await world.clock.advance(1);
      assert.deepEqual([isOver, world.waiting().length], [true, 1]);
      await world.clock.advance(31 * SECOND_MS);
      assert.deepEqual([world.waiting(), [...world.server.good]], [[], []], 'delivered within a minute');
      assert.deepEqual(window.notices, []);
    });

    for (const closes of [false, true])
      it(`waits on when its lock cannot be had${closes ? ', as in a window that closes' : ''}`, async (t) => {
        const world = new RevocationWorld(kind);
        const { server, clock } = world;
        const { window } = await world.signedOut();
        server.between = undefined;
        server.sent.length = 0;
        t.mock.method(window.locks, 'withLock', () => {
          if (closes) window.closed.abort(new Error('closed'));
          return Promise.reject(Object.assign(new Error('private'), { code: 'EIO' }));
        });
        const logged = window.log.lines.length;
        await clock.run(window.all.revocations.deliver());
        const line = 'warn A revocation cannot be delivered now: Error EIO.';
        assert.deepEqual(window.log.lines.slice(logged), closes ? [] : [line]);
        assert.deepEqual([server.sent, world.waiting().length], [[], 1]);
      });

    it('is not sent again when another window has delivered it at the same moment', async (t) => {
      const world = new RevocationWorld(kind);
      const { server, clock } = world;
      const { window } = await world.signedOut();
      const other = await world.open();
      server.between = undefined;
      server.sent.length = 0;
      const works = window.locks.withLock.bind(window.locks);
      t.mock.method(window.locks, 'withLock', async (...args: Parameters<typeof works>) => {
        await other.all.revocations.forget(window.told);
        return works(...args);
      });
      await clock.run(window.all.revocations.deliver());
      assert.deepEqual([server.sent, world.waiting()], [[], []]);
      await clock.advance(10 * 60 * SECOND_MS);
      assert.deepEqual([server.sent, world.waiting()], [[], []]);
    });

    it('is not stored for longer if the service answers while the window closes', async () => {
      const world = new RevocationWorld(kind);
      world.have('a');
      const window = await world.open();
      world.server.takesMs = 100;
      await world.clock.run(window.sessions.signOut('a'));
      const closing = window.all.revocations.finish();
      await world.clock.advance(SECOND_MS);
      await closing;
      assert.deepEqual([world.waiting(), window.notices], [[], []]);
      assert.equal(world.revocations.stored.size, 1, 'a mark');
      await world.kill(window);
    });
  });

  describe(`a revocation that two windows know (${kind})`, () => {
    it('is sent by one of them', async () => {
      const world = new RevocationWorld(kind);
      const { server, clock } = world;
      const { window } = await world.signedOut();
      const other = await world.open();
      [server.between, server.takesMs] = [undefined, 1_000];
      server.sent.length = 0;
      void window.all.revocations.deliver();
      void other.all.revocations.deliver();
      await clock.advance(60 * SECOND_MS);
      assert.equal(server.asked().length, REQUESTS[kind]);
      assert.deepEqual([[...server.good], world.waiting()], [[], []]);
    });

    it('is sent by the other one if the first one hangs or ends in the middle', async () => {
      for (const how of ['freeze', 'die'] as const) {
        const world = new RevocationWorld(kind);
        const { server, clock } = world;
        const { window } = await world.signedOut();
        const other = await world.open();
        server.between = never();
        void window.all.revocations.deliver();
        await clock.settle();
        window.locks[how]();
        window.process.end();
        server.between = undefined;
        for (let n = 0; n < 3; n++) {
          await clock.advance(15 * SECOND_MS);
          await clock.run(other.all.revocations.deliver());
        }
        assert.deepEqual([[...server.good], world.waiting()], [[], []], how);
      }
    });

    it('is not sent by a window that has lost its lock meanwhile', async () => {
      const world = new RevocationWorld(kind);
      const { server, clock } = world;
      const { window } = await world.signedOut();
      const hanging = Promise.withResolvers<boolean>();
      world.isSigningIn = () => hanging.promise;
      server.between = undefined;
      server.sent.length = 0;
      void window.all.revocations.deliver();
      await clock.settle();
      window.locks.freeze();
      world.isSigningIn = () => Promise.resolve(false);
      const other = await world.open();
      await clock.advance(15 * SECOND_MS);
      server.takesMs = 1_000;
      void other.all.revocations.deliver();
      await clock.settle();
      hanging.resolve(false);
      await clock.advance(60 * SECOND_MS);
      assert.equal(server.asked().length, REQUESTS[kind]);
    });

    it('is not sent where the windows cannot lock each other out', async () => {
      const world = new RevocationWorld(kind);
      await world.signedOut();
      world.locks.isUsable = false;
      world.server.between = undefined;
      world.server.sent.length = 0;
      await world.clock.advance(HOUR_MS);
      assert.deepEqual(world.server.sent, []);
    });

    it('is forgotten by both, and a late write brings nothing back', async () => {
      const world = new RevocationWorld(kind);
      const { server, clock } = world;
      const { window } = await world.signedOut();
      const other = await world.open();
      const [late = ['', '']] = world.revocations.stored;
      await clock.run(window.all.revocations.forget(window.told));
      world.revocations.stored.set(...late);
      server.between = undefined;
      server.sent.length = 0;
      assert.equal(await other.all.revocations.count(), 0);
      await clock.advance(50 * 60 * SECOND_MS);
      assert.deepEqual([server.sent, world.waiting()], [[], []]);
    });

    it('is found by a window that was open before, without a restart', async () => {
      const world = new RevocationWorld(kind);
      const { server, clock } = world;
      const other = await world.open();
      await clock.advance(60 * SECOND_MS); // it has looked, and nothing waited
      const { window } = await world.signedOut();
      await world.kill(window);
      server.between = undefined;
      await clock.advance(45 * SECOND_MS);
      assert.deepEqual([[...server.good], world.waiting(), other.notices], [[], [], []]);
    });
  });

  describe(`a revocation whose token the service has handed out again (${kind})`, () => {
    /** How another window, or this one, has the same token. */
    const HELD: [how: string, change: (world: RevocationWorld, token: string) => Partial<LiveSession>][] = [
      ['a new session', () => ({})],
      ['a session of other scopes', () => ({ scopes: ['email'] })],
      ['a dormant session', () => ({ server: 'https://other.example' })],
      ['a session with another service', () => ({ serviceId: 'another' })],
      [
        'a session as its refresh token',
        (_, refreshToken) => ({
          grant: { server: 'https://auth.example', accessToken: 'canary-other', refreshToken },
        }),
      ],
    ];
    for (const [how, change] of HELD)
      it(`is dropped when another window has it in ${how}`, async () => {
        const world = new RevocationWorld(kind);
        const { server, clock } = world;
        const { window, grant } = await world.signedOut();
        world.storage.writeMs = 0;
        const record = { ...recordOf('b'), serviceId: serviceId(kind), grant };
        world.storage.have({ ...record, ...change(world, grant.accessToken) }); // this window has no event yet
        server.between = undefined;
        server.sent.length = 0;
        await clock.advance(HOUR_MS);
        assert.deepEqual(server.asked(), []);
        assert.ok(server.good.has(grant.accessToken));
        assert.deepEqual(world.waiting(), []);
        assert.match(
          window.log.lines.join('\n'),
          /^info A session has the same token again, so it is not revoked\.$/m,
        );
      });

    it('is dropped when a session would have it again after a correction of the clock', async () => {
      const world = new RevocationWorld(kind);
      const { server, clock } = world;
      const { grant } = await world.signedOut();
      const expired = {
        grant: { ...grant, expiresAtMs: clock.now() - 1 },
        grantedAtMs: clock.now() - HOUR_MS,
      };
      world.storage.have({ ...endedOf('b', { expired }), serviceId: serviceId(kind) });
      server.between = undefined;
      server.sent.length = 0;
      await clock.advance(60 * SECOND_MS);
      assert.deepEqual([server.asked(), world.waiting()], [[], []]);
    });

    it('is dropped when the user has signed in again in this window', async () => {
      const world = new RevocationWorld(kind);
      const { server, clock } = world;
      const { window, grant } = await world.signedOut();
      await world.signIn(window, grant);
      server.between = undefined;
      await clock.advance(HOUR_MS);
      assert.ok(server.good.has(grant.accessToken));
      assert.equal(world.liveSessions(window).length, 1);
      assert.deepEqual(world.waiting(), []);
      await world.signOut(window, world.liveSessions(window)[0]?.id ?? '');
      assert.ok(!server.good.has(grant.accessToken), 'a later sign-out ends it');
    });

    it('waits while a sign-in is in progress, which may bring it again', async () => {
      const world = new RevocationWorld(kind);
      const { server, clock } = world;
      const { window, grant } = await world.signedOut();
      server.between = undefined;
      server.sent.length = 0;
      world.isSigningIn = () => Promise.resolve(true);
      await clock.advance(10 * 60 * SECOND_MS);
      await world.signIn(window, grant);
      world.isSigningIn = () => Promise.resolve(false);
      await clock.advance(HOUR_MS);
      assert.deepEqual([server.asked(), world.waiting()], [[], []]);
      assert.ok(server.good.has(grant.accessToken));
    });

    it('waits while it is not known who has it', async () => {
      const world = new RevocationWorld(kind);
      const { server, clock, storage } = world;
      const { window } = await world.signedOut();
      server.between = undefined;
      server.sent.length = 0;
      storage.readFailure = new Error('a message');
      await clock.advance(10 * 60 * SECOND_MS);
      storage.readFailure = undefined;
      world.isSigningIn = () => Promise.reject(new Error('a message'));
      await clock.advance(10 * 60 * SECOND_MS);
      assert.deepEqual([server.asked(), world.waiting().length], [[], 1]);
      assert.match(window.log.lines.join('\n'), /^warn A revocation waits until sessions can be read: \w+/m);
      world.isSigningIn = () => Promise.resolve(false);
      await clock.advance(HOUR_MS);
      assert.deepEqual([[...server.good], world.waiting()], [[], []]);
    });
  });
}

describe('a revocation that cannot be read', () => {
  it('is named in the log, and delivered later', async () => {
    const world = new RevocationWorld('sigma');
    const { server, clock, revocations } = world;
    const { window } = await world.signedOut();
    server.between = undefined;
    revocations.readFailure = new Error('a message');
    await assert.rejects(window.all.revocations.count());
    await clock.advance(10 * 60 * SECOND_MS);
    const lines = window.log.lines.filter((line) => line.includes('cannot be read'));
    assert.deepEqual([...new Set(lines)], ['warn Revocations that wait cannot be read: Error.']);
    assert.ok(lines.length < 6, 'ever more seldom');
    revocations.readFailure = undefined;
    await clock.advance(10 * 60 * SECOND_MS);
    assert.deepEqual([[...server.good], world.waiting()], [[], []]);
  });
});

describe('a revocation of a service that this version does not know', () => {
  it('is left alone', async () => {
    const world = new RevocationWorld('sigma');
    const { window } = await world.signedOut();
    await world.kill(window);
    world.server.between = UNREACHABLE;
    const [[name, text] = ['', '']] = world.revocations.stored;
    assert.match(text, /sigma-identity/);
    const other = new RevocationWorld('adom');
    other.revocations.stored.set(name, text);
    await other.open();
    await other.clock.advance(HOUR_MS);
    assert.deepEqual([other.server.sent, other.waiting()], [[], [text]]);
  });
});
