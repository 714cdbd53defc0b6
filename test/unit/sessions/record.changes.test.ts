import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { changesBetween, type LiveSession, type SessionRecord } from '../../../src/sessions/record.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';

const LIVE = recordOf('a');
const { grant, person } = LIVE;
const AGAIN = { signIn: 2, revision: 0, amendment: 0 };

type Expected = (readonly [kind: 'added' | 'changed' | 'removed', isSignIn: boolean])[];

const ROWS: readonly (readonly [
  name: string,
  before: SessionRecord | undefined,
  after: SessionRecord | undefined,
  expected: Expected,
])[] = [
  ['nothing stays nothing', undefined, undefined, []],
  ['a first sign-in', undefined, LIVE, [['added', true]]],
  ['a sign-in after an end', endedOf('a'), recordOf('a', { version: AGAIN }), [['added', true]]],
  ['a session that ended by a wrong clock and goes on', endedOf('a'), LIVE, [['added', false]]],
  ['the end of a session', LIVE, endedOf('a'), [['removed', false]]],
  ['a sign-out', LIVE, removedOf('a'), [['removed', false]]],
  ['a session that is not there any longer', LIVE, undefined, [['removed', false]]],
  ['an ended session that is signed out', endedOf('a'), removedOf('a'), []],
  ['an ended session that loses its grant', endedOf('a', { expired: LIVE }), endedOf('a'), []],
  ['a signed-out session that is forgotten', removedOf('a'), undefined, []],
  [
    'a new sign-in',
    LIVE,
    recordOf('a', { version: AGAIN, grant: { ...grant, accessToken: 'new' } }),
    [['changed', true]],
  ],
  ['a new sign-in with the same token', LIVE, recordOf('a', { version: AGAIN }), []],
  [
    'a new access token',
    LIVE,
    recordOf('a', { grant: { ...grant, accessToken: 'new' } }),
    [['changed', false]],
  ],
  ['a new ID token', LIVE, recordOf('a', { grant: { ...grant, idToken: 'new' } }), [['changed', false]]],
  ['other granted scopes', LIVE, recordOf('a', { grant: { ...grant, scopes: [] } }), [['changed', false]]],
  ['a new end', LIVE, recordOf('a', { grant: { ...grant, expiresAtMs: 1 } }), [['changed', false]]],
  ['a rejected access token', LIVE, recordOf('a', { accessTokenRejected: true }), [['changed', false]]],
  ['other scopes', LIVE, recordOf('a', { scopes: ['email'] }), [['changed', false]]],
  [
    'another account',
    LIVE,
    recordOf('a', { person: { ...person, accountId: 'b' } }),
    [
      ['removed', false],
      ['added', false],
    ],
  ],
  ['another name', LIVE, recordOf('a', { person: { ...person, name: 'Bob' } }), [['changed', false]]],
  ['a new refresh token', LIVE, recordOf('a', { grant: { ...grant, refreshToken: 'new' } }), []],
  ['a new version alone', LIVE, recordOf('a', { version: { ...LIVE.version, amendment: 1 } }), []],
  ['the same session', LIVE, structuredClone(LIVE), []],
];

describe('changesBetween', () => {
  for (const [name, before, after, expected] of ROWS)
    it(`${name}: ${expected.map(([kind, isSignIn]) => `${kind}${isSignIn ? ' by a sign-in' : ''}`).join(', ') || 'no change'}`, () => {
      const changes = changesBetween(before, after);
      assert.deepEqual(
        changes.map(({ kind, isSignIn }) => [kind, isSignIn]),
        expected,
      );
      for (const { kind, record } of changes) assert.equal(record, kind === 'removed' ? before : after);
    });

  it('a removal carries the session as it was', () => {
    const before: LiveSession = recordOf('a', { scopes: ['email'] });
    assert.equal(changesBetween(before, removedOf('a'))[0]?.record, before);
  });
});
