import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { provisionalPerson } from '../../../src/services/person.ts';
import { ACCOUNT, CompletionWorld } from '../support/completionWorld.ts';
import { endedOf, recordOf } from '../support/record.ts';
import { KINDS, SECOND_MS } from '../support/revocationWorld.ts';

for (const kind of KINDS)
  describe(`a provisional account that turns out to be one with a session (${kind})`, () => {
    it('replaces that session, whose token is revoked', async () => {
      const world = new CompletionWorld(kind);
      world.haveOther(world.signedInAtMs - 1);
      const { window, told } = await world.watched();
      await world.tick();
      assert.deepEqual(world.sessionsOf(window), [`a: ${ACCOUNT}`]);
      const { person } = world.sessionOf(window, 'a');
      assert.equal(person.accountLabel, `Ann (${ACCOUNT})`, 'the label that has consent');
      assert.deepEqual(told, [
        `removed a: ${world.person.accountId}`,
        `added a: ${ACCOUNT}`,
        `removed b: ${ACCOUNT}`,
      ]);
      assert.deepEqual(window.notices, [`completed a: Ann (${ACCOUNT})`]);
      await world.clock.advance(SECOND_MS);
      assert.deepEqual([...world.server.good], [world.grant.accessToken]);
    });

    it('replaces what is left of that session if it has ended', async () => {
      const world = new CompletionWorld(kind);
      const person = { ...recordOf('any').person, accountId: ACCOUNT };
      const serviceId = kind === 'sigma' ? 'sigma-identity' : 'adom';
      world.storage.have({ ...endedOf('b', { person }), serviceId });
      const { window } = await world.watched();
      await world.tick();
      assert.deepEqual(world.sessionsOf(window), [`a: ${ACCOUNT}`]);
      assert.deepEqual(window.sessions.records.ended(), []);
    });

    it('gives way to that session if it is of a later sign-in, and its token is revoked', async () => {
      const world = new CompletionWorld(kind);
      const later = world.haveOther(world.signedInAtMs + 1);
      const { window } = await world.watched();
      await world.tick();
      await world.clock.advance(SECOND_MS);
      assert.deepEqual(world.sessionsOf(window), [`b: ${ACCOUNT}`]);
      assert.deepEqual([...world.server.good], [later.accessToken]);
      assert.deepEqual(window.notices, [`completed b: Ann (${ACCOUNT})`]);
    });

    it('does not give way to a session that has expired', async () => {
      const world = new CompletionWorld(kind);
      const expired = world.haveOther(world.signedInAtMs + 1, { expiresAtMs: world.clock.now() });
      const { window } = await world.watched();
      await world.tick();
      await world.clock.advance(SECOND_MS);
      assert.deepEqual(world.sessionsOf(window), [`a: ${ACCOUNT}`]);
      assert.ok(world.server.good.has(world.grant.accessToken), `and not ${expired.accessToken}`);
    });

    it('loses nothing if the window ends in between', async () => {
      const world = new CompletionWorld(kind);
      world.haveOther(world.signedInAtMs - 1);
      const { window } = await world.watched();
      world.storage.writeMs = 100;
      await world.clock.advance(30 * SECOND_MS + 150); // it is stored, and the other one is not removed yet
      await world.kill(window);
      world.storage.writeMs = 0;
      const next = await world.open();
      assert.deepEqual(world.sessionOf(next, 'a').person.accountId, ACCOUNT);
      assert.ok(world.server.good.has(world.grant.accessToken), 'its token is not revoked');
    });

    it('revokes nothing while it is not stored', async () => {
      const world = new CompletionWorld(kind);
      const other = world.haveOther(world.signedInAtMs - 1);
      const { window } = await world.watched();
      world.storage.writeFailure = new Error('a message');
      await world.clock.advance(60 * SECOND_MS);
      assert.ok(world.server.good.has(other.accessToken));
      await world.kill(window);
      world.storage.writeFailure = undefined;
      const next = await world.open();
      for (const { grant } of world.liveSessions(next)) assert.ok(world.server.good.has(grant.accessToken));
    });

    for (const [firstMs, secondMs] of [
      [2_000, 700],
      [2_000, 1_000],
      [1_900, 1_100],
    ] as const)
      it(`is completed once by windows that cannot lock each other out, whose writes take ${firstMs} and ${secondMs} ms`, async () => {
        const world = new CompletionWorld(kind);
        world.haveOther(world.signedInAtMs - 1);
        world.locks.isUsable = false;
        await world.open();
        await world.clock.advance(50);
        await world.open();
        world.storage.writeMs = firstMs;
        await world.clock.advance(30 * SECOND_MS - 20);
        world.storage.writeMs = secondMs;
        await world.clock.advance(60);
        world.storage.writeMs = 0;
        await world.clock.advance(60 * SECOND_MS);
        const next = await world.open();
        assert.deepEqual(world.sessionsOf(next), [`a: ${ACCOUNT}`]);
        assert.deepEqual([...world.server.good], [world.grant.accessToken]);
      });

    it('leaves one session when two are provisional: that of the later sign-in', async () => {
      const world = new CompletionWorld(kind);
      const later = world.have('c', undefined, {
        person: provisionalPerson(),
        signedInAtMs: world.signedInAtMs + 1,
      });
      const { window } = await world.watched();
      for (let n = 0; n < 3; n++) await world.tick();
      assert.deepEqual(world.sessionsOf(window), [`c: ${ACCOUNT}`]);
      assert.deepEqual([...world.server.good], [later.accessToken]);
    });
  });
