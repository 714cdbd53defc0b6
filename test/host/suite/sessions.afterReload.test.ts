import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { accounts } from './person.ts';

describe('sessions after a reload of the window', () => {
  it('are still there', async () => {
    assert.equal((await accounts()).length, 1);
  });

  it('are given to no extension without the person’s consent', async () => {
    const session = await vscode.authentication.getSession('sigma-identity', ['openid', 'profile'], {
      silent: true,
    });
    assert.equal(session, undefined);
  });
});
