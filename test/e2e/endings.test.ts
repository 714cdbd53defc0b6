import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { requestsTo, startSigmaServer, type Fault, type SigmaServer } from '../servers/sigma.ts';
import { independentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const CODE = '/api/auth/device/code';
const PENDING = 'Sign in with Sigma Identity: Your code is';

describe('a sign-in that fails', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1 });
    workbench = await Workbench.open({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'workbench.colorTheme': 'Default Light Modern',
    });
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  independentTests('endings', () => workbench);

  const start = async (): Promise<void> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
  };
  const code = (): Promise<string> => workbench.userCode('Sigma Identity');
  const click = (link: string | RegExp): Promise<void> =>
    workbench.clickInNotification(PENDING, 'link', link);
  const cancel = async (): Promise<void> => {
    await workbench.clickInNotification(PENDING, 'button', 'Cancel');
    await workbench.notification(PENDING).waitFor({ state: 'detached' });
  };
  const expectOneMessage = async (text: string): Promise<void> => {
    await workbench.waitForNotification(text);
    const messages = workbench.page.locator('.notification-list-item', { hasText: text });
    assert.equal(await messages.count(), 1, `"${text}" is shown more than once`);
  };

  it('reports that it was denied in the browser', async () => {
    await start();
    const shown = await code();
    const tab = await workbench.newTab(() => click(/^Open /));
    await tab.getByRole('button', { name: 'Continue as demo person' }).click();
    await tab.getByRole('button', { name: 'Continue' }).click();
    await tab.getByText(shown).waitFor();
    await tab.getByRole('button', { name: 'Deny' }).click();
    await tab.getByRole('heading', { name: 'Denied' }).waitFor();
    await tab.close();
    await expectOneMessage('The sign-in was denied in the browser.');
  });

  it('reports a denial also when it was started from the Accounts menu', async () => {
    await workbench.chooseInAccountsMenu('Sign in with Sigma Identity to use BAP Identity (1)');
    await sigma.deny(await code());
    await expectOneMessage('The sign-in was denied in the browser.');
  });

  const failures: [string, Fault, string][] = [
    ['reports a lost connection', { kind: 'drop' }, 'was lost. Sign in again'],
    [
      'reports a web page instead of a response, as from a captive portal',
      { kind: 'html' },
      'A web page responded instead of',
    ],
    [
      'reports an unknown client ID',
      { kind: 'answer', status: 401, body: { error: 'invalid_client' } },
      'enter it in the setting bapIdentity.sigma.clientId',
    ],
  ];
  for (const [name, fault, text] of failures) {
    it(name, async () => {
      sigma.failNext(CODE, fault);
      await start();
      await expectOneMessage(text);
      await workbench.screenshot(`failure-${fault.kind}`);
    });
  }

  it('shows text from the server without links', async () => {
    const words = 'No. [Click here](command:workbench.action.closeWindow)';
    const body = { error: 'odd', error_description: words };
    sigma.failNext(CODE, { kind: 'answer', status: 400, body });
    await start();
    const message = workbench.notification('No. [Click here]');
    await workbench.waitForNotification('No. [Click here]');
    assert.equal(await message.getByRole('link').count(), 0);
  });

  it('opens the exact URL from the server, and continues after Cancel and Copy', async () => {
    const address =
      'https://auth.example/device?code=AB%2FC+1%20x%3Dy&next=https%3A%2F%2Fa.b%2Fc%3Fd%3De%26f%3Dg&a=b,c;(e)!*~';
    const arrived = await workbench.intercept('https://auth.example');
    sigma.failNext(CODE, {
      kind: 'rewrite',
      change: (body) => ({ ...body, verification_uri_complete: address }),
    });
    await start();
    const shown = await code();
    for (const answer of ['Cancel', 'Copy']) {
      await click(/^Open /);
      await workbench.answerDialog(answer);
      assert.equal(await code(), shown);
    }
    const tab = await workbench.newTab(async () => {
      await click(/^Open /);
      await workbench.answerDialog('Open');
    });
    await tab.getByText('Here you are').waitFor();
    await tab.close();
    assert.deepEqual(arrived, [address]);
    assert.equal(await code(), shown);
    await cancel();
  });

  it('shows one notification when it is started twice', async () => {
    await start();
    const shown = await code();
    const asked = requestsTo(sigma.requests, CODE).length;
    await start();
    assert.equal(await code(), shown);
    assert.equal(requestsTo(sigma.requests, CODE).length, asked);
    await workbench.screenshot('notification-light');
    await cancel();
  });

  it('can sign out while the server does not respond', async () => {
    await start();
    await sigma.approve(await code());
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi');
    await workbench.accountsEntry('satoshi (');
    await workbench.screenshot('accounts-menu-light');
    await workbench.page.keyboard.press('Escape');
    sigma.failNext('/api/auth/sign-out', { kind: 'hold' });
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.answerDialog('Sign Out');
    await workbench.waitForNotification('You are signed out of satoshi');
  });
});

describe('with no services in the Accounts menu', () => {
  it('adds no entry there and still shows the log', async () => {
    const workbench = await Workbench.open({ 'bapIdentity.accountsMenu': [] });
    try {
      // A new window has no log yet. This command is enabled with the first one.
      await workbench.run('Developer: Show Window Log');
      await workbench.run('BAP Identity: Show Log');
      const shown = workbench.page.getByLabel('Switch Output').first();
      await workbench.until(async () => (await shown.inputValue()) === 'BAP Identity', 'the log');
      await workbench.screenshot('log');
      assert.ok(!(await workbench.accountsMenu()).some((entry) => entry.includes('BAP Identity')));
    } finally {
      await workbench.close();
    }
  });
});
