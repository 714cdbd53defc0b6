import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../src/base/timeLimit.ts';
import { after, html, json, never, redirect, type Reply } from '../support/conversation.ts';
import { endedOf } from '../support/record.ts';
import {
  HOUR_MS,
  KINDS,
  RevocationWorld,
  type RevocationWindow,
  SECOND_MS,
  UNREACHABLE,
} from '../support/revocationWorld.ts';

/** What happens in a window that knows session `a` while the service gives no answer. */
type Step = (world: RevocationWorld, window: RevocationWindow) => Promise<void> | void;

const KEPT: [what: string, step: Step, notice: string][] = [
  ['a sign-out', (world, window) => world.signOut(window), 'revocation waits: signOut, 1'],
  [
    'a sign-in that is not kept',
    ({ server }, { sessions }) => {
      sessions.revokeUnkept(server.grant());
    },
    'revocation waits: signIn, 1',
  ],
  [
    'a sign-in that is replaced by a new one',
    (world, window) => world.signIn(window, world.server.grant()),
    'revocation waits: signIn, 1',
  ],
];

const NO_ANSWERS: [what: string, between: Reply][] = [
  ['nothing', UNREACHABLE],
  ['nothing for five seconds', never()],
  ['a page', html(200)],
  ['a firewall', html(403)],
  ['a redirect', redirect('https://portal.example/')],
  ['a server in trouble', json(503, {})],
  ['too many requests', json(429, {}, { 'retry-after': '5' })],
];

for (const kind of KINDS) {
  describe(`a revocation that gets no answer (${kind})`, () => {
    for (const [what, step, notice] of KEPT)
      it(`is kept, told, and delivered later: ${what}`, async () => {
        const world = new RevocationWorld(kind);
        const { server } = world;
        world.have('a');
        const window = await world.open();
        server.between = UNREACHABLE;
        await step(world, window);
        await world.clock.advance(7 * SECOND_MS);
        assert.deepEqual([world.waiting().length, window.notices], [1, [notice]]);
        assert.equal(await window.all.revocations.count(), 1);
        const held = world.liveSessions(window).map(({ grant }) => grant.accessToken);
        const alive = [...server.good].filter((token) => !held.includes(token));
        assert.equal(alive.length, 1, 'the service still knows it');
        server.between = undefined;
        await world.clock.advance(60 * SECOND_MS);
        assert.deepEqual([...server.good], held);
        assert.deepEqual([world.waiting(), window.notices], [[], [notice]]);
        assert.ok(!world.everything().includes(alive[0] ?? assert.fail()));
        assert.match(window.log.lines.join('\n'), /^info (?:Sigma Identity|Adom) has ended the session\.$/m);
      });

    for (const [what, between] of NO_ANSWERS)
      it(`is kept when there is ${what}`, async () => {
        const world = new RevocationWorld(kind);
        const { window } = await world.signedOut(between);
        assert.deepEqual(window.notices, ['revocation waits: signOut, 1']);
      });

    it('is stored without anything that its delivery does not need', async () => {
      const world = new RevocationWorld(kind);
      const tokens = { accessToken: 'canary-a', refreshToken: 'canary-r', idToken: 'canary-i' };
      const grant = { server: 'https://auth.example', clientId: 'editor', ...tokens };
      world.have('a', { ...grant, scopes: ['openid'], expiresAtMs: world.clock.now() + HOUR_MS });
      const window = await world.open();
      world.server.between = UNREACHABLE;
      const begunAtMs = world.clock.now();
      await world.signOut(window);
      const { idToken, ...needed } = grant;
      const serviceId = kind === 'sigma' ? 'sigma-identity' : 'adom';
      const stored = { format: 1, serviceId, grant: needed, begunAtMs };
      assert.deepEqual(
        world.waiting().map((text) => JSON.parse(text) as unknown),
        [stored],
      );
      assert.ok(!world.everything().includes(idToken));
    });

    it('is over when the service answers later, without ending the session', async () => {
      const world = new RevocationWorld(kind);
      const { grant } = await world.signedOut();
      world.server.between = undefined;
      world.server.ignoresEnds = true;
      await world.clock.advance(60 * SECOND_MS);
      assert.ok(world.server.good.has(grant.accessToken));
      assert.deepEqual(world.waiting(), []);
    });

    it('is told once for sessions that end together, and each is delivered', async () => {
      const world = new RevocationWorld(kind);
      world.have('a');
      world.have('b', world.server.grant(), { scopes: ['email'] });
      const window = await world.open();
      world.server.between = UNREACHABLE;
      await world.signOut(window, 'a', 'b');
      assert.deepEqual(window.notices, ['revocation waits: signOut, 2']);
      assert.equal(new Set(window.told).size, 2);
      world.server.between = undefined;
      await world.clock.advance(60 * SECOND_MS);
      assert.deepEqual([...world.server.good], []);
      assert.deepEqual(world.waiting(), []);
    });

    it('is deleted, and not delivered, when the user forgets it', async () => {
      const world = new RevocationWorld(kind);
      const { window, grant } = await world.signedOut();
      await world.clock.run(window.all.revocations.forget(window.told));
      assert.deepEqual([world.waiting(), await window.all.revocations.count()], [[], 0]);
      assert.ok(!world.everything().includes(grant.accessToken));
      world.server.between = undefined;
      world.server.sent.length = 0;
      await world.clock.advance(HOUR_MS);
      assert.deepEqual(world.server.sent, []);
    });

    it('goes to its own server, whatever the setting says by then', async () => {
      const world = new RevocationWorld(kind);
      const { server } = world;
      await world.signedOut();
      world.configured = 'https://other.example';
      for (const { all } of world.windows) all.followSettings();
      server.between = undefined;
      server.sent.length = 0;
      await world.clock.advance(60 * SECOND_MS);
      assert.ok(server.sent.length > 0);
      for (const each of server.sent) assert.match(each, /^\w+ https:\/\/auth\.example\//);
      assert.deepEqual([...server.good], []);
    });

    it('is tried ever more seldom, and every half hour at the end', async () => {
      const world = new RevocationWorld(kind);
      await world.signedOut();
      const attempts: number[] = [];
      const startedMs = world.clock.ranMs;
      for (let tick = 1; tick <= 400; tick++) {
        world.server.sent.length = 0;
        await world.clock.advance(30 * SECOND_MS);
        if (world.server.sent.length > 0) attempts.push(tick);
      }
      assert.equal(world.clock.ranMs - startedMs, 400 * 30 * SECOND_MS);
      const pauses = attempts.slice(1).map((tick, n) => tick - (attempts[n] ?? 0));
      assert.deepEqual([attempts[0], ...pauses], [1, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]);
    });

    it('is tried when the user comes back to the window', async () => {
      const world = new RevocationWorld(kind);
      const { window } = await world.signedOut();
      await world.clock.advance(HOUR_MS);
      world.server.between = undefined;
      for (const isFocused of [false, true]) window.all.focusChanged(isFocused);
      await world.clock.settle();
      assert.deepEqual([[...world.server.good], world.waiting()], [[], []]);
    });

    it('is tried soon after the server has answered something else, and after no other server has', async () => {
      const world = new RevocationWorld(kind);
      const { server } = world;
      const { window } = await world.signedOut();
      await world.clock.advance(HOUR_MS);
      server.between = undefined;
      const ask = async (at: string): Promise<void> => {
        const grant = server.grant(at);
        await world.clock.run(window.sessions.service.verify(grant, NEVER));
        server.good.delete(grant.accessToken);
        server.sent.length = 0;
        await world.clock.advance(31 * SECOND_MS);
      };
      await ask('https://auth.example.com');
      assert.deepEqual(server.sent, []);
      await ask('https://auth.example');
      assert.deepEqual([[...server.good], world.waiting()], [[], []]);
    });

    it('is not tried in a circle when the server answers only a part', async () => {
      const world = new RevocationWorld(kind);
      const grant = world.have('a');
      const window = await world.open();
      const answer = world.server.answer.bind(world.server);
      world.server.answer = (url, init) => {
        // Not what would end the session, or not the proof that it has ended.
        if (/sign-out$|user$/.test(url)) world.server.between = json(503, {});
        else world.server.between = /revoke$|logout$/.test(url) ? json(200, {}) : undefined;
        return answer(url, init);
      };
      await world.signOut(window);
      world.server.sent.length = 0;
      await world.clock.advance(2 * HOUR_MS);
      const attempts = world.server.asked().length / (kind === 'sigma' ? 2 : 1);
      assert.ok(attempts < 12, `${attempts} attempts`);
      assert.ok(world.server.good.has(grant.accessToken));
    });
  });

  describe(`no revocation is kept (${kind})`, () => {
    const assertNothing = async (world: RevocationWorld, window: RevocationWindow): Promise<void> => {
      await world.clock.advance(60 * SECOND_MS);
      assert.deepEqual([world.waiting(), window.notices], [[], []]);
      assert.equal(world.revocations.stored.size, 0, 'not even for a moment');
    };

    it('that the service has answered', async () => {
      const world = new RevocationWorld(kind);
      world.have('a');
      const window = await world.open();
      await world.signOut(window);
      assert.deepEqual([...world.server.good], []);
      await assertNothing(world, window);
    });

    it('that the service has answered late, but in time', async () => {
      const world = new RevocationWorld(kind);
      world.have('a');
      const window = await world.open();
      world.server.takesMs = 1_000;
      await world.signOut(window);
      await assertNothing(world, window);
    });

    it('that the service has answered without ending the session', async () => {
      const world = new RevocationWorld(kind);
      const grant = world.have('a');
      const window = await world.open();
      world.server.ignoresEnds = true;
      await world.signOut(window);
      assert.ok(world.server.good.has(grant.accessToken));
      await assertNothing(world, window);
      assert.match(
        window.log.lines.join('\n'),
        /^warn .* does not end the session when it is asked from here\.$/m,
      );
    });

    it('of a grant that has expired', async () => {
      const world = new RevocationWorld(kind);
      const grant = { ...world.server.grant(), expiresAtMs: world.clock.now() - SECOND_MS };
      const serviceId = kind === 'sigma' ? 'sigma-identity' : 'adom';
      const grantedAtMs = world.clock.now() - HOUR_MS;
      world.storage.have({ ...endedOf('a', { expired: { grant, grantedAtMs } }), serviceId });
      const window = await world.open();
      world.server.between = UNREACHABLE;
      await world.clock.advance(2 * HOUR_MS);
      assert.ok(world.server.asked().length > 0, 'it was asked once');
      await assertNothing(world, window);
    });

    it('of a token that a session still has', async () => {
      const world = new RevocationWorld(kind);
      const grant = world.have('a');
      world.have('b', grant, { scopes: ['email'] });
      const window = await world.open();
      world.server.between = UNREACHABLE;
      window.sessions.revokeUnkept(grant);
      await world.signOut(window, 'a');
      assert.deepEqual(world.server.sent, [], 'not even asked for');
      await assertNothing(world, window);
    });
  });
}

describe('no revocation is kept', () => {
  it('of a token that a rotation has replaced, nor of one that a rotation has brought in vain', async () => {
    const world = new RevocationWorld('adom');
    const grant = world.have('a');
    const window = await world.open();
    const { server, clock } = world;
    const rotate = json(200, { id: 'user-1' }, { 'set-cookie': 'session_token=canary-rotated' });
    server.between = rotate;
    await clock.run(window.sessions.verification.verify('a', NEVER));
    assert.equal(world.liveSessions(window)[0]?.grant.accessToken, 'canary-rotated');
    server.between = after(1, json(200, { id: 'user-1' }, { 'set-cookie': 'session_token=canary-late' }));
    const late = window.sessions.verification.verify('a', NEVER);
    await clock.settle();
    server.between = UNREACHABLE;
    await world.signOut(window); // the answer comes when the session is gone
    await clock.run(late);
    await clock.advance(60 * SECOND_MS);
    const tokens = world
      .waiting()
      .map((text) => (JSON.parse(text) as { grant: { accessToken: string } }).grant);
    assert.deepEqual(
      tokens.map(({ accessToken }) => accessToken),
      ['canary-rotated'],
    );
    assert.ok(!world.everything().includes(`"${grant.accessToken}"`));
  });

  it('of a token that a renewal has replaced', async () => {
    const world = new RevocationWorld('sigma');
    const { server, clock } = world;
    const grant = { ...server.grant(), refreshToken: 'canary-r1', expiresAtMs: clock.now() + SECOND_MS };
    world.have('a', grant);
    const window = await world.open();
    server.between = json(200, { access_token: 'canary-new', refresh_token: 'canary-r2', expires_in: 3600 });
    await clock.run(window.sessions.settle());
    await clock.settle();
    assert.equal(world.liveSessions(window)[0]?.grant.accessToken, 'canary-new');
    server.between = UNREACHABLE;
    await world.signOut(window);
    const [text = ''] = world.waiting();
    assert.equal(world.waiting().length, 1);
    assert.match(text, /"accessToken":"canary-new","refreshToken":"canary-r2"/);
    assert.ok(!world.everything().includes('canary-r1'));
  });
});
