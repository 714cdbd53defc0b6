import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { requestsTo, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { isOneStory } from './steps.ts';
import { Workbench } from './workbench.ts';

const RENEW = '/api/auth/oauth2/token';

describe('a session that its server renews', () => {
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
  isOneStory('renewal', () => one);

  it('goes on without a message, and two windows send one request', async () => {
    const shortLived = (body: object): object => ({ ...body, expires_in: 61 });
    sigma.failNext('/api/auth/device/token', { kind: 'rewrite', change: shortLived }, 9);
    await one.run('Consumer: Sign In with Sigma Identity');
    await one.answerDialog('Allow');
    await sigma.approve(await one.userCode('Sigma Identity'));
    await one.told('Consumer: the service says 200.');
    await one.clearNotifications();
    const two = await one.openWindow(); // now the session has less than a minute left
    await two.seesInAccountsMenu('satoshi (');

    const ask = (window: Workbench): Promise<void> =>
      window.run('Consumer: Who Is Signed In with Sigma Identity');
    await ask(one);
    await ask(two);
    for (const window of [one, two]) {
      await window.page.bringToFront();
      await window.told('Consumer: satoshi, and the service says 200.');
      assert.equal(await window.page.locator('.notification-list-item').count(), 1);
    }
    assert.equal(requestsTo(sigma.requests, RENEW).length, 1);
    const refused = sigma.requests.filter(({ status = 0 }) => status === 401);
    assert.deepEqual(refused, []);
  });

  it('ends on the server after the sign-out, and so does its refresh token', async () => {
    await one.page.bringToFront();
    await one.run('BAP Identity: Sign Out…');
    await one.answerDialog('Sign Out');
    await one.until(
      () => Promise.resolve(requestsTo(sigma.requests, '/api/auth/oauth2/revoke').length === 1),
      'the refresh token to be revoked',
    );
  });
});
