import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { assertNoCanaries } from '../e2e/canaries.ts';
import { services, type RunningService } from '../e2e/services.ts';
import { dependentTests } from '../e2e/steps.ts';
import { Workbench } from '../e2e/workbench.ts';

describe('Diagnose Sign-In in a web worker, without a Markdown preview', () => {
  let running: RunningService[];
  let workbench: Workbench;

  before(async () => {
    running = await Promise.all(services.map((service) => service.start()));
    const settings = running.map((each) => each.settings);
    workbench = await Workbench.open(Object.assign({}, ...settings) as Record<string, unknown>);
  });
  after(async () => {
    await workbench.close();
    await Promise.all(running.map((each) => each.close()));
  });
  dependentTests('diagnose-web', () => workbench);

  const tabs = (): Locator => workbench.page.locator('.tabs-container .tab');

  it('shows the report as text, without secrets or personal data', async () => {
    for (const [index, service] of services.entries()) {
      await workbench.run('BAP Identity: Sign In…');
      await workbench.listItem(service.label).click();
      await running[index]?.approve(await workbench.userCode(service.label));
      await workbench.waitForNotification(`Signed in to ${service.label} as`);
      await workbench.clearNotifications();
    }
    await workbench.run('BAP Identity: Diagnose Sign-In');
    await workbench.page.locator('.view-line', { hasText: '# BAP Identity sign-in report' }).waitFor();
    await workbench.page.evaluate("navigator.clipboard.writeText('')");
    await workbench.page.getByRole('button', { name: 'Copy Sign-In Report' }).click();
    await workbench.waitForNotification(
      'Copied, if your browser allows it. You can also copy the report from its tab.',
    );
    const text = await workbench.clipboard();
    assert.match(text, /\nNo problems found. Sign-in should work\.\n/);
    assert.match(text, /\*\*Runtime:\*\* a web worker\n/);
    assert.match(text, /\*\*Clock:\*\* the server’s time can’t be read from here/);
    assert.match(text, /\*\*Sessions:\*\* 1 in use\n/);
    assert.match(text, /Signed in with Adom\.\n/, 'the log is in it');
    assertNoCanaries(text, running);
    await workbench.screenshot('diagnose-text');
  });

  it('leaves no dead tab after a reload', async () => {
    assert.equal(await tabs().count(), 1);
    await workbench.reload();
    await workbench.until(async () => (await tabs().count()) === 0, 'the tab to close');
    await workbench.run('BAP Identity: Diagnose Sign-In');
    await workbench.page.locator('.view-line', { hasText: '# BAP Identity sign-in report' }).waitFor();
  });
});
