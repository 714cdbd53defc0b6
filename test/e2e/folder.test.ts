import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
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

  it('is told so by the report, as far as VS Code shows these settings', async () => {
    await workbench.run('BAP Identity: Diagnose Sign-In');
    const report = workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    const finding = report.getByText('Settings of a folder or workspace have no effect on BAP Identity:');
    assert.match(await finding.innerText(), /bapIdentity\.sigma\.serverUrl/);
    await workbench.screenshot('diagnose-folder');
  });
});
