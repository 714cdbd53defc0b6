import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Person } from '../../../src/services/person.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';
import { SERVER } from '../support/fakeService.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const OTHER = 'https://other.example';
const ANN = recordOf('any').person;
const BOB: Person = { ...ANN, accountId: 'bob', accountLabel: 'Bob (bob)', subject: 'user-2' };
const grant = (server = SERVER): { server: string; accessToken: string } => ({ server, accessToken: 'x' });

const FIRST = recordOf('first', { signedInAtMs: 1, scopes: ['a'] });
const SECOND = recordOf('second', { signedInAtMs: 2, scopes: ['a', 'b'] });
const OF_BOB = recordOf('bob', { signedInAtMs: 3, scopes: ['a'], person: BOB });
const DORMANT = recordOf('dormant', { signedInAtMs: 4, server: OTHER, grant: grant(OTHER) });
const ENDED = endedOf('ended', { signedInAtMs: 0, scopes: ['c'], signInId: 'of the ended one' });
const OF_ADOM = recordOf('adom', { serviceId: 'adom' });
const ALL = [OF_BOB, SECOND, DORMANT, FIRST, ENDED, OF_ADOM, removedOf('removed')];

async function windowOf(): Promise<[Window['sessions']['records'], Window, SessionWorld]> {
  const world = new SessionWorld();
  for (const each of ALL) world.store(each);
  const window = await world.ready();
  return [window.sessions.records, window, world];
}

const ids = (sessions: readonly { id: string }[]): string[] => sessions.map(({ id }) => id);

describe('the sessions of a service', () => {
  it('are its own, oldest sign-in first', async () => {
    const [records] = await windowOf();
    assert.deepEqual(ids(records.liveSessions()), ['first', 'second', 'bob', 'dormant']);
    assert.deepEqual(ids(records.dormant()), ['dormant']);
    assert.deepEqual(ids(records.ended()), ['ended']);
  });

  for (const [filter, expected] of [
    [{}, ['first', 'second', 'bob']],
    [{ scopes: ['a'] }, ['first', 'bob']],
    [{ scopes: ['b', 'a'] }, ['second']],
    [{ scopes: ['c'] }, []],
    [{ accountId: 'bob' }, ['bob']],
    [{ scopes: ['a'], accountId: ANN.accountId }, ['first']],
    [{ scopes: ['a', 'b'], accountId: 'bob' }, []],
  ] as const)
    it(`are filtered by ${JSON.stringify(filter)}`, async () => {
      const [records] = await windowOf();
      assert.deepEqual(ids(records.configured(filter)), expected);
    });

  it('are found by their account, those that have ended last', async () => {
    const [records] = await windowOf();
    assert.deepEqual(ids(records.ofAccount(FIRST)), ['first', 'second', 'ended']);
    assert.deepEqual(ids(records.ofAccount(OF_BOB)), ['bob']);
    assert.deepEqual(ids(records.ofAccount(OF_ADOM)), []);
  });

  it('are continued by a sign-in of the same account for the same scopes', async () => {
    const [records] = await windowOf();
    for (const [session, id] of [
      [{ ...SECOND, scopes: ['b', 'a'] }, 'second'],
      [{ ...FIRST, scopes: ['c'] }, 'ended'],
      [{ ...OF_BOB, scopes: ['c'] }, undefined],
    ] as const)
      assert.equal(records.continuedBy(session)?.id, id);
  });

  it('know the sign-in that they are from', async () => {
    const [records, window, world] = await windowOf();
    assert.equal(records.isKept('of the ended one'), true);
    assert.equal(records.isKept('new'), false);
    const approved = { id: 'new', scopes: ['x'], grant: grant(), person: BOB };
    await world.clock.run(window.sessions.keep(approved, window.closed.signal));
    assert.equal(records.isKept('new'), true);
  });

  it('keep the label that their account has, and name a server that is not the default', async () => {
    const [records] = await windowOf();
    const renamed = { ...ANN, accountLabel: 'Annie (bap-1)' };
    const about = (person: Person, server?: string): string =>
      records.describe({ scopes: ['x'], grant: grant(server), person }).person.accountLabel;
    assert.equal(about(renamed), ANN.accountLabel);
    assert.equal(about({ ...BOB, accountId: 'new', accountLabel: 'New (new)' }), 'New (new)');
    assert.match(about(renamed, OTHER), /other\.example/);
  });

  it('are announced with the others of the account, when the server in the settings changes', async () => {
    const [records, window, world] = await windowOf();
    const told: string[] = [];
    records.onDidChange(({ kind, record, isSignIn, siblings }) =>
      told.push(`${kind} ${record.id} ${String(isSignIn)} beside ${ids(siblings).join()}`),
    );
    window.all.followSettings();
    assert.deepEqual(told, []);
    world.service.server = OTHER;
    window.all.followSettings();
    const gone = [
      'removed first false beside second',
      'removed second false beside ',
      'removed bob false beside ',
    ];
    assert.deepEqual(told.splice(0), [...gone, 'added dormant false beside ']);
    world.service.server = SERVER;
    window.all.followSettings();
    const back = ['added first false beside ', 'added second false beside first', 'added bob false beside '];
    assert.deepEqual(told, ['removed dormant false beside ', ...back]);
  });

  it('are announced when they change, but not those of another service or server', async () => {
    const [records, window, world] = await windowOf();
    const told: string[] = [];
    records.onDidChange(({ kind, record, siblings }) =>
      told.push(`${kind} ${record.id} beside ${ids(siblings).join()}`),
    );
    for (const each of [FIRST, OF_ADOM, DORMANT]) await world.clock.run(window.store.remove(each));
    assert.deepEqual(told, ['removed first beside second']);
  });
});
