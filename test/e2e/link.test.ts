import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { QrTab } from './qrTab.ts';
import { independentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const SIGNED_IN = 'Signed in to Adom as Ada';

describe('a sign-in without a code', () => {
  let adom: AdomServer;
  let workbench: Workbench;

  before(async () => {
    adom = await startAdomServer({ confirmationCode: false });
    workbench = await Workbench.open({ 'bapIdentity.adom.apiUrl': adom.url });
  });
  after(async () => {
    await workbench.close();
    await adom.close();
  });
  independentTests('link', () => workbench);

  it('offers a link to open or copy, which is never logged', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Adom').waitFor();
    await workbench.screenshot('services');
    await workbench.listItem('Adom').click();
    const title = 'Sign in with Adom: Continue in your browser.';
    await workbench.clickInNotification(title, 'link', 'Copy link');
    await workbench.answerDialog('Copy Link');
    await workbench.waitForNotification('Copied, if your browser allows it.');
    const link = await workbench.clipboard();
    assert.match(link, /\/auth\/intent\?token=./);
    await workbench.screenshot('notification-link');
    const tab = await workbench.newTab(() => workbench.clickInNotification(title, 'link', /^Open /));
    await tab.getByRole('button', { name: 'Continue as demo person' }).click();
    await tab.getByRole('heading', { name: 'Signed in' }).waitFor();
    await tab.close();
    await workbench.waitForNotification(SIGNED_IN);
    const token = new URL(link).searchParams.get('token');
    assert.ok(token);
    assert.ok(!(await workbench.logs()).includes(token), 'the link is in a log');
  });

  it('shows a QR code of its secret link, which is nowhere in the page’s text or the log', async () => {
    let link = '';
    adom.failNext('POST /auth/intents', {
      kind: 'rewrite',
      change: (body) => {
        link = String(body.auth_url);
        return body;
      },
    });
    const qr = new QrTab(workbench, 'Adom');
    await qr.start();
    await qr.show();
    await qr.expectCode(link, 'qr-adom');
    const token = new URL(link).searchParams.get('token');
    assert.ok(token);
    const html = await qr.page.locator('html').innerHTML();
    assert.ok(html.includes('<svg') && !html.includes(token));
    assert.equal(await qr.page.locator('strong').count(), 0);
    adom.approve();
    await qr.waitUntilClosed();
    await workbench.waitForNotification(SIGNED_IN);
    assert.ok(!(await workbench.logs()).includes(token), 'the link is in a log');
  });
});
