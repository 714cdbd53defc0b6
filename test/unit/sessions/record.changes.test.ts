import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { changeBetween, type LiveSession, type SessionRecord } from '../../../src/sessions/record.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';

const LIVE = recordOf('a');
const { grant, person } = LIVE;
const AGAIN = { signIn: 2, revision: 0, amendment: 0 };

type Expected = readonly [kind: 'added' | 'changed' | 'removed', isSignIn: boolean] | undefined;

const ROWS: readonly (readonly [
  name: string,
  before: SessionRecord | undefined,
  after: SessionRecord | undefined,
  expected: Expected,
])[] = [
  ['nothing stays nothing', undefined, undefined, undefined],
  ['a first sign-in', undefined, LIVE, ['added', true]],
  ['a sign-in after an end', endedOf('a'), recordOf('a', { version: AGAIN }), ['added', true]],
  ['a session that ended by a wrong clock and goes on', endedOf('a'), LIVE, ['added', false]],
  ['the end of a session', LIVE, endedOf('a'), ['removed', false]],
  ['a sign-out', LIVE, removedOf('a'), ['removed', false]],
  ['a session that is not there any longer', LIVE, undefined, ['removed', false]],
  ['an ended session that is signed out', endedOf('a'), removedOf('a'), undefined],
  ['an ended session that loses its grant', endedOf('a', { expired: LIVE }), endedOf('a'), undefined],
  ['a signed-out session that is forgotten', removedOf('a'), undefined, undefined],
  [
    'a new sign-in',
    LIVE,
    recordOf('a', { version: AGAIN, grant: { ...grant, accessToken: 'new' } }),
    ['changed', true],
  ],
  ['a new sign-in with the same token', LIVE, recordOf('a', { version: AGAIN }), undefined],
  [
    'a new access token',
    LIVE,
    recordOf('a', { grant: { ...grant, accessToken: 'new' } }),
    ['changed', false],
  ],
  ['a new ID token', LIVE, recordOf('a', { grant: { ...grant, idToken: 'new' } }), ['changed', false]],
  ['other granted scopes', LIVE, recordOf('a', { grant: { ...grant, scopes: [] } }), ['changed', false]],
  ['a new end', LIVE, recordOf('a', { grant: { ...grant, expiresAtMs: 1 } }), ['changed', false]],
  ['a rejected access token', LIVE, recordOf('a', { accessTokenRejected: true }), ['changed', false]],
  ['other scopes', LIVE, recordOf('a', { scopes: ['email'] }), ['changed', false]],
  ['another name', LIVE, recordOf('a', { person: { ...person, name: 'Bob' } }), ['changed', false]],
  ['a new refresh token', LIVE, recordOf('a', { grant: { ...grant, refreshToken: 'new' } }), undefined],
  ['a new version alone', LIVE, recordOf('a', { version: { ...LIVE.version, amendment: 1 } }), undefined],
  ['the same session', LIVE, structuredClone(LIVE), undefined],
];

describe('changeBetween', () => {
  for (const [name, before, after, expected] of ROWS)
    it(`${name}: ${expected === undefined ? 'no change' : `${expected[0]}${expected[1] ? ', by a sign-in' : ''}`}`, () => {
      const change = changeBetween(before, after);
      assert.deepEqual(change && [change.kind, change.isSignIn], expected);
      if (change !== undefined) assert.equal(change.record, change.kind === 'removed' ? before : after);
    });

  it('a removal carries the session as it was', () => {
    const before: LiveSession = recordOf('a', { scopes: ['email'] });
    assert.equal(changeBetween(before, removedOf('a'))?.record, before);
  });
});
