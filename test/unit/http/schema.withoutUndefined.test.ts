import assert from 'node:assert/strict';
import { it } from 'node:test';

import { withoutUndefined } from '../../../src/http/schema.ts';

it('withoutUndefined removes undefined members only', () => {
  assert.deepEqual(Object.entries(withoutUndefined({ a: undefined, b: null, c: false, d: '', e: 0 })), [
    ['b', null],
    ['c', false],
    ['d', ''],
    ['e', 0],
  ]);
});
