import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { independentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

/** As in a frame without the permission, or a page without HTTPS: VS Code says nothing of it to an extension. */
const REFUSE = `navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  document.execCommand = () => false`;
const DOUBT = 'Copied, if your browser allows it.';

describe('a browser that refuses the clipboard', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1 });
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url });
    await workbench.page.evaluate("navigator.clipboard.writeText('before')");
    await workbench.page.evaluate(REFUSE);
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  independentTests('clipboard', () => workbench);

  it('is not said to have the code, which can be selected by hand', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    const code = await workbench.userCode('Sigma Identity');
    await workbench.clickInNotification('Your code is', 'link', 'Copy code');
    const text = await workbench.waitForNotification(DOUBT);
    assert.equal(await workbench.clipboard(), 'before');
    assert.match(text, /You can also select the code here\./);
    assert.doesNotMatch(text, /Copied!/);
    const message = workbench.notificationList.locator('.notification-list-item-message').first();
    await message.selectText();
    const selected = await workbench.page.evaluate<string>('getSelection().toString()');
    assert.ok(selected.includes(code), selected);
    await workbench.screenshot('clipboard-refused');
    await sigma.approve(code);
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi');
  });

  it('is not said to have a BAP ID, which is shown', async () => {
    await workbench.run('BAP Identity: Copy BAP ID');
    await workbench.waitForNotification(`The BAP ID of satoshi is 3DgKFHRq8n2RDjF4dZEyncXVc1Rf. ${DOUBT}`);
    assert.equal(await workbench.clipboard(), 'before');
  });
});
