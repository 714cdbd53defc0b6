import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const SATOSHI = '3DgKFHRq8n2RDjF4dZEyncXVc1Rf';
const KESTREL = '438cgZmbzf7eu9svvW9cTXYmC64E';
const OTHER_SATOSHI = '37AsPwc7o1ijSYiPcGkuRxLZECgF';
const ADA = 'Ada (66f0a1c25b7e4d0012a9c301)';

describe('multiple accounts', () => {
  let sigma: SigmaServer;
  let adom: AdomServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ identityAtApproval: true, intervalSeconds: 1 });
    adom = await startAdomServer();
    workbench = await Workbench.open({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.adom.apiUrl': adom.url,
    });
  });
  after(async () => {
    await workbench.close();
    await Promise.all([sigma.close(), adom.close()]);
  });
  dependentTests('accounts', () => workbench);

  const signIn = async (service: string, approve: (code: string) => Promise<void> | void): Promise<void> => {
    await workbench.signIn(service, approve);
    await workbench.clearNotifications();
  };
  const menu = async (): Promise<string[]> =>
    (await workbench.accountsMenu()).filter((entry) => entry.includes('('));
  const used = async (): Promise<string> => {
    await workbench.run('Consumer: Use Every Account of Sigma Identity');
    return workbench.waitForNotification('Consumer:');
  };

  it('lists two identities of one user, another user of the same name, and an Adom account', async () => {
    await signIn('Sigma Identity', (code) => sigma.approve(code, 0, 0));
    await signIn('Sigma Identity', (code) => sigma.approve(code, 0, 1));
    await signIn('Sigma Identity', (code) => sigma.approve(code, 1, 1));
    await signIn('Adom', () => {
      adom.approve();
    });
    await workbench.waitForAccountsEntry(ADA);
    const entries = (await menu()).join('\n');
    for (const account of [`satoshi (${SATOSHI})`, `kestrel (${KESTREL})`, `satoshi (${OTHER_SATOSHI})`, ADA])
      assert.ok(entries.includes(account), entries);
    await workbench.accountsEntry(ADA);
    await workbench.screenshot('several-accounts');
    await workbench.page.keyboard.press('Escape');
  });

  it('lets an extension use each account that the user allows', async () => {
    await workbench.run('Consumer: Use Every Account of Sigma Identity');
    for (let account = 0; account < 3; account++) await workbench.answerDialog('Allow');
    assert.equal(
      await workbench.waitForNotification('Consumer:'),
      `Consumer: kestrel ${KESTREL} 200, satoshi ${OTHER_SATOSHI} 200, satoshi ${SATOSHI} 200`,
    );
  });

  it('adds no account when an identity signs in again', async () => {
    const before = await menu();
    await signIn('Sigma Identity', (code) => sigma.approve(code, 0, 0));
    assert.deepEqual((await menu()).sort(), before.sort());
  });

  it('signs out of one account at a time', async () => {
    await workbench.signOutInMenu(`satoshi (${OTHER_SATOSHI})`);
    await workbench.until(async () => (await menu()).length === 3, 'three accounts');
    assert.equal(await used(), `Consumer: kestrel ${KESTREL} 200, satoshi ${SATOSHI} 200`);
    await workbench.clearNotifications();
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.listItem('kestrel (').waitFor();
    await workbench.screenshot('sign-out-of-one');
    await workbench.listItem('kestrel (').click();
    await workbench.dialog().waitFor();
    await workbench.screenshot('sign-out-question');
    await workbench.answerDialog('Sign Out');
    await workbench.waitForNotification('You are signed out of kestrel');
    await workbench.clearNotifications();
    assert.equal(await used(), `Consumer: satoshi ${SATOSHI} 200`);
    await workbench.clearNotifications();
    await workbench.signOutInMenu(ADA);
    await workbench.until(async () => (await menu()).length === 1, 'one account');
    assert.equal(await used(), `Consumer: satoshi ${SATOSHI} 200`);
  });
});

describe('a user of one service', () => {
  let adom: AdomServer;
  let workbench: Workbench;

  before(async () => {
    adom = await startAdomServer();
    workbench = await Workbench.open({ 'bapIdentity.adom.apiUrl': adom.url });
  });
  after(async () => {
    await workbench.close();
    await adom.close();
  });
  dependentTests('one-service', () => workbench);

  const SIGMA = 'Sign in with Sigma Identity';
  const offered = async (): Promise<string[]> =>
    (await workbench.accountsMenu()).flatMap(
      (entry) => /^Sign in with (?:Sigma Identity|Adom)/.exec(entry) ?? [],
    );
  const signIn = async (): Promise<void> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Adom').click();
    await workbench.userCode('Adom');
    adom.approve();
    await workbench.waitForNotification('Signed in to Adom as');
    await workbench.clearNotifications();
  };

  it('is offered both services before the first sign-in', async () => {
    await workbench.waitForAccountsEntry(SIGMA);
    assert.deepEqual((await offered()).sort(), ['Sign in with Adom', SIGMA]);
  });

  it('is reminded of that one only in the next window, after a sign-out', async () => {
    await signIn();
    await workbench.signOutInMenu(ADA);
    await workbench.reload();
    await workbench.waitForAccountsEntry('Sign in with Adom');
    assert.deepEqual(await offered(), ['Sign in with Adom']);
    await workbench.screenshot('one-service');
  });

  it('can still sign in to both from the palette', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').waitFor();
    await workbench.listItem('Adom').waitFor();
    await workbench.page.keyboard.press('Escape');
  });

  it('is reminded of both after asking for it in the settings', async () => {
    // In another order than the default: VS Code's API removes a setting that is set to its default.
    await workbench.set('bapIdentity.accountsMenu', ['adom', 'sigma-identity']);
    await workbench.waitForAccountsEntry(SIGMA);
    assert.deepEqual((await offered()).sort(), ['Sign in with Adom', SIGMA]);
  });
});
