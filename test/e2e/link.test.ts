import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { Workbench } from './workbench.ts';

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

  it('offers a link to open or copy, which is never logged', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Adom').waitFor();
    await workbench.screenshot('services');
    await workbench.listItem('Adom').click();
    const title = 'Sign in with Adom: Continue in your browser.';
    await workbench.clickInNotification(title, 'link', 'Copy link');
    await workbench.answerDialog('Copy Link');
    await workbench.waitForNotification('Copied!');
    const link = await workbench.clipboard();
    assert.match(link, /\/auth\/intent\?token=./);
    await workbench.screenshot('notification-link');
    const tab = await workbench.newTab(() => workbench.clickInNotification(title, 'link', /^Open /));
    await tab.getByRole('button', { name: 'Continue as demo person' }).click();
    await tab.getByRole('heading', { name: 'Signed in' }).waitFor();
    await tab.close();
    await workbench.waitForNotification('Signed in to Adom as Ada');
    const token = new URL(link).searchParams.get('token');
    assert.ok(token);
    assert.ok(!(await workbench.logs()).includes(token), 'the link is in a log');
  });
});
