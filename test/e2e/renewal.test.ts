import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { requestsTo, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

/** A token response with a lifetime of 20 seconds. */
const shortLived = (body: object): object => ({ ...body, expires_in: 20 });
const RENEW = '/api/auth/oauth2/token';

describe('a session with a refresh token', () => {
  let sigma: SigmaServer;
  let one: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, refreshTokens: true });
    one = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url });
  });
  after(async () => {
    await one.close();
    await sigma.close();
  });
  dependentTests('renewal', () => one);

  it('is renewed silently, with one request from two windows', async () => {
    sigma.failNext('/api/auth/device/token', { kind: 'rewrite', change: shortLived }, 9);
    await one.run('Consumer: Sign In with Sigma Identity');
    await one.answerDialog('Allow');
    await sigma.approve(await one.userCode('Sigma Identity'));
    await one.waitForNotification('Consumer: the service says 200.');
    const signedInAtMs = Date.now();
    await one.clearNotifications();
    const two = await one.openWindow();
    await two.waitForAccountsEntry('satoshi (');

    const askBoth = async (): Promise<void> => {
      for (const window of [one, two]) await window.run('Consumer: Who Is Signed In with Sigma Identity');
    };
    // The session counts as expired in the last fifth of its lifetime.
    await one.page.waitForTimeout(Math.max(0, signedInAtMs + 16_000 - Date.now()));
    await askBoth();
    for (const window of [one, two]) {
      await window.page.bringToFront();
      await window.waitForNotification('Consumer: satoshi, and the service says 200.');
      assert.equal(await window.page.locator('.notification-list-item').count(), 1);
    }
    assert.equal(requestsTo(sigma.requests, RENEW).length, 1);
    const refused = sigma.requests.filter(({ status = 0 }) => status === 401);
    assert.deepEqual(refused, []);
  });

  it('keeps its new token when the window reloads during the renewal', async () => {
    sigma.requests.length = 0;
    sigma.failNext('/api/auth/device/token', { kind: 'rewrite', change: shortLived }, 9);
    await one.page.bringToFront();
    await one.run('BAP Identity: Sign In…');
    await one.listItem('Sigma Identity').click();
    await sigma.approve(await one.userCode('Sigma Identity'));
    await one.waitForNotification('Signed in to Sigma Identity');
    await one.clearNotifications();
    const isReloaded = new Promise((resolve) => one.page.once('framenavigated', resolve));
    const late = async (body: object): Promise<object> => {
      await isReloaded; // VS Code gives the old window five seconds to finish
      return body;
    };
    sigma.failNext(RENEW, { kind: 'rewrite', change: late });
    // A request in the second half of its lifetime renews it.
    await one.until(async () => {
      await one.run('Consumer: Who Is Signed In with Sigma Identity');
      return requestsTo(sigma.requests, RENEW).length === 1;
    }, 'a renewal');
    await one.reload();
    await one.waitForAccountsEntry('satoshi (');
    await one.run('Consumer: Who Is Signed In with Sigma Identity');
    await one.waitForNotification('Consumer: satoshi, and the service says 200.');
    assert.deepEqual(
      requestsTo(sigma.requests, RENEW).map(({ status }) => status),
      [200],
    );
  });

  it('has its refresh token revoked on sign-out', async () => {
    sigma.requests.length = 0; // drops the revocation of the first sign-in's token
    await one.page.bringToFront();
    await one.run('BAP Identity: Sign Out…');
    await one.answerDialog('Sign Out');
    await one.until(
      () => Promise.resolve(requestsTo(sigma.requests, '/api/auth/oauth2/revoke').length === 1),
      'the refresh token to be revoked',
    );
  });
});
