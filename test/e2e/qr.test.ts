import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { QrTab } from './qrTab.ts';
import { independentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const CODE = '/api/auth/device/code';
/** Each theme, and the class that VS Code gives a webview in it. */
const THEMES = [
  ['Light Modern', 'vscode-light'],
  ['Light High Contrast', 'vscode-high-contrast-light'],
  ['Dark High Contrast', 'vscode-high-contrast'],
  ['Dark Modern', 'vscode-dark'],
] as const;

describe('the QR page', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;
  let qr: QrTab;
  /** The URL that the server sent last. */
  let address: string | undefined;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1 });
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url });
    qr = new QrTab(workbench, 'Sigma Identity');
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  independentTests('qr', () => workbench);

  /** Records the next URL that the server sends, after `change`. */
  const listen = (change = (sent: string): string => sent): void => {
    sigma.failNext(CODE, {
      kind: 'rewrite',
      change: (body) => {
        address = change(String(body.verification_uri_complete));
        return { ...body, verification_uri_complete: address };
      },
    });
  };
  const start = async (change?: (sent: string) => string): Promise<void> => {
    listen(change);
    await qr.start();
    await workbench.waitForNotification('Your code is');
  };
  const approve = async (): Promise<void> => {
    await sigma.approve(sigma.newestUserCode ?? '');
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi');
  };

  it('can be scanned in every theme, and shows the code in large type', async () => {
    await start();
    await qr.show();
    assert.equal(await qr.tab.getAttribute('aria-selected'), 'true');
    for (const [theme, mark] of THEMES) {
      await workbench.useTheme(theme);
      await qr.page.locator(`body.${mark}`).waitFor();
      await qr.expectCode(address, `qr-${mark}`);
    }
    const code = qr.page.getByText(sigma.newestUserCode ?? '', { exact: true });
    const height = (await code.boundingBox())?.height ?? 0;
    assert.ok(height >= 40, `the code is ${height} px high`);
    const text = await qr.page.locator('body').innerText();
    assert.ok(text.includes(`${sigma.url}/device`), text);
    await qr.cancel();
  });

  it('closes when the sign-in is approved', async () => {
    await start();
    await qr.show();
    await approve();
    await qr.waitUntilClosed();
  });

  it('closes when the sign-in is canceled', async () => {
    await start();
    await qr.show();
    await qr.cancel();
  });

  it('closes when the code expires and opens again with the new code', async () => {
    await start();
    await qr.show();
    const first = address;
    sigma.expire(sigma.newestUserCode ?? '');
    await qr.waitUntilClosed();
    listen();
    await qr.click('Get a new code');
    await workbench.waitForNotification('Your code is');
    await qr.show();
    assert.notEqual(address, first);
    await qr.expectCode(address, 'qr-again');
    await sigma.deny(sigma.newestUserCode ?? '');
    await qr.waitUntilClosed();
    await workbench.waitForNotification('The sign-in was denied in the browser.');
  });

  it('is revealed again, and closing it does not end the sign-in', async () => {
    await start();
    await qr.show();
    await workbench.run('File: New Untitled Text File');
    await workbench.page.getByRole('tab', { name: /^Untitled/, selected: true }).waitFor();
    await qr.show();
    assert.equal(await qr.tab.count(), 1);
    await qr.expectCode(address, 'qr-revealed');
    await qr.tab.getByRole('button', { name: /^Close/ }).click();
    await qr.waitUntilClosed();
    await qr.show();
    await qr.tab.getByRole('button', { name: /^Close/ }).click();
    await qr.waitUntilClosed();
    await approve();
  });

  it('can be scanned with a long URL in a small window', async () => {
    await start((sent) => `${sent}&state=${'Aa0-'.repeat(200)}`);
    await qr.show();
    await qr.expectCode(address, 'qr-long');
    await workbench.page.setViewportSize({ width: 480, height: 720 });
    try {
      await qr.expectCode(address, 'qr-small');
    } finally {
      await workbench.page.setViewportSize({ width: 1280, height: 800 });
    }
    await qr.cancel();
  });

  it('shows a text instead of a QR code when the URL is too long', async () => {
    await start((sent) => `${sent}&state=${'Aa0-'.repeat(800)}`);
    await qr.show();
    await qr.page.getByText('The address of this sign-in is too long for a QR code.').waitFor();
    await qr.page.getByText(sigma.newestUserCode ?? '', { exact: true }).waitFor();
    assert.equal(await qr.qr.count(), 0);
    await workbench.screenshot('qr-too-long');
    await qr.cancel();
  });

  it('closes when the extension crashes or the window reloads', async () => {
    await start();
    await qr.show();
    await workbench.run('Consumer: Crash');
    await qr.waitUntilClosed();
    await start();
    await qr.show();
    await workbench.reload();
    await start();
    assert.equal(await qr.tab.count(), 0);
    await qr.cancel();
  });
});
