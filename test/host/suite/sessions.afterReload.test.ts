import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { accounts } from './user.ts';

describe('sessions after a reload', () => {
  it('are still there', async () => {
    assert.equal((await accounts()).length, 1);
  });

  it('require consent before an extension gets them', async () => {
    const session = await vscode.authentication.getSession('sigma-identity', ['openid', 'profile'], {
      silent: true,
    });
    assert.equal(session, undefined);
  });
});
