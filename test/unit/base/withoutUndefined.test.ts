import assert from 'node:assert/strict';
import { it } from 'node:test';

import { withoutUndefined } from '../../../src/base/withoutUndefined.ts';

it('without undefined: keeps null, false and empty', () => {
  assert.deepEqual(Object.entries(withoutUndefined({ a: undefined, b: null, c: false, d: '', e: 0 })), [
    ['b', null],
    ['c', false],
    ['d', ''],
    ['e', 0],
  ]);
});
