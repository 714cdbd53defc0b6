import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { LiveSession } from '../../../src/sessions/record.ts';
import { ACCOUNT, CompletionWorld } from '../support/completionWorld.ts';
import { html, json, never, type Reply } from '../support/conversation.ts';
import { removedOf } from '../support/record.ts';
import { KINDS, type RevocationWindow, SECOND_MS, UNREACHABLE } from '../support/revocationWorld.ts';

const NO_ANSWERS: [what: string, between: Reply][] = [
  ['nothing answers', UNREACHABLE],
  ['nothing answers in time', never()],
  ['a page answers', html(200)],
  ['the service is in trouble', json(503, {})],
  ['the service asks clients to wait', json(429, {}, { 'retry-after': '5' })],
];

for (const kind of KINDS) {
  describe(`a provisional account (${kind})`, () => {
    it('is completed as soon as the service answers: the same session gets the right account', async () => {
      const world = new CompletionWorld(kind);
      const { window, told } = await world.watched();
      await world.tick();
      const record = world.sessionOf(window, 'a');
      assert.deepEqual(record.grant.accessToken, world.grant.accessToken);
      assert.deepEqual(
        [record.person.accountId, record.person.subject, record.person.provisional],
        [ACCOUNT, ACCOUNT, undefined],
      );
      assert.equal(record.signedInAtMs, world.signedInAtMs);
      assert.deepEqual(told, [`removed a: ${world.person.accountId}`, `added a: ${ACCOUNT}`]);
      assert.deepEqual(window.notices, [`completed a: ${ACCOUNT}`]);
      assert.match(
        window.log.lines.join('\n'),
        /^info [\w ]+ has identified the user of a provisional account\.$/m,
      );
      assert.deepEqual([...world.server.good], [world.grant.accessToken], 'the token still works');
      const next = await world.open();
      assert.deepEqual(world.sessionsOf(next), [`a: ${ACCOUNT}`], 'it is stored');
    });

    for (const [what, between] of NO_ANSWERS)
      it(`stays as it is while ${what}, and is completed after that`, async () => {
        const world = new CompletionWorld(kind);
        const { window, told } = await world.watched();
        world.server.between = between;
        for (let n = 0; n < 10; n++) await world.tick();
        assert.deepEqual([told, window.notices], [[], []]);
        world.server.between = undefined;
        for (let n = 0; n < 16; n++) await world.tick();
        assert.deepEqual(world.sessionsOf(window), [`a: ${ACCOUNT}`]);
      });

    it('changes nothing when it is complete, or signed out, before the answer comes', async () => {
      for (const ends of ['is complete', 'is signed out']) {
        const world = new CompletionWorld(kind);
        const { window, told } = await world.watched();
        const asked = world.sessionOf(window, 'a');
        const { accountLabel, subject, name } = asked.person;
        const person = { accountId: ACCOUNT, accountLabel, subject, name };
        const { completion } = window.sessions;
        const complete = (): Promise<LiveSession | undefined> =>
          world.clock.run(completion.complete(asked, { grant: world.grant, person }, window.closed.signal));
        if (ends === 'is complete') assert.equal((await complete())?.person.accountId, ACCOUNT);
        else await world.signOut(window);
        const [before, lines] = [told.length, window.log.lines.length];
        assert.equal(await complete(), undefined);
        assert.deepEqual([told.length, window.log.lines.length], [before, lines]);
        assert.equal(world.liveSessions(window).length, ends === 'is complete' ? 1 : 0);
      }
    });

    it('is completed with its new token under another id, if its new sign-in is kept there by then', async () => {
      const world = new CompletionWorld(kind);
      const { window, told } = await world.watched();
      const asked = world.sessionOf(window, 'a');
      const { store } = window.all;
      await world.clock.run(store.replace({ ...asked, id: 'b' }));
      await world.clock.run(store.remove(asked));
      told.length = 0;
      const { subject, name } = asked.person;
      const person = { accountId: ACCOUNT, accountLabel: ACCOUNT, subject, name };
      const grant = { ...asked.grant, accessToken: 'newer' };
      const { completion } = window.sessions;
      const completed = await world.clock.run(
        completion.complete(asked, { grant, person }, window.closed.signal),
      );
      assert.deepEqual([completed?.id, completed?.grant.accessToken], ['b', 'newer']);
      assert.deepEqual(window.notices, [`completed b: ${ACCOUNT}`]);
      assert.deepEqual(told, [`removed b: ${asked.person.accountId}`, `added b: ${ACCOUNT}`]);
    });

    it('is asked about by one of several windows at a time', async () => {
      const world = new CompletionWorld(kind);
      await world.open();
      await world.open();
      world.server.between = json(503, {});
      await world.tick();
      assert.equal(world.asked(), 1);
    });

    for (const closes of [false, true])
      it(`stays as it is when its lock cannot be had${closes ? ', as in a window that closes' : ''}`, async (t) => {
        const world = new CompletionWorld(kind);
        const { window } = await world.watched();
        const asked: string[] = [];
        t.mock.method(window.locks, 'withLock', (name: string) => {
          asked.push(name);
          if (closes) window.closed.abort(new Error('closed'));
          return Promise.reject(Object.assign(new Error('private'), { code: 'EIO' }));
        });
        await world.tick();
        assert.deepEqual([asked, world.asked()], [['ask a'], 0]);
        const line = 'warn A provisional account could not be completed: Error EIO.';
        assert.deepEqual(
          window.log.lines.filter((each) => each.startsWith('warn')),
          closes ? [] : [line],
        );
      });

    it('is asked about ever more seldom, and once more when the user comes back', async () => {
      const world = new CompletionWorld(kind);
      const { window } = await world.watched();
      world.server.between = UNREACHABLE;
      for (let n = 0; n < 24 * 120; n++) await world.tick();
      const asked = world.asked();
      assert.ok(asked < 300, `${asked} requests in a day`);
      world.server.between = undefined;
      window.all.focusChanged(true);
      await world.clock.advance(SECOND_MS);
      assert.deepEqual(world.sessionsOf(window), [`a: ${ACCOUNT}`]);
    });

    it('does not wait for an older one that cannot be completed', async () => {
      const world = new CompletionWorld(kind);
      const { window } = await world.watched();
      world.server.between = UNREACHABLE;
      for (let n = 0; n < 150; n++) await world.tick();
      world.server.between = undefined;
      world.storage.put({ ...world.sessionOf(window, 'a'), id: 'c' });
      await world.tick();
      assert.equal(world.sessionOf(window, 'c').person.accountId, ACCOUNT);
    });

    it('is not asked about at the start of a window', async () => {
      const world = new CompletionWorld(kind);
      await world.open();
      await world.clock.advance(29 * SECOND_MS);
      assert.equal(world.asked(), 0);
    });

    it('is not asked about while another server is configured', async () => {
      const world = new CompletionWorld(kind);
      world.configured = 'https://other.example';
      await world.open();
      for (let n = 0; n < 10; n++) await world.tick();
      assert.deepEqual(world.server.sent, []);
    });

    it('ends as any other session if the service rejects its token', async () => {
      const world = new CompletionWorld(kind);
      const { window } = await world.watched();
      world.server.good.clear();
      await world.tick();
      assert.equal(
        await world.clock.run(window.sessions.verification.verify('a', window.closed.signal)),
        false,
      );
      assert.deepEqual([world.sessionsOf(window), window.notices], [[], ['rejected a']]);
    });

    it('is completed by one of two windows, and both know', async () => {
      const world = new CompletionWorld(kind);
      const { window, told } = await world.watched();
      const other = await world.watched();
      await world.tick();
      await world.clock.advance(5 * SECOND_MS);
      const expected = [`removed a: ${world.person.accountId}`, `added a: ${ACCOUNT}`];
      assert.deepEqual([told, other.told], [expected, expected]);
      assert.equal([...window.notices, ...other.window.notices].length, 1);
      assert.equal(world.asked(), 1);
    });

    it('makes its window wait for the answer before it closes, and leaves no timer behind', async () => {
      const world = new CompletionWorld(kind);
      const { window } = await world.watched();
      world.server.takesMs = 1_000;
      await world.clock.advance(30 * SECOND_MS + 500);
      await world.close(window);
      assert.equal(world.clock.pending, 0);
      const next = await world.open();
      assert.deepEqual(world.sessionsOf(next), [`a: ${ACCOUNT}`]);
    });
  });

  describe(`a provisional account that is signed out meanwhile (${kind})`, () => {
    for (const [moment, atMs] of [
      ['while the service is asked', 500],
      ['while it is stored', kind === 'sigma' ? 2_050 : 1_050],
    ] as const)
      for (const hasOther of [false, true])
        it(`does not come back: ${moment}${hasOther ? ', beside another session' : ''}`, async () => {
          const world = new CompletionWorld(kind);
          if (hasOther) world.haveOther(world.signedInAtMs - 1);
          const { window } = await world.watched();
          const tokens = world.server.good.size;
          world.server.takesMs = 1_000;
          world.storage.writeMs = 100;
          await world.clock.advance(30 * SECOND_MS + atMs);
          await world.clock.run(window.sessions.signOut('a'));
          await world.clock.advance(20 * SECOND_MS);
          assert.ok(!world.sessionsOf(window).some((each) => each.startsWith('a:')));
          assert.ok(!world.server.good.has(world.grant.accessToken), 'its token is revoked');
          const ended = tokens - world.server.good.size;
          assert.equal(world.server.asked().length, ended * (kind === 'sigma' ? 2 : 1), 'each once');
          const next = await world.open();
          assert.deepEqual(world.sessionsOf(next), world.sessionsOf(window));
        });
  });

  describe(`a provisional account that changes meanwhile (${kind})`, () => {
    it('keeps a newer token', async () => {
      const world = new CompletionWorld(kind);
      const { window } = await world.watched();
      world.server.takesMs = 1_000;
      await world.clock.advance(30 * SECOND_MS + 500);
      const record = world.sessionOf(window, 'a');
      const newer = world.server.grant();
      world.storage.put({ ...record, version: { signIn: 1, revision: 5, amendment: 0 }, grant: newer });
      await world.clock.advance(5 * SECOND_MS);
      const completed = world.sessionOf(window, 'a');
      assert.deepEqual(
        [completed.person.accountId, completed.grant.accessToken],
        [ACCOUNT, newer.accessToken],
      );
    });

    it('stays gone if another window has removed it', async () => {
      const world = new CompletionWorld(kind);
      const { window, told } = await world.watched();
      world.server.takesMs = 1_000;
      await world.clock.advance(30 * SECOND_MS + 500);
      world.storage.put(removedOf('a'));
      await world.clock.advance(5 * SECOND_MS);
      assert.deepEqual(
        [world.sessionsOf(window), told, window.notices],
        [[], [`removed a: ${world.person.accountId}`], []],
      );
    });
  });
}

describe('a provisional account of Adom, which sets new tokens', () => {
  /** The service is asked, and its answer, on its way, has a new token. */
  async function asked(): Promise<{ world: CompletionWorld; window: RevocationWindow; token: string }> {
    const world = new CompletionWorld('adom');
    const { window } = await world.watched();
    world.server.takesMs = 1_000;
    const { accessToken: token } = world.server.grant();
    const headers = { 'set-cookie': `session_token=${token}` };
    world.server.replies.set('/user', json(200, { id: ACCOUNT }, headers));
    await world.clock.advance(30 * SECOND_MS + 500);
    return { world, window, token };
  }

  it('leaves no token alive that the service has set for it after a sign-out', async () => {
    const { world, window } = await asked();
    await world.clock.run(window.sessions.signOut('a'));
    await world.clock.advance(SECOND_MS);
    world.server.replies.clear();
    await world.clock.advance(60 * SECOND_MS);
    assert.deepEqual([world.sessionsOf(window), [...world.server.good]], [[], []]);
  });

  it('keeps a new token whose answer comes while the window closes', async () => {
    const { world, window, token } = await asked();
    await world.close(window);
    const next = await world.open();
    assert.equal(world.sessionOf(next, 'a').grant.accessToken, token);
  });
});
