import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sameScopes, scopeKey } from '../../../src/sessions/scopes.ts';

describe('scopes', () => {
  for (const [a, b, same] of [
    [[], [], true],
    [['openid'], ['openid'], true],
    [['openid', 'profile'], ['profile', 'openid'], true],
    [['openid', 'openid'], ['openid'], true],
    [['openid'], [], false],
    [['openid'], ['openid', 'profile'], false],
    [['openid', 'email'], ['openid', 'profile'], false],
    [['openid'], ['OpenID'], false],
    [['ab', 'c'], ['a', 'bc'], false],
  ] as const) {
    it(`[${a.join()}] and [${b.join()}] are ${same ? 'the same' : 'different'}`, () => {
      assert.equal(sameScopes(a, b), same);
      assert.equal(sameScopes(b, a), same);
      assert.equal(scopeKey(a) === scopeKey(b), same);
    });
  }

  it('leaves the callers’ arrays as they are', () => {
    const [a, b] = [
      ['profile', 'openid'],
      ['openid', 'profile'],
    ] as const;
    sameScopes(a, b);
    assert.deepEqual(a, ['profile', 'openid']);
    assert.ok(sameScopes(Object.freeze(['b', 'a']), Object.freeze(['a', 'b'])));
  });
});
