import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { independentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const LOST = 'You have been signed out of Sigma Identity: the site data of this browser was cleared,';

describe('without a keyring', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1 });
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url }, 'noKeyring');
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  independentTests('no-keyring', () => workbench);

  const approve = async (): Promise<void> => {
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi');
    await workbench.clearNotifications();
  };

  it('shows one message after a restart, which links to an explanation', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await approve();
    await workbench.reload();
    await workbench.waitForNotification(LOST);
    await workbench.screenshot('no-keyring');
    await workbench.clickInNotification(LOST, 'button', 'Learn More');
    const page = workbench.page.frameLocator('iframe.webview').frameLocator('iframe');
    const heading = page.getByRole('heading', { name: 'I am signed out after every restart' });
    await heading.waitFor();
    // The preview scrolls there once the images above have loaded.
    await workbench.until(
      async () => ((await heading.boundingBox())?.y ?? Infinity) < 400,
      'the preview to scroll to the heading',
    );
    await workbench.screenshot('no-keyring-readme');
    await workbench.reload();
    await workbench.waitForAccountsEntry('Sign in with Sigma Identity to use BAP Identity (1)');
    await workbench.run('Notifications: Show Notifications');
    assert.equal(await workbench.page.locator('.notification-list-item').count(), 0);
  });

  it('signs in again with one click', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await approve();
    await workbench.reload();
    await workbench.waitForNotification(LOST);
    await workbench.clickInNotification(LOST, 'button', 'Sign In');
    await approve();
    await workbench.waitForAccountsEntry('satoshi (');
  });
});
