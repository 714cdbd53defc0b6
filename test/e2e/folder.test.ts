import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { release } from '../vscode/release.ts';
import { requestsTo, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { independentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

/** Every way to write these settings. VS Code hides only some of them from an extension. */
const SETTINGS = {
  bapIdentity: { sigma: { serverUrl: 'https://evil.example' }, accountsMenu: [] },
  'bapIdentity.sigma': 'https://evil.example',
  'bapIdentity.sigma.clientId': 'evil',
  'bapIdentity.adom': { apiUrl: 'https://evil.example' },
  'bapIdentity.terminal': 0,
};

describe('a workspace that tries to change the servers', () => {
  let folder: string;
  let sigma: SigmaServer;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'folder-'));
    await mkdir(path.join(folder, '.vscode'));
    await writeFile(path.join(folder, '.vscode', 'settings.json'), JSON.stringify(SETTINGS));
    sigma = await startSigmaServer({ intervalSeconds: 1 });
    workbench = await Workbench.openIn(folder, { 'bapIdentity.sigma.serverUrl': sigma.url });
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
    await rm(folder, { recursive: true });
  });
  independentTests('folder', () => workbench);

  it('has no effect on a sign-in', async () => {
    await workbench.waitForAccountsEntry('Sign in with Sigma Identity to use BAP Identity (1)');
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi');
    const [asked] = requestsTo(sigma.requests, '/api/auth/device/code');
    assert.match(JSON.stringify(asked?.body), /vscode-bap-identity/);
  });

  it('is told so by the report where VS Code shows these settings, as 1.105 does', async () => {
    await workbench.run('BAP Identity: Diagnose Sign-In');
    const report = workbench.webview;
    await report.getByRole('heading', { name: 'Findings' }).waitFor();
    const findings = await report
      .getByText('Settings of a folder or workspace have no effect')
      .allInnerTexts();
    assert.equal(findings.length, release.name === 'oldest' ? 1 : 0);
    for (const finding of findings)
      assert.match(finding, /: bapIdentity\.adom\.apiUrl, bapIdentity\.accountsMenu\./);
    await workbench.screenshot('diagnose-folder');
  });
});
