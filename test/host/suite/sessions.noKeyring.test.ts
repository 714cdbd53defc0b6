import assert from 'node:assert/strict';
import { accounts, signIn, useLocalServer } from './person.ts';

describe('sessions without a keyring', () => {
  before(useLocalServer);

  it('work as long as the window lives', async () => {
    await signIn(0);
    assert.equal((await accounts()).length, 1);
  });
});
