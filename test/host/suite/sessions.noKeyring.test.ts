import assert from 'node:assert/strict';
import { accounts, signIn, useLocalServer } from './user.ts';

describe('sessions without a keyring', () => {
  before(useLocalServer);

  it('last until the window closes', async () => {
    await signIn(0);
    assert.equal((await accounts()).length, 1);
  });
});
