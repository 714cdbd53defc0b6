import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Workbench } from '../e2e/workbench.ts';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';

const OFFER = 'Sign in with Sigma Identity to use BAP Identity (1)';

describe('two windows of one browser with different folders', () => {
  let sigma: SigmaServer;
  let adom: AdomServer;
  let one: Workbench;
  let two: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true });
    adom = await startAdomServer({ anyOrigin: true });
    one = await Workbench.open({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.adom.apiUrl': adom.url,
    });
    await one.waitForAccountsEntry(OFFER);
    two = await one.openWindow('tmp:/project');
    await two.waitForAccountsEntry(OFFER);
  });
  afterEach(async (context) => {
    if ('passed' in context && context.passed) return;
    await one.saveFailure('web-windows-one');
    await two.saveFailure('web-windows-two');
  });
  after(async () => {
    await one.close();
    await Promise.all([sigma.close(), adom.close()]);
  });

  const start = async (window: Workbench, service: string): Promise<string> => {
    await window.run('BAP Identity: Sign In…');
    await window.listItem(service).click();
    return window.userCode(service);
  };
  /** The accounts in the menu after switching to the window. */
  const accounts = async (window: Workbench): Promise<string[]> => {
    await window.page.bringToFront();
    await window.blurAndFocus();
    return (await window.accountsMenu()).filter((entry) => entry.includes('· 127.0.0.1'));
  };

  it('run their extension hosts on different origins, as on vscode.dev', () => {
    const origins = [one, two].map(({ page }) =>
      page
        .frames()
        .map((frame) => new URL(frame.url()).origin)
        .find((origin) => origin.includes('//v--')),
    );
    assert.ok(origins[0] !== undefined && origins[1] !== undefined, origins.join());
    assert.notEqual(origins[0], origins[1]);
  });

  it('share a sign-in once the user switches to the other window', async () => {
    const signIn = await start(one, 'Sigma Identity');
    await sigma.approve(signIn);
    await one.waitForNotification('Signed in to Sigma Identity as satoshi');
    await one.clearNotifications();
    await two.until(async () => (await accounts(two)).join().startsWith('satoshi ('), 'the account');
    await two.run('Consumer: Sign In with Sigma Identity');
    await two.answerDialog('Allow');
    await two.listItem('satoshi (').click();
    await two.waitForNotification('Consumer: the service says 200.');
    await two.clearNotifications();
  });

  it('share a sign-out once the user switches to the other window', async () => {
    await two.signOutInMenu('satoshi (');
    await one.until(async () => (await accounts(one)).length === 0, 'no account'); // the sign-out takes a moment
    await one.waitForAccountsEntry(OFFER);
  });

  it('keep both accounts when they sign in at the same time, also after a reload', async () => {
    const code = await start(one, 'Sigma Identity');
    await start(two, 'Adom');
    adom.approve();
    await sigma.approve(code);
    for (const window of [one, two])
      await window.until(async () => (await accounts(window)).length === 2, 'two accounts');
    await two.page.close();
    await one.reload();
    for (const account of ['satoshi (', 'Ada (']) await one.waitForAccountsEntry(account);
  });
});

describe('two windows of one browser that open together in a new profile', () => {
  let sigma: SigmaServer;
  let adom: AdomServer;
  let windows: [Workbench, Workbench];

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true });
    adom = await startAdomServer({ anyOrigin: true });
    windows = await Workbench.openTwo({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.adom.apiUrl': adom.url,
    });
  });
  after(async () => {
    await windows[0].close();
    await Promise.all([sigma.close(), adom.close()]);
  });

  it('agree on one key: each sees the other’s sign-in, also after a reload', async () => {
    const [one, two] = windows;
    await one.run('BAP Identity: Sign In…');
    await one.listItem('Sigma Identity').click();
    await sigma.approve(await one.userCode('Sigma Identity'));
    await one.waitForNotification('Signed in to Sigma Identity');
    await two.run('BAP Identity: Sign In…');
    await two.listItem('Adom').click();
    await two.userCode('Adom');
    adom.approve();
    await two.waitForNotification('Signed in to Adom');
    for (const window of windows)
      for (const account of ['satoshi (', 'Ada (']) await window.waitForAccountsEntry(account);
    await two.page.close();
    await one.reload();
    for (const account of ['satoshi (', 'Ada (']) await one.waitForAccountsEntry(account);
  });
});
