import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SessionRecord } from '../../../src/sessions/record.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';
import { SessionWorld } from '../support/sessionWorld.ts';
import { StoreWorld } from '../support/storeWorld.ts';

const A = recordOf('a');
/** A new sign-in to `a` that was signed out while it was stored, and kept under another id. */
const MOVED = recordOf('b', { grant: A.grant });
const OTHER = recordOf('b');

describe('a new grant is for the session that has the token by then:', () => {
  for (const [name, records, id] of [
    ['the same one', [A], 'a'],
    ['the same one, even if another one has its token', [A, MOVED], 'a'],
    ['the same one after it has expired', [endedOf('a'), MOVED], 'a'],
    ['the one that a new sign-in has become', [removedOf('a'), MOVED], 'b'],
    ['none of another sign-in', [removedOf('a'), OTHER], 'a'],
    ['none that has ended', [removedOf('a'), endedOf('b')], 'a'],
  ] as const satisfies readonly [string, readonly SessionRecord[], string][])
    it(name, async () => {
      const world = new StoreWorld();
      for (const record of records) world.have(record);
      const { store, closed } = await world.ready();
      const given = await world.clock.run(
        store.whileGranting(A, closed.signal, (_lock, session) => Promise.resolve(session.id)),
      );
      assert.equal(given, id);
    });

  it('which is stored before another window gets the lock', async () => {
    const world = new StoreWorld();
    world.have(removedOf('a'));
    world.have(MOVED);
    const [one, two] = [await world.ready(), await world.ready()];
    const grant = { ...A.grant, accessToken: 'newer' };
    const version = { ...MOVED.version, revision: 1 };
    const granting = one.store.whileGranting(A, one.closed.signal, (_lock, session) => {
      one.store.publish({ ...session, grant, version });
      return Promise.resolve();
    });
    const next = two.store.whileGranting(MOVED, two.closed.signal, (lock) => Promise.resolve(lock.handedOn));
    await world.clock.run(granting);
    assert.match((await world.clock.run(next)) ?? '', /^b/);
    assert.equal(two.store.liveSession('b')?.grant.accessToken, 'newer');
  });
});

describe('a new sign-in that is signed out while it is stored', () => {
  it('keeps the token that its service gives meanwhile', async () => {
    const world = new SessionWorld({ kind: 'web' });
    const { clock, service } = world;
    const [one, two] = [await world.ready(), await world.ready()];
    const { id } = await clock.run(world.signIn(one, service.grant()));
    await clock.advance(1_000);
    const { secrets } = world.places ?? assert.fail();
    secrets.readFailure = secrets.writeFailure = new Error('locked');
    service.rotates = true;
    const signingIn = world.signIn(one, service.grant());
    await clock.settle();
    const signingOut = two.sessions.signOut(id);
    await clock.settle();
    const verifying = one.sessions.verification.verify(id, one.closed.signal);
    const kept = await clock.run(signingIn);
    await clock.run(Promise.all([signingOut, verifying]));
    service.rotates = false;
    secrets.readFailure = secrets.writeFailure = undefined;
    await world.quiet();
    assert.notEqual(kept.id, id);
    assert.deepEqual(
      service.asked.filter((each) => each.startsWith('verify')),
      ['verify access 2'],
    );
    assert.equal(one.store.liveSession(kept.id)?.grant.accessToken, 'access 3');
    assert.ok(service.accepts('access 3'));
  });
});
