import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SignedInElsewhere, watchOtherWindows, watchProvisional } from '../../../src/signIn/otherWindows.ts';
import { recordOf } from '../support/record.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const OTHER_SERVER = 'https://other.example';

describe('a sign-in that another window completes', () => {
  const rows: [
    what: string,
    asked: { scopes: string[]; accountId?: string },
    has: string[],
    done: { scopes: string[]; accountId: string; server?: string },
    isSame: boolean,
  ][] = [
    ['the same scopes', { scopes: ['a', 'b'] }, [], { scopes: ['b', 'a'], accountId: 'ann' }, true],
    ['other scopes', { scopes: ['a'] }, [], { scopes: ['a', 'b'], accountId: 'ann' }, false],
    [
      'another server',
      { scopes: ['a'] },
      [],
      { scopes: ['a'], accountId: 'ann', server: OTHER_SERVER },
      false,
    ],
    ['an account is added', { scopes: ['a'] }, ['ann'], { scopes: ['a'], accountId: 'bob' }, false],
    [
      'the account that is asked for',
      { scopes: ['a'], accountId: 'ann' },
      [],
      { scopes: ['a'], accountId: 'ann' },
      true,
    ],
    [
      'the account that is asked for, beside one that is there',
      { scopes: ['a'], accountId: 'ann' },
      ['bob'],
      { scopes: ['a'], accountId: 'ann' },
      true,
    ],
    [
      'another account than the one that is asked for',
      { scopes: ['a'], accountId: 'ann' },
      [],
      { scopes: ['a'], accountId: 'bob' },
      false,
    ],
  ];
  for (const [what, { scopes, accountId }, has, done, isSame] of rows)
    it(`is ${isSame ? 'the same' : 'another one'}: ${what}`, async () => {
      const world = new SessionWorld();
      const person = recordOf('any').person;
      for (const each of has)
        world.have(each, world.service.grant(), { scopes: ['a'], person: { ...person, accountId: each } });
      const [here, there] = [await world.ready(), await world.ready()];
      const { signal, stop } = watchOtherWindows(here.sessions, { scopes, accountId });
      if (done.server !== undefined) {
        world.service.server = done.server; // the settings have named it since
        for (const { all } of [here, there]) all.followSettings();
      }
      await world.clock.run(world.signIn(there, world.service.grant(), done.scopes, done.accountId));
      await world.quiet();
      assert.equal(here.changes.length, 1);
      assert.equal(signal.aborted, isSame);
      if (isSame) {
        assert.ok(signal.reason instanceof SignedInElsewhere);
        assert.equal(signal.reason.record.person.accountId, done.accountId);
      }
      stop();
    });

  it('is none when a session is only renewed, and is nobody’s business after the end', async () => {
    const world = new SessionWorld();
    const a = world.have('a', world.service.grant({ lifeMs: 60_000, refreshable: true }), { scopes: ['a'] });
    const { accountId } = a.person;
    const [here, there] = [await world.ready(), await world.ready()];
    const watched = watchOtherWindows(here.sessions, { scopes: ['a'], accountId });
    await world.sessionsOf(there);
    await world.quiet();
    assert.equal(here.store.liveSession('a')?.grant.accessToken, 'access 2');
    assert.equal(watched.signal.aborted, false);
    watched.stop();
    await world.clock.run(world.signIn(there, world.service.grant(), ['a'], accountId));
    await world.quiet();
    assert.equal(watched.signal.aborted, false);
  });
});

describe('the choice of an identity for a provisional session', () => {
  for (const [what, isOver] of [
    ['is complete', true],
    ['is signed out', true],
    ['has a newer version that is provisional, too', false],
    ['stays as it is while another one is signed out', false],
  ] as const)
    it(`${isOver ? 'is over' : 'goes on'} when the session ${what}`, async () => {
      const world = new SessionWorld();
      const { person } = recordOf('any');
      const provisional = { person: { ...person, provisional: 'identity' } } as const;
      const a = world.have('a', world.service.grant(), provisional);
      const b = world.have('b', world.service.grant());
      const window = await world.ready();
      const { signal, stop } = watchProvisional(window.sessions, a);
      const version = { ...a.version, amendment: a.version.amendment + 1 };
      if (what === 'is complete') await world.clock.run(window.store.replace({ ...a, version, person }));
      else if (what === 'is signed out') await world.clock.run(window.store.remove(a));
      else if (what.startsWith('has')) {
        const renamed = { ...provisional.person, accountLabel: 'Bob' };
        await world.clock.run(window.store.replace({ ...a, version, person: renamed }));
      } else await world.clock.run(window.store.remove(b));
      assert.equal(window.changes.length, 1);
      assert.equal(signal.aborted, isOver);
      stop();
    });

  it('is no longer watched after the end', async () => {
    const world = new SessionWorld();
    const a = world.have('a', world.service.grant());
    const window = await world.ready();
    const { signal, stop } = watchProvisional(window.sessions, a);
    stop();
    await world.clock.run(window.store.remove(a));
    assert.equal(signal.aborted, false);
  });
});
