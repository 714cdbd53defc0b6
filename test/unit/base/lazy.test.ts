import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Lazy } from '../../../src/base/lazy.ts';

describe('Lazy', () => {
  it('creates its value once, on first use', async () => {
    let made = 0;
    const lazy = new Lazy(() => Promise.resolve(++made));
    assert.equal(made, 0);
    assert.deepEqual(await Promise.all([lazy.get(), lazy.get()]), [1, 1]);
    assert.equal(await lazy.get(), 1);
  });

  it('retries after a failure', async () => {
    let tries = 0;
    const lazy = new Lazy(() =>
      ++tries < 2 ? Promise.reject(new Error('locked')) : Promise.resolve('open'),
    );
    const both = await Promise.allSettled([lazy.get(), lazy.get()]);
    assert.deepEqual([both.map(({ status }) => status), tries], [['rejected', 'rejected'], 1]);
    assert.deepEqual([await lazy.get(), tries], ['open', 2]);
  });
});
