import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { labelAt } from '../../servers/accountLabel.ts';
import { accounts, eventually, localServer, signIn, signOutInMenu, useLocalServer } from './user.ts';

describe('sessions', () => {
  before(useLocalServer);

  it('appear with their accounts, with one event each', async () => {
    const heard: string[] = [];
    const listener = vscode.authentication.onDidChangeSessions(({ provider }) => heard.push(provider.id));
    await signIn(0);
    const [first] = await accounts();
    assert.equal(first, labelAt(localServer(), 'satoshi (3DgKFHRq8n2RDjF4dZEyncXVc1Rf)'));
    await eventually('the event', () => Promise.resolve(heard[0]));
    assert.ok(heard.every((id) => id === 'sigma-identity'));
    listener.dispose();
  });

  it('of two identities of one user are two accounts', async () => {
    await signIn(1);
    assert.equal(new Set(await accounts()).size, 2);
  });

  it('of the same identity replace each other', async () => {
    const before = await accounts();
    await signIn(0);
    assert.deepEqual((await accounts()).sort(), before.sort());
  });

  it('are removed by a sign-out, one account at a time', async () => {
    const before = await accounts();
    await signOutInMenu('kestrel');
    assert.equal((await accounts()).length, before.length - 1);
  });
});
