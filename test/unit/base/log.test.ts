import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { describeError } from '../../../src/base/log.ts';

const withCode = (error: Error, code: unknown): Error => Object.assign(error, { code });

describe('what a log line says of an error', () => {
  const rows: [name: string, error: unknown, said: string][] = [
    ['its name', new TypeError('secret'), 'TypeError'],
    ['its name and code', withCode(new Error('secret'), 'EACCES'), 'Error EACCES'],
    [
      'the name and code of its cause',
      new RangeError('secret', { cause: withCode(new Error('secret'), 'ENOSPC') }),
      'RangeError (cause: Error ENOSPC)',
    ],
    ['no code that is not a plain word', withCode(new Error('secret'), 'secret token'), 'Error'],
    ['no name that is not a plain word', Object.assign(new Error(), { name: 'secret token' }), 'Error'],
    ['nothing of a value that is not an error', 'secret', 'an unknown error'],
    ['nothing of a cause that is not an error', new Error('secret', { cause: 'secret' }), 'Error'],
  ];
  for (const [name, error, said] of rows)
    it(name, () => {
      assert.equal(describeError(error), said);
    });
});
