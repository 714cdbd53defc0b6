import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { describeError } from '../../../src/base/log.ts';

const withCode = (error: Error, code: unknown): Error => Object.assign(error, { code });

describe('describeError', () => {
  const rows: [name: string, error: unknown, said: string][] = [
    ['gives the name', new TypeError('secret'), 'TypeError'],
    ['gives the name and the code', withCode(new Error('secret'), 'EACCES'), 'Error EACCES'],
    [
      'gives the name and code of the cause',
      new RangeError('secret', { cause: withCode(new Error('secret'), 'ENOSPC') }),
      'RangeError (cause: Error ENOSPC)',
    ],
    ['omits a code that is not a plain word', withCode(new Error('secret'), 'secret token'), 'Error'],
    ['omits a code that is not a string', withCode(new Error('secret'), null), 'Error'],
    [
      'replaces a name that is not a plain word',
      Object.assign(new Error(), { name: 'secret token' }),
      'Error',
    ],
    ['reveals nothing of a value that is not an error', 'secret', 'an unknown error'],
    ['reveals nothing of a cause that is not an error', new Error('secret', { cause: 'secret' }), 'Error'],
  ];
  for (const [name, error, said] of rows)
    it(name, () => {
      assert.equal(describeError(error), said);
    });
});
