import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startAdomServer } from '../servers/adom.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { independentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const HOUR_MS = 3_600_000;

describe('Diagnose Sign-In when something is wrong', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;
  /** The URL of a server that has stopped. */
  let nowhere: string;

  before(async () => {
    const adom = await startAdomServer();
    nowhere = adom.url;
    await adom.close();
    sigma = await startSigmaServer({ intervalSeconds: 1, clientIds: ['clawnet'] });
    workbench = await Workbench.open({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.adom.apiUrl': nowhere,
      'http.noProxy': ['canary.example'],
    });
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  independentTests('diagnose-faults', () => workbench);

  const finds = (text: string): Promise<void> => workbench.webview.getByText(text).first().waitFor();

  it('is offered by the error message and explains the cause', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Adom').click();
    const refused = `${new URL(nowhere).host} refused the connection`;
    await workbench.waitForNotification(refused);
    await workbench.screenshot('diagnose-offered');
    await workbench.clickInNotification(refused, 'button', 'Diagnose');
    await finds('Adom refused the connection. The server may be down, or a firewall may be blocking it.');
    await finds('Connection: failed: refused');
    const text = await workbench.webview.locator('body').innerText();
    assert.doesNotMatch(text, /127\.0\.0\.1|canary/, 'the report names a server');
    await workbench.screenshot('diagnose-faults');
  });

  it('finds a rejected client ID', async () => {
    await workbench.run('BAP Identity: Diagnose Sign-In');
    await finds('Sigma Identity rejects the client ID in the setting bapIdentity.sigma.clientId.');
  });

  it('finds a wrong clock', async () => {
    sigma.failNext('/api/auth/device/token', {
      kind: 'answer',
      status: 400,
      body: { error: 'invalid_grant' },
      headers: { date: new Date(Date.now() - 3 * HOUR_MS).toUTCString() },
    });
    await workbench.run('BAP Identity: Diagnose Sign-In');
    await finds('The clocks of this machine and of Sigma Identity are 3 hours apart.');
    await finds('this machine is 3 hours ahead of the server');
  });

  it('saves the report to a file', async () => {
    await workbench.run('BAP Identity: Diagnose Sign-In');
    await finds('BAP Identity sign-in report');
    const file = path.join(workbench.serverFolder, 'report.md');
    await workbench.run('BAP Identity: Save Sign-In Report');
    const input = workbench.page.locator('.quick-input-widget input[type="text"]').first();
    await workbench.until(
      async () => (await input.inputValue()).endsWith('BAP Identity Report.md'),
      'the name of the file',
    );
    await input.fill(file);
    // The dialog ignores clicks while it reads the folder.
    const ok = workbench.page.getByRole('button', { name: 'OK', exact: true });
    await workbench.until(async () => {
      if (await ok.isVisible()) await ok.click();
      return textOf(file) !== '';
    }, 'the file');
    assert.match(textOf(file), /^# BAP Identity sign-in report\n/);
    assert.doesNotMatch(textOf(file), /127\.0\.0\.1|canary/);
  });

  it('can be canceled', async () => {
    const held = Promise.withResolvers<undefined>();
    sigma.failNext('/api/auth/device/token', { kind: 'hold', until: held.promise });
    await workbench.run('View: Close All Editors');
    await workbench.run('BAP Identity: Diagnose Sign-In');
    const asking = workbench.notification('Diagnosing sign-in');
    await asking.getByRole('button', { name: 'Cancel' }).click();
    await asking.waitFor({ state: 'detached' });
    held.resolve(undefined);
    assert.equal(await workbench.page.locator('.tabs-container .tab').count(), 0, 'a report is shown');
  });
});

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
