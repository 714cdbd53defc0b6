import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { QrTab } from './qrTab.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const CODE = 'BAP Identity: Copy Sign-In Code';
const LINK = 'BAP Identity: Copy Sign-In Link';
const PAGE = 'BAP Identity: Open Sign-In Page';
const QR = 'BAP Identity: Show Sign-In QR Code';
const CANCEL = 'BAP Identity: Cancel Sign-In';

describe('the Command Palette during two sign-ins', () => {
  let sigma: SigmaServer;
  let adom: AdomServer;
  let workbench: Workbench;
  let code = '';
  let adomLink = '';

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true });
    adom = await startAdomServer({ confirmationCode: false, anyOrigin: true });
    workbench = await Workbench.open({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.adom.apiUrl': adom.url,
    });
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
    await adom.close();
  });
  dependentTests('sign-in-palette', () => workbench);

  const start = async (service: string): Promise<void> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.page.locator('.quick-input-title', { hasText: 'Sign In' }).waitFor();
    await workbench.listItem(service).click();
  };
  /** Runs a command and picks a sign-in in its list. */
  const runFor = async (command: string, service: string): Promise<void> => {
    await workbench.run(command);
    await workbench.listItem(service).click();
  };
  const copied = (text: string): Promise<void> =>
    workbench.until(async () => (await workbench.clipboard()) === text, 'the clipboard');
  /** The sign-in commands that the palette lists. */
  const listed = async (): Promise<string[]> => {
    const input = workbench.page.locator('.quick-input-widget input[type="text"]').first();
    await workbench.until(async () => {
      await workbench.page.keyboard.press('F1');
      try {
        await input.fill('>BAP Identity', { timeout: 1_000 });
        await workbench.listItem('BAP Identity: Show Log').waitFor({ timeout: 1_000 });
        return true;
      } catch {
        await workbench.page.keyboard.press('Escape');
        return false;
      }
    }, 'the commands');
    const rows = workbench.page.locator('.quick-input-list .monaco-list-row').filter({ visible: true });
    const labels = await rows.allInnerTexts();
    await workbench.page.keyboard.press('Escape');
    return [CODE, LINK, PAGE, QR, CANCEL].filter((each) => labels.some((label) => label.includes(each)));
  };

  /** Waits for exactly these commands: the palette fills its list gradually. */
  const lists = (wanted: readonly string[]): Promise<void> =>
    workbench.until(async () => (await listed()).join() === wanted.join(), wanted.join() || 'no commands');

  it('lists no sign-in commands before a sign-in runs', async () => {
    await lists([]);
  });

  it('asks for which sign-in, by service, code and time left', async () => {
    await start('Sigma Identity');
    code = await workbench.userCode('Sigma Identity');
    adom.failNext('POST /auth/intents', {
      kind: 'rewrite',
      change: (body) => {
        adomLink = String(body.auth_url);
        return body;
      },
    });
    await start('Adom');
    await workbench.waitForNotification('Continue in your browser.');
    await lists([CODE, LINK, PAGE, QR, CANCEL]);
    await workbench.run(CODE);
    await workbench.page.locator('.quick-input-title', { hasText: 'Copy Sign-In Code' }).waitFor();
    const item = await workbench.listItem('Sigma Identity').innerText();
    assert.ok(item.includes(code) && /15\smin\sleft/.test(item), item);
    await workbench.screenshot('palette-two-sign-ins');
    await workbench.listItem('Sigma Identity').click();
    const question = await workbench.dialog().innerText();
    assert.match(question, /Copy the code for your sign-in with Sigma Identity\?/);
    assert.ok(question.includes(code) && question.includes(new URL(sigma.url).host), question);
    await workbench.screenshot('palette-copy-code-dark');
    await workbench.answerDialog('Copy Code');
    await copied(code);
    await workbench.waitForNotification(
      'Copied, if your browser allows it. You can also select the code here.',
    );
  });

  it('explains that a sign-in needs no code', async () => {
    await runFor(CODE, 'Adom');
    await workbench.waitForNotification('This sign-in doesn’t need a code. Continue in your browser.');
    assert.equal(await workbench.clipboard(), code, 'the clipboard stays as it is');
  });

  it('copies no link on Cancel', async () => {
    await workbench.run('Preferences: Toggle between Light/Dark Themes');
    await runFor(LINK, 'Adom');
    await workbench.dialog().getByText('Copy the link for your sign-in with Adom?').waitFor();
    await workbench.screenshot('palette-copy-link-light');
    await workbench.answerDialog('Cancel');
    assert.equal(await workbench.clipboard(), code, 'the clipboard stays as it is');
  });

  it('copies the link of a sign-in', async () => {
    await runFor(LINK, 'Adom');
    await workbench.answerDialog('Copy Link');
    await copied(adomLink);
  });

  it('opens the page of a sign-in', async () => {
    const tab = await workbench.newTab(() => runFor(PAGE, 'Sigma Identity'));
    await tab.getByRole('button', { name: 'Continue as demo person' }).waitFor();
    await tab.close();
  });

  it('shows the QR code of a sign-in', async () => {
    await runFor(QR, 'Adom');
    await new QrTab(workbench, 'Adom').expectCode(adomLink, 'palette-qr');
  });

  it('explains that a sign-in has timed out', async () => {
    adom.expire();
    await new QrTab(workbench, 'Adom').waitUntilClosed();
    await workbench.page.keyboard.press('Escape'); // hides the notifications
    await runFor(LINK, 'Adom');
    await workbench.waitForNotification('This sign-in has timed out.');
  });

  it('cancels one sign-in, then the other without asking which', async () => {
    await runFor(CANCEL, 'Adom');
    await workbench.notification('Sign in with Adom:').waitFor({ state: 'detached' });
    assert.equal(await workbench.userCode('Sigma Identity'), code);
    await workbench.run(CANCEL);
    await workbench.notification('Sign in with Sigma Identity:').waitFor({ state: 'detached' });
    await lists([]);
  });
});
