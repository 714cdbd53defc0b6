import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labelAt } from '../servers/accountLabel.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const PENDING = 'Sign in with Sigma Identity: Your code is';
const SIGNED_IN = 'Signed in to Sigma Identity as satoshi';
const TOKEN = '/api/auth/device/token';

describe('the end of a session', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1 });
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url });
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  dependentTests('ends', () => workbench);

  const approve = async (): Promise<void> => {
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.notification(PENDING).waitFor({ state: 'detached' });
  };
  const newestToken = (): string => {
    const bearer = sigma.requests.findLast(({ headers }) => headers.authorization)?.headers.authorization;
    return bearer?.replace('Bearer ', '') ?? '';
  };

  it('lets an extension sign in again without new consent after a rejection', async () => {
    await workbench.run('Consumer: Sign In with Sigma Identity');
    await workbench.answerDialog('Allow');
    await approve();
    await workbench.waitForNotification('Consumer: the service says 200.');
    await workbench.clearNotifications();
    await sigma.endSession(newestToken());
    await workbench.run('Consumer: Sign In with Sigma Identity');
    await workbench.answerDialog('Allow'); // VS Code confirms every sign-in that an extension starts
    await workbench.waitForNotification('Sigma Identity no longer accepts your session as satoshi (');
    await workbench.waitForNotification(PENDING);
    await workbench.screenshot('session-rejected');
    await approve();
    await workbench.waitForNotification('Consumer: the service says 200.');
  });

  it('shows an expired session in one window, where one click signs in again', async () => {
    sigma.failNext(TOKEN, { kind: 'rewrite', change: (body) => ({ ...body, expires_in: 10 }) }, 9);
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await approve();
    sigma.clearFaults();
    await workbench.waitForNotification(SIGNED_IN);
    await workbench.clearNotifications();
    const other = await workbench.openWindow();
    // The session counts as expired in the last fifth of its lifetime, after eight seconds.
    await other.waitForAccountsEntry('Sign in with Sigma Identity to use BAP Identity (1)');
    const account = labelAt(sigma.url, 'satoshi (3DgKFHRq8n2RDjF4dZEyncXVc1Rf)');
    const text = `Your Sigma Identity session as ${account} has expired.`;
    await Promise.all([workbench.blurAndFocus(), other.blurAndFocus()]);
    await Promise.all([workbench.blurAndFocus(), other.blurAndFocus()]);
    const messages = (window: Workbench): Promise<number> =>
      window.page.locator('.notification-list-item', { hasText: text }).count();
    // On a busy machine, the toast can be gone by now.
    for (const window of [workbench, other]) await window.run('Notifications: Show Notifications');
    await workbench.until(
      async () => (await messages(workbench)) + (await messages(other)) > 0,
      'the message in a window',
    );
    assert.equal((await messages(workbench)) + (await messages(other)), 1);
    const [notified, quiet] = (await messages(workbench)) === 1 ? [workbench, other] : [other, workbench];
    await notified.page.bringToFront();
    await notified.screenshot('session-ended');
    await notified.clickInNotification(text, 'button', 'Sign In');
    await sigma.approve(await notified.userCode('Sigma Identity'));
    await notified.waitForNotification(SIGNED_IN);
    await quiet.page.bringToFront();
    await quiet.run('Consumer: Who Is Signed In with Sigma Identity');
    await quiet.waitForNotification('Consumer: satoshi, and the service says 200.');
    await other.page.close();
  });
});
