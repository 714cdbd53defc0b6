import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { isWeb } from './host.ts';
import { independentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const SIGNED_IN = 'Signed in to Sigma Identity as satoshi.';
const TITLE = 'Sign in with Sigma Identity:';

describe('a running sign-in', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true });
    workbench = await Workbench.open({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'zenMode.fullScreen': false,
    });
    await workbench.run('File: New Untitled Text File');
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  independentTests('sight', () => workbench);

  const statusItem = (): Locator =>
    workbench.page.getByRole('button', { name: new RegExp(`^${TITLE} \\d+ min left$`) });
  const fromPalette = async (): Promise<void> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
  };
  const fromAnotherExtension = async (): Promise<void> => {
    await workbench.run('Consumer: Sign In with Sigma Identity');
    await workbench.answerDialog('Allow');
  };
  const expectNothingLeft = async (): Promise<void> => {
    await workbench.notification(TITLE).waitFor({ state: 'detached' });
    await workbench.notificationList.waitFor({ state: 'detached' });
    await statusItem().waitFor({ state: 'detached' });
  };
  const expectOneMessage = async (): Promise<void> => {
    await workbench.waitForNotification(SIGNED_IN);
    const messages = workbench.page.locator('.notification-list-item', { hasText: SIGNED_IN });
    assert.equal(await messages.count(), 1);
  };
  /** Fails unless the editor has the keyboard focus again. */
  const expectToTypeInEditor = async (text: string): Promise<void> => {
    await workbench.page.keyboard.type(text);
    await workbench.page.locator('.view-lines', { hasText: text }).waitFor();
  };

  const modes: [mode: string, toggle: string, start: () => Promise<void>][] = [
    ['Do Not Disturb', 'Notifications: Toggle Do Not Disturb Mode', fromAnotherExtension],
    ['Zen', 'View: Toggle Zen Mode', fromPalette],
  ];
  for (const [mode, toggle, start] of modes) {
    it(`shows its code and actions in ${mode} mode, and leaves nothing behind`, async () => {
      await workbench.run(toggle);
      await start();
      await workbench.notificationList.getByText('Your code is').waitFor();
      await workbench.notificationList.getByRole('link', { name: 'Copy code' }).waitFor();
      await workbench.notificationList.getByRole('button', { name: 'Cancel' }).waitFor();
      await workbench.screenshot(`sight-${mode.toLowerCase().replaceAll(' ', '-')}`);
      await sigma.approve(sigma.newestUserCode ?? '');
      await expectNothingLeft();
      await expectToTypeInEditor(mode);
      await workbench.run(toggle);
      await workbench.run('Notifications: Show Notifications');
      await expectOneMessage();
    });
  }

  it('leaves no open list after Cancel', async () => {
    await fromPalette();
    await workbench.userCode('Sigma Identity');
    await workbench.notificationList.getByRole('button', { name: 'Cancel' }).click();
    await expectNothingLeft();
    await expectToTypeInEditor('after Cancel');
  });

  it('reappears from the status bar item, which shows the service, the time left and the code', async () => {
    await fromPalette();
    const code = await workbench.userCode('Sigma Identity');
    await workbench.notificationList.waitFor(); // it opens after the toast and would close the hover
    await workbench.page.keyboard.press('Escape');
    await workbench.notificationList.waitFor({ state: 'detached' });
    await statusItem().hover();
    await workbench.page.locator('.monaco-hover', { hasText: `Your code is ${code}.` }).waitFor();
    await workbench.screenshot('sight-status-bar');
    await statusItem().click();
    await workbench.notificationList.getByText(`Your code is ${code}.`).waitFor();
    await sigma.approve(code);
    await expectNothingLeft();
  });

  it('offers the report while the service is down, and continues when it is back', async () => {
    await fromPalette();
    const code = await workbench.userCode('Sigma Identity');
    sigma.failNext('/api/auth/device/token', { kind: 'drop' }, 1_000);
    await workbench.notificationList.getByText('No connection. Trying again…').waitFor();
    await workbench.screenshot('sight-no-connection');
    await workbench.notificationList.getByRole('link', { name: 'Diagnose' }).click();
    await workbench.page.getByRole('tab', { name: 'BAP Identity Report.md' }).waitFor();
    sigma.clearFaults();
    await sigma.approve(code);
    await expectNothingLeft();
  });

  it('shows what responds in place of the service, and continues when the service is back', async () => {
    await fromPalette();
    const code = await workbench.userCode('Sigma Identity');
    sigma.failNext('/api/auth/device/token', { kind: 'html', status: 403 }, 1_000);
    const { host } = new URL(sigma.url);
    // A browser hides the answer of a server that does not allow the request from this origin.
    const shown = isWeb
      ? 'No connection. Trying again…'
      : `Something other than Sigma Identity is responding at ${host} (403).`;
    await workbench.notificationList.getByText(shown).waitFor();
    await workbench.notificationList.getByRole('link', { name: `Open ${host}` }).waitFor();
    for (const theme of ['Dark Modern', 'Light Modern'] as const) {
      await workbench.useTheme(theme);
      await workbench.run('Notifications: Show Notifications');
      await workbench.screenshot(`sight-something-else-${theme}`);
    }
    sigma.clearFaults();
    await sigma.approve(code);
    await expectNothingLeft();
  });

  it('ends with one message that names the account and links to its identity', async () => {
    await fromPalette();
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    await expectOneMessage();
    await workbench.screenshot('sight-signed-in');
    await workbench.clickInNotification(SIGNED_IN, 'button', 'Show Identity');
    await workbench.webview.getByRole('heading', { name: 'satoshi' }).waitFor();
  });
});
