import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { areSeparate } from './steps.ts';
import { Workbench } from './workbench.ts';

const LOST = 'You have been signed out of Sigma Identity: VS Code couldn’t keep your session, most likely';

describe('a person whose system has no keyring', () => {
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
  areSeparate('no-keyring', () => workbench);

  const approve = async (): Promise<void> => {
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.told('Signed in to Sigma Identity as satoshi');
    await workbench.clearNotifications();
  };

  it('sees one message after a restart, which leads to the explanation', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await approve();
    await workbench.reload();
    await workbench.told(LOST);
    await workbench.screenshot('no-keyring');
    await workbench.clickIn(LOST, 'button', 'Learn More');
    const page = workbench.page.frameLocator('iframe.webview').frameLocator('iframe');
    const heading = page.getByRole('heading', { name: 'I am signed out after every restart' });
    await heading.waitFor();
    // The preview scrolls there after it has loaded the pictures above.
    await workbench.until(
      async () => ((await heading.boundingBox())?.y ?? Infinity) < 400,
      'that part of the page',
    );
    await workbench.screenshot('no-keyring-readme');
    await workbench.reload();
    await workbench.seesInAccountsMenu('Sign in with Sigma Identity to use BAP Identity (1)');
    await workbench.run('Notifications: Show Notifications');
    assert.equal(await workbench.page.locator('.notification-list-item').count(), 0);
  });

  it('signs in again with one click on the message', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await approve();
    await workbench.reload();
    await workbench.told(LOST);
    await workbench.clickIn(LOST, 'button', 'Sign In');
    await approve();
    await workbench.seesInAccountsMenu('satoshi (');
  });
});
