import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labelAt } from '../servers/accountLabel.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { isOneStory } from './steps.ts';
import { Workbench } from './workbench.ts';

const ENTRY = 'Sign in with Sigma Identity to use BAP Identity (1)';
const SETTING = 'bapIdentity.sigma.serverUrl';
const WHO = 'Consumer: Who Is Signed In with Sigma Identity';

describe('another server in the settings', () => {
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
  isOneStory('other-server', () => workbench);

  const signIn = async (server: SigmaServer): Promise<void> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await server.approve(await workbench.userCode('Sigma Identity'));
    await workbench.told('Signed in to Sigma Identity as satoshi');
    await workbench.clearNotifications();
  };

  /** Lets an extension use the account. */
  const allow = async (account: string): Promise<void> => {
    await workbench.run('Consumer: Sign In with Sigma Identity');
    await workbench.answerDialog('Allow');
    await workbench.listItem(account).click();
    await workbench.told('Consumer: the service says 200.');
    await workbench.clearNotifications();
  };

  it('takes the account out of the Accounts menu, and from extensions', async () => {
    await signIn(first);
    await allow(ofFirst);
    await workbench.set(SETTING, second.url);
    await workbench.seesInAccountsMenu(ENTRY);
    assert.ok(!(await workbench.accountsMenu()).some((entry) => entry.includes('satoshi')));
    await workbench.run(WHO);
    await workbench.told('Consumer: nobody is signed in.');
  });

  it('has accounts of its own, for which an extension needs a new consent', async () => {
    await signIn(second);
    await workbench.seesInAccountsMenu(ofSecond);
    await workbench.run(WHO);
    await workbench.told('Consumer: nobody is signed in.');
    await workbench.clearNotifications();
    await allow(ofSecond);
  });

  it('leaves the account of the first server in the list of Sign Out, and says why it is not used', async () => {
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

  it('shows the identity of the first server with its address', async () => {
    await workbench.run('BAP Identity: Show Identity…');
    await workbench.listItem(ofFirst).click();
    const card = workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await card.getByText(`Sigma Identity · ${new URL(first.url).host}`).waitFor();
    await workbench.screenshot('identity-other-server');
  });

  it('gives the account back when it is the first one again, and extensions that were allowed to use it', async () => {
    await workbench.set(SETTING, first.url);
    await workbench.seesInAccountsMenu(ofFirst);
    await workbench.run(WHO);
    await workbench.told('Consumer: satoshi, and the service says 200.');
    assert.ok(!(await workbench.accountsMenu()).some((entry) => entry.includes(ofSecond)));
  });

  it('signs out of the account that is hidden, and of no other', async () => {
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.listItem(ofSecond).click();
    await workbench.told(`You are signed out of ${ofSecond}.`);
    await workbench.seesInAccountsMenu(ofFirst);
  });
});
