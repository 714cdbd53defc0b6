import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { requestsTo, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { isOneStory } from './steps.ts';
import { Workbench } from './workbench.ts';

/** The answer for a token that lives for 20 seconds. */
const shortLived = (body: object): object => ({ ...body, expires_in: 20 });
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
    sigma.failNext('/api/auth/device/token', { kind: 'rewrite', change: shortLived }, 9);
    await one.run('Consumer: Sign In with Sigma Identity');
    await one.answerDialog('Allow');
    await sigma.approve(await one.userCode('Sigma Identity'));
    await one.told('Consumer: the service says 200.');
    const signedInAtMs = Date.now();
    await one.clearNotifications();
    const two = await one.openWindow();
    await two.seesInAccountsMenu('satoshi (');

    const askBoth = async (): Promise<void> => {
      for (const window of [one, two]) await window.run('Consumer: Who Is Signed In with Sigma Identity');
    };
    // Both ask for a session that is over: its last fifth is the margin before its end.
    await one.page.waitForTimeout(Math.max(0, signedInAtMs + 16_000 - Date.now()));
    await askBoth();
    for (const window of [one, two]) {
      await window.page.bringToFront();
      await window.told('Consumer: satoshi, and the service says 200.');
      assert.equal(await window.page.locator('.notification-list-item').count(), 1);
    }
    assert.equal(requestsTo(sigma.requests, RENEW).length, 1);
    const refused = sigma.requests.filter(({ status = 0 }) => status === 401);
    assert.deepEqual(refused, []);
  });

  it('keeps its new token when the window is reloaded in the middle of the renewal', async () => {
    sigma.requests.length = 0;
    sigma.failNext('/api/auth/device/token', { kind: 'rewrite', change: shortLived }, 9);
    await one.page.bringToFront();
    await one.run('BAP Identity: Sign In…');
    await one.listItem('Sigma Identity').click();
    await sigma.approve(await one.userCode('Sigma Identity'));
    await one.told('Signed in to Sigma Identity');
    await one.clearNotifications();
    const isReloaded = new Promise((resolve) => one.page.once('framenavigated', resolve));
    const late = async (body: object): Promise<object> => {
      await isReloaded; // the old window has five seconds to finish
      return body;
    };
    sigma.failNext(RENEW, { kind: 'rewrite', change: late });
    // The session is renewed in the last half of its 20 seconds, as soon as somebody asks for it.
    await one.until(async () => {
      await one.run('Consumer: Who Is Signed In with Sigma Identity');
      return requestsTo(sigma.requests, RENEW).length === 1;
    }, 'a renewal');
    await one.reload();
    await one.seesInAccountsMenu('satoshi (');
    await one.run('Consumer: Who Is Signed In with Sigma Identity');
    await one.told('Consumer: satoshi, and the service says 200.');
    assert.deepEqual(
      requestsTo(sigma.requests, RENEW).map(({ status }) => status),
      [200],
    );
  });

  it('ends on the server after the sign-out, and so does its refresh token', async () => {
    sigma.requests.length = 0; // the token that the second sign-in replaced was revoked before
    await one.page.bringToFront();
    await one.run('BAP Identity: Sign Out…');
    await one.answerDialog('Sign Out');
    await one.until(
      () => Promise.resolve(requestsTo(sigma.requests, '/api/auth/oauth2/revoke').length === 1),
      'the refresh token to be revoked',
    );
  });
});
