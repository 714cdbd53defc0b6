import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { requestsTo, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { Workbench } from './workbench.ts';

describe('reloading the window during a sign-in', () => {
  let sigma: SigmaServer;
  let adom: AdomServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true });
    adom = await startAdomServer({ anyOrigin: true });
    workbench = await Workbench.open({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.adom.apiUrl': adom.url,
    });
  });
  after(async () => {
    await workbench.close();
    await Promise.all([sigma.close(), adom.close()]);
  });

  const start = async (service: string): Promise<string> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem(service).click();
    return workbench.userCode(service);
  };

  it('ends the sign-in, and later sign-ins start fresh', async () => {
    const old = await start('Sigma Identity');
    await start('Adom');
    await workbench.until(() => Promise.resolve(adom.openStreams === 1), 'a stream');
    await workbench.reload();
    await workbench.until(() => Promise.resolve(adom.openStreams === 0), 'the stream to end');
    await workbench.waitForAccountsEntry('Sign in with Sigma Identity to use BAP Identity (1)');
    await workbench.run('Notifications: Show Notifications');
    assert.equal(await workbench.page.locator('.notification-list-item').count(), 0);
    // Approving the old sign-ins has no effect: nothing polls for them.
    const polls = requestsTo(sigma.requests, '/api/auth/device/token').length;
    await sigma.approve(old);
    adom.approve();

    const next = await start('Sigma Identity');
    assert.notEqual(next, old);
    await sigma.approve(next);
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi');
    await start('Adom');
    adom.approve();
    await workbench.waitForNotification('Signed in to Adom as Ada');
    const accounts = (await workbench.accountsMenu()).filter((entry) => entry.includes('('));
    assert.equal(accounts.length, 2, accounts.join());
    const asked = requestsTo(sigma.requests, '/api/auth/device/token').slice(polls);
    const codes = new Set(asked.map(({ body }) => JSON.stringify(body)));
    assert.equal(codes.size, 1, 'the device code from before the reload was polled');
  });
});
