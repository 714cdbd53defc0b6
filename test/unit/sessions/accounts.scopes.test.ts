import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sameScopes, scopeKey } from '../../../src/sessions/accounts.ts';

const ROWS: readonly (readonly [a: readonly string[], b: readonly string[], same: boolean])[] = [
  [[], [], true],
  [['openid'], ['openid'], true],
  [['openid', 'profile'], ['profile', 'openid'], true],
  [['openid', 'openid'], ['openid'], true],
  [['openid'], [], false],
  [['openid'], ['openid', 'profile'], false],
  [['openid', 'email'], ['openid', 'profile'], false],
  [['openid'], ['OpenID'], false],
  [['ab', 'c'], ['a', 'bc'], false],
];

describe('scopes', () => {
  for (const [a, b, same] of ROWS)
    it(`[${a.join()}] and [${b.join()}] are ${same ? 'the same' : 'different'}`, () => {
      assert.equal(sameScopes(a, b), same);
      assert.equal(sameScopes(b, a), same);
      assert.equal(scopeKey(a) === scopeKey(b), same);
    });

  it('are compared without changing the lists of the callers', () => {
    const [a, b] = [Object.freeze(['profile', 'openid']), Object.freeze(['openid', 'profile'])];
    assert.equal(sameScopes(a, b), true);
    assert.deepEqual(a, ['profile', 'openid']);
  });
});
