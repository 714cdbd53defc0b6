import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { startMcpServer, type McpTestServer } from '../servers/mcp.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { McpList } from './mcpList.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const run = promisify(execFile);
const SATOSHI = 'satoshi 3DgKFHRq8n2RDjF4dZEyncXVc1Rf';
const KESTREL = 'kestrel 438cgZmbzf7eu9svvW9cTXYmC64E';

describe('a configured MCP server', () => {
  let sigma: SigmaServer;
  let mcp: McpTestServer;
  let stranger: McpTestServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true, identityAtApproval: true });
    const userUrl = `${sigma.url}/api/auth/oauth2/userinfo`;
    [mcp, stranger] = await Promise.all([startMcpServer(userUrl), startMcpServer(userUrl)]);
    workbench = await Workbench.open({
      'chat.disableAIFeatures': false,
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.mcp.servers': [
        { label: 'Tools', url: mcp.url, provider: 'sigma-identity' },
        { label: 'Far', url: 'http://example.com/mcp', provider: 'sigma-identity' },
      ],
    });
  });
  after(async () => {
    await workbench.close();
    await Promise.all([sigma.close(), mcp.close(), stranger.close()]);
  });
  dependentTests('mcp', () => workbench);

  const choose = (action: string): Promise<void> => new McpList(workbench).choose('Tools', action);
  const start = (): Promise<void> => choose('Start Server');
  const state = (wanted: string): Promise<void> => new McpList(workbench).waitFor('Tools', wanted);
  const ask = async (): Promise<void> => {
    await workbench.run('Consumer: Ask the MCP Server');
    await workbench.dialog().filter({ hasText: 'Run whoami' }).waitFor();
    await workbench.answerDialog('Yes');
  };
  const expectOwner = async (owner: string): Promise<void> => {
    await ask();
    await workbench.waitForNotification(`Consumer: the tool says ${owner}`);
    await workbench.clearNotifications();
  };
  const signIn = async (person: number): Promise<void> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await sigma.approve(await workbench.userCode('Sigma Identity'), 0, person);
    await workbench.waitForNotification('Signed in to Sigma Identity as');
    await workbench.clearNotifications();
  };

  it('is skipped with a warning when its URL is not secure', async () => {
    await workbench.waitForNotification(
      'Entry 2 of the setting bapIdentity.mcp.servers is skipped: its url must start with https://',
    );
    await workbench.screenshot('mcp-bad-entry');
  });

  it('gets no request when the user does not sign in', async () => {
    await start();
    await workbench.dialog().filter({ hasText: 'Sign in with Sigma Identity to start “Tools”?' }).waitFor();
    await workbench.screenshot('mcp-sign-in');
    await workbench.answerDialog('Cancel');
    await workbench.waitForNotification('“Tools” was not started');
    await workbench.screenshot('mcp-not-started');
    assert.deepEqual(mcp.requests, []);
  });

  it('remembers a refusal, and gets no request without consent', async () => {
    await start();
    await workbench.waitForNotification('“Tools” was not started');
    assert.equal(await workbench.dialog().isVisible(), false);
    await workbench.page.getByRole('button', { name: 'Try Again' }).click();
    await workbench.answerDialog('Sign In');
    await sigma.approve(await workbench.userCode('Sigma Identity'), 0);
    await workbench.dialog().filter({ hasText: 'get your Sigma Identity token?' }).waitFor();
    await workbench.screenshot('mcp-allow');
    await workbench.answerDialog('Cancel');
    await workbench.waitForNotification('“Tools” was not started');
    assert.deepEqual(mcp.requests, []);
  });

  it('starts after the user allows it, and an agent calls its tool', async () => {
    await start();
    await workbench.waitForNotification('“Tools” was not started');
    await workbench.page.getByRole('button', { name: 'Try Again' }).click();
    await workbench.dialog().filter({ hasText: 'satoshi (3DgKFHRq8n2RDjF4dZEyncXVc1Rf)' }).waitFor();
    assert.deepEqual(mcp.requests, []);
    await workbench.answerDialog('Allow');
    await state('Running');
    await expectOwner(SATOSHI);
  });

  it('remembers the consent', async () => {
    await choose('Stop Server');
    await state('Stopped');
    await start();
    await state('Running');
    await expectOwner(SATOSHI);
    assert.equal(mcp.tokens().length, 1);
  });

  it('stops on sign-out, and tells an agent why it is not available', async () => {
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.answerDialog('Sign Out');
    await workbench.waitForNotification('You are signed out of satoshi');
    await workbench.clearNotifications();
    await state('Stopped');
    const requests = mcp.requests.length;
    await workbench.run('Consumer: Ask the MCP Server');
    await workbench.dialog().filter({ hasText: 'Sign in with Sigma Identity to start “Tools”?' }).waitFor();
    await workbench.answerDialog('Cancel');
    await workbench.waitForNotification('Consumer: the tool says nothing');
    await workbench.screenshot('mcp-agent-told');
    assert.match(
      await workbench.waitForNotification('Consumer: the tool says nothing'),
      /“Tools” was not started because you didn’t allow it to get your token/,
    );
    assert.equal(mcp.requests.length, requests);
  });

  it('gets the token of the account that the user picks', async () => {
    await signIn(0);
    await signIn(1);
    await start();
    await workbench.waitForNotification('“Tools” was not started');
    await workbench.page.getByRole('button', { name: 'Try Again' }).click();
    await workbench.listItem('kestrel (').waitFor();
    await workbench.screenshot('mcp-account');
    await workbench.listItem('kestrel (').click();
    await workbench.answerDialog('Allow');
    await state('Running');
    await expectOwner(KESTREL);
  });

  it('keeps that account after a reload', async () => {
    await workbench.reload();
    await start();
    await state('Running');
    await expectOwner(KESTREL);
  });

  it('gets no rejected token from VS Code, and keeps its consent after a new sign-in', async () => {
    const token = mcp.tokens().at(-1) ?? assert.fail('no token');
    await choose('Stop Server');
    await state('Stopped');
    await sigma.endSession(token);
    const requests = mcp.requests.length;
    await start();
    await workbench.dialog().filter({ hasText: 'whose session has ended' }).waitFor();
    await workbench.screenshot('mcp-sign-in-again');
    await workbench.answerDialog('Sign In');
    await sigma.approve(await workbench.userCode('Sigma Identity'), 0, 1);
    await state('Running');
    // The service was asked less than a minute before, so our own request finds it out.
    const withOld = mcp.requests
      .slice(requests)
      .filter(({ headers }) => headers.authorization?.includes(token));
    for (const { body, status } of withOld)
      assert.deepEqual([body, status], [{ jsonrpc: '2.0', id: 0, method: 'ping' }, 401]);
    await expectOwner(KESTREL);
  });

  it('gets no token when it redirects', async () => {
    await choose('Stop Server');
    await state('Stopped');
    mcp.failNext('/mcp', { kind: 'redirect', to: stranger.url, status: 307 }, 10);
    await start();
    await workbench.waitForNotification('127.0.0.1');
    await workbench.waitForNotification('redirects to another address');
    await workbench.screenshot('mcp-redirects');
    assert.deepEqual(stranger.requests, []);
    mcp.clearFaults();
  });

  it('does not start when it rejects the token, and VS Code asks for no client ID', async () => {
    mcp.failNext('/mcp', { kind: 'answer', status: 403 }, 10);
    await start();
    await workbench.waitForNotification('rejects its token');
    assert.equal(await workbench.dialog().isVisible(), false);
    mcp.clearFaults();
  });

  it('stops when the user revokes its consent in Show Identity', async () => {
    await start();
    await state('Running');
    await workbench.run('BAP Identity: Show Identity…');
    await workbench.listItem('kestrel (').click();
    const page = workbench.webview;
    const button = page.getByRole('button', { name: 'MCP Servers…' });
    await button.click();
    await workbench.listItem('Tools').waitFor();
    await workbench.screenshot('mcp-take-back');
    await workbench.listItem('Tools').click();
    await workbench.page.getByRole('button', { name: 'OK', exact: true }).click();
    await button.waitFor({ state: 'hidden' });
    await state('Stopped');
    await start();
    await workbench.listItem('kestrel (').waitFor();
    await workbench.page.keyboard.press('Escape');
    await workbench.waitForNotification('“Tools” was not started');
  });

  it('asks again after its list was hidden, but not after a refusal in the list', async () => {
    await start(); // the test before has hidden the list
    await workbench.listItem('Don’t use an account with this server').click();
    await workbench.waitForNotification('“Tools” was not started');
    await workbench.clearNotifications();
    await start();
    await workbench.waitForNotification('“Tools” was not started');
    assert.equal(await workbench.listItem('kestrel (').isVisible(), false);
  });

  it('leaves no token in a log, a setting, or any file', async () => {
    const program = path.join(import.meta.dirname, 'hostileProgram.ts');
    const options = { maxBuffer: 1024 ** 3, encoding: 'latin1' } as const;
    const { stdout } = await run(process.execPath, [program, 'steal', workbench.serverFolder], options);
    assert.ok(stdout.includes(mcp.url), 'the settings file was not found');
    const inBrowser = await workbench.storedInBrowser();
    assert.ok(inBrowser.includes('mcpChoices'), 'the global state was not found');
    const tokens = mcp.tokens();
    assert.ok(tokens.length >= 3);
    for (const token of tokens) {
      assert.ok(!stdout.includes(token), 'a token is in a file');
      assert.ok(!inBrowser.includes(token), 'a token is in the browser’s storage');
    }
  });
});
