import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { QrTab } from '../e2e/qrTab.ts';
import { dependentTests } from '../e2e/steps.ts';
import { Workbench } from '../e2e/workbench.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';

describe('webviews in VS Code for the web', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true });
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url });
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  dependentTests('web-pages', () => workbench);

  it('show the QR code of a sign-in and close with it', async () => {
    const qr = new QrTab(workbench, 'Sigma Identity');
    await qr.start();
    await workbench.userCode('Sigma Identity');
    await qr.show();
    const code = sigma.newestUserCode ?? '';
    await qr.expectCode(`${sigma.url}/device?code=${code}`, 'web-qr');
    await sigma.approve(code);
    await qr.waitUntilClosed();
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi');
  });

  it('show the identity', async () => {
    await workbench.run('BAP Identity: Show Identity…');
    const page = workbench.webview;
    await page.getByRole('heading', { name: 'satoshi' }).waitFor();
    const text = await page.locator('body').innerText();
    assert.match(text, /3DgKFHRq8n2RDjF4dZEyncXVc1Rf/);
    assert.match(text, /the BAP ID was computed from this address/, 'the same proof as in Node');
    await workbench.screenshot('web-identity');
  });
});
