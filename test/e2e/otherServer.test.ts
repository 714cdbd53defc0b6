import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labelAt } from '../servers/accountLabel.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const ENTRY = 'Sign in with Sigma Identity to use BAP Identity (1)';
const SETTING = 'bapIdentity.sigma.serverUrl';
const WHO = 'Consumer: Who Is Signed In with Sigma Identity';

describe('changing the configured server', () => {
  let first: SigmaServer;
  let second: SigmaServer;
  let workbench: Workbench;
  let ofFirst: string;
  let ofSecond: string;

  before(async () => {
    first = await startSigmaServer({ intervalSeconds: 1 });
    second = await startSigmaServer({ intervalSeconds: 1 });
    const satoshi = 'satoshi (3DgKFHRq8n2RDjF4dZEyncXVc1Rf)';
    [ofFirst, ofSecond] = [labelAt(first.url, satoshi), labelAt(second.url, satoshi)];
    workbench = await Workbench.open({ [SETTING]: first.url });
  });
  after(async () => {
    await workbench.close();
    await Promise.all([first.close(), second.close()]);
  });
  dependentTests('other-server', () => workbench);

  const signIn = async (server: SigmaServer): Promise<void> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await server.approve(await workbench.userCode('Sigma Identity'));
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi');
    await workbench.clearNotifications();
  };

  /** Lets test/consumer use the account. */
  const allow = async (account: string): Promise<void> => {
    await workbench.run('Consumer: Sign In with Sigma Identity');
    await workbench.answerDialog('Allow');
    await workbench.listItem(account).click();
    await workbench.waitForNotification('Consumer: the service says 200.');
    await workbench.clearNotifications();
  };

  it('removes the account from the Accounts menu and from extensions', async () => {
    await signIn(first);
    await allow(ofFirst);
    await workbench.set(SETTING, second.url);
    await workbench.waitForAccountsEntry(ENTRY);
    assert.ok(!(await workbench.accountsMenu()).some((entry) => entry.includes('satoshi')));
    await workbench.run(WHO);
    await workbench.waitForNotification('Consumer: nobody is signed in.');
  });

  it('requires new consent for the accounts of the new server', async () => {
    await signIn(second);
    await workbench.waitForAccountsEntry(ofSecond);
    await workbench.run(WHO);
    await workbench.waitForNotification('Consumer: nobody is signed in.');
    await workbench.clearNotifications();
    await allow(ofSecond);
  });

  it('still lists the old account in Sign Out, with the reason it is not in use', async () => {
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.listItem(ofSecond).waitFor();
    const hidden = workbench.listItem(ofFirst);
    const { host } = new URL(first.url);
    assert.match(
      (await hidden.innerText()).replace(/\s+/g, ' '),
      new RegExp(`Not in use: your settings point to a server other than ${host}\\.`),
    );
    await workbench.screenshot('sign-out-other-server');
    await workbench.page.keyboard.press('Escape');
  });

  it('shows the old account’s identity with its host', async () => {
    await workbench.run('BAP Identity: Show Identity…');
    await workbench.listItem(ofFirst).click();
    const card = workbench.webview;
    await card.getByText(`Sigma Identity · ${new URL(first.url).host}`).waitFor();
    await workbench.screenshot('identity-other-server');
  });

  it('restores the account and its consent when the setting is changed back', async () => {
    await workbench.set(SETTING, first.url);
    await workbench.waitForAccountsEntry(ofFirst);
    await workbench.run(WHO);
    await workbench.waitForNotification('Consumer: satoshi, and the service says 200.');
    assert.ok(!(await workbench.accountsMenu()).some((entry) => entry.includes(ofSecond)));
  });

  it('signs out of the account that is not in use', async () => {
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.listItem(ofSecond).click();
    await workbench.answerDialog('Sign Out');
    await workbench.waitForNotification(`You are signed out of ${ofSecond}.`);
    await workbench.waitForAccountsEntry(ofFirst);
  });
});
