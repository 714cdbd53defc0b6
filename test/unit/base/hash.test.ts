import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { shortHash } from '../../../src/base/hash.ts';

describe('shortHash', () => {
  it('is a valid file name everywhere, and different for different texts', () => {
    for (const text of ['', 'a', 'renew ../../x', 'con', 'a:b*?"<>|', 'ä'.repeat(1_000)])
      assert.match(shortHash(text), /^[0-9a-f]{16}$/);
    assert.notEqual(shortHash('a'), shortHash('b'));
    assert.equal(shortHash('a'), shortHash('a'));
  });

  it('is the start of SHA-256', () => {
    assert.equal(shortHash('abc'), 'ba7816bf8f01cfea'); // FIPS 180-2, appendix B.1
  });
});
