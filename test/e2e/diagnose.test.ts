import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { assertNoCanaries } from './canaries.ts';
import { services, type RunningService } from './services.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const REPORT = 'Preview BAP Identity Report.md';

describe('Diagnose Sign-In', () => {
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
  dependentTests('diagnose', () => workbench);

  const tabs = (): Promise<string[]> => workbench.page.locator('.tabs-container .tab').allInnerTexts();
  const copied = async (): Promise<string> => {
    await workbench.page.evaluate("navigator.clipboard.writeText('')");
    await workbench.page.getByRole('button', { name: 'Copy Sign-In Report' }).click();
    await workbench.waitForNotification(
      'Copied, if your browser allows it. You can also copy the report from its tab.',
    );
    return workbench.clipboard();
  };

  it('reports that no problems were found', async () => {
    await workbench.run('BAP Identity: Diagnose Sign-In');
    await workbench.webview.getByRole('heading', { name: 'BAP Identity sign-in report' }).waitFor();
    await workbench.webview.getByText('No problems found. Sign-in should work.').waitFor();
    await workbench.webview.getByText('Response: as expected').nth(1).waitFor();
  });

  it('contains no secrets or personal data, on the screen and on the clipboard', async () => {
    for (const [index, service] of services.entries()) {
      await workbench.run('BAP Identity: Sign In…');
      await workbench.listItem(service.label).click();
      await running[index]?.approve(await workbench.userCode(service.label));
      await workbench.waitForNotification(`Signed in to ${service.label} as`);
      await workbench.clearNotifications();
    }
    await workbench.run('BAP Identity: Diagnose Sign-In');
    await workbench.webview.getByText('Sessions: 1 in use').nth(1).waitFor();
    const texts = [await workbench.webview.locator('body').innerText(), await copied()];
    for (const text of texts) {
      assert.match(text, /Signed in with Sigma Identity\./, 'the log is in it');
      assertNoCanaries(text, running);
    }
  });

  it('reuses its tab for the next report', async () => {
    assert.deepEqual(await tabs(), [REPORT]);
    const button = workbench.page.getByRole('button', { name: 'Report Issue' });
    assert.equal(
      await button.count(),
      'bugs' in manifest ? 1 : 0,
      'the button needs a `bugs` URL in the manifest',
    );
    for (const theme of ['Light Modern', 'Dark Modern'] as const) {
      await workbench.useTheme(theme);
      await workbench.screenshot(`diagnose-${theme.replaceAll(' ', '-').toLowerCase()}`);
    }
  });

  it('shows its buttons in no other tab, and its commands in the Command Palette', async () => {
    await workbench.run('Create: New File...');
    await workbench.listItem('Text File').click();
    await workbench.until(async () => (await tabs()).length === 2, 'another tab');
    await workbench.page.getByRole('button', { name: 'Copy Sign-In Report' }).waitFor({ state: 'detached' });
    await workbench.page.evaluate("navigator.clipboard.writeText('')");
    await workbench.run('BAP Identity: Copy Sign-In Report');
    await workbench.until(
      async () => (await workbench.clipboard()).startsWith('# BAP Identity sign-in report\n'),
      'the report on the clipboard',
    );
  });

  it('leaves no dead tab after a reload', async () => {
    await workbench.reload();
    await workbench.until(async () => !(await tabs()).includes(REPORT), 'the tab to close');
    await workbench.run('BAP Identity: Diagnose Sign-In');
    await workbench.webview.getByText('Sessions: 1 in use').nth(1).waitFor();
    await workbench.webview.getByText('all sessions (2)').waitFor();
    await workbench.screenshot('diagnose-after-reload');
  });
});
