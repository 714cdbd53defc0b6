import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labelAt } from '../servers/accountLabel.ts';
import { requestsTo, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const CLIENT = 'vscode-bap-identity';
const DEVICE = 'POST /api/auth/device/token';
const TOKEN = 'POST /api/auth/oauth2/token';
/** A session counts as over in the last fifth of its life. */
const LIFE_SECONDS = 20;
const OVER_AFTER_MS = 16_000;

/** What the OAuth endpoint has granted. */
interface Granted {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

describe('a server that grants tokens at its OAuth endpoint', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;
  /** All tokens, oldest first. */
  const granted: Granted[] = [];
  let grantedAtMs = 0;

  before(async () => {
    sigma = await startSigmaServer({
      intervalSeconds: 1,
      oauth: { clientIds: [CLIENT], tokenSeconds: LIFE_SECONDS },
    });
    const record = (body: object): object => {
      if ('access_token' in body) {
        granted.push(body as Granted);
        grantedAtMs = Date.now();
      }
      return body;
    };
    sigma.failNext(TOKEN, { kind: 'rewrite', change: record }, 10_000);
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url });
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  dependentTests('oauthRoad', () => workbench);

  /** What the newest tokens let an extension say. */
  const words = (): string =>
    `Consumer: ID token …${granted.at(-1)?.id_token.slice(-8) ?? ''} for ${CLIENT}, and the service says 200.`;
  const userinfo = async ({ access_token }: Granted): Promise<number> => {
    const headers = { authorization: `Bearer ${access_token}` };
    return (await fetch(`${sigma.url}/api/auth/oauth2/userinfo`, { headers })).status;
  };

  it('signs in, and gives another extension the ID token', async () => {
    await workbench.run('Consumer: Get an ID Token');
    await workbench.answerDialog('Allow');
    const code = await workbench.userCode('Sigma Identity');
    await workbench.until(
      () => Promise.resolve(requestsTo(sigma.requests, TOKEN).length > 1),
      'polls at the OAuth endpoint',
    );
    await sigma.approve(code);
    await workbench.waitForNotification('Signed in to Sigma Identity');
    await workbench.waitForNotification(words());
    assert.equal(granted.length, 1);
    assert.deepEqual(
      requestsTo(sigma.requests, DEVICE).map(({ status }) => status),
      [400],
      'one poll at the endpoint for session tokens',
    );
    await workbench.waitForAccountsEntry(labelAt(sigma.url, 'satoshi (3DgKFHRq8n2RDjF4dZEyncXVc1Rf)'));
  });

  it('tells the service which editor it is, and on which system', () => {
    const agents = new Set(
      sigma.requests
        .filter(({ path }) => /\/(device|token)/.test(path))
        .map(({ headers }) => headers['user-agent']),
    );
    assert.equal(agents.size, 1);
    assert.match(
      [...agents].join(),
      /^BAP-Identity\/\d+\.\d+\.\d+ \(code-server \d[\w.-]*; (Linux|macOS)\)$/,
    );
  });

  it('has its tokens renewed there after a reload', async () => {
    await workbench.reload();
    await workbench.page.waitForTimeout(Math.max(0, grantedAtMs + OVER_AFTER_MS - Date.now()));
    await workbench.run('Consumer: Get an ID Token');
    await workbench.until(() => Promise.resolve(granted.length === 2), 'a renewal');
    await workbench.waitForNotification(words());
    const [first, second] = granted;
    assert.notEqual(first?.id_token, second?.id_token);
    const { body } = requestsTo(sigma.requests, TOKEN).at(-1) ?? assert.fail();
    const form = Object.fromEntries(new URLSearchParams(String(body)));
    const refresh_token = first?.refresh_token;
    assert.deepEqual(form, { grant_type: 'refresh_token', refresh_token, client_id: CLIENT });
  });

  it('has them revoked on sign-out', async () => {
    const last = granted.at(-1) ?? assert.fail();
    assert.equal(await userinfo(last), 200);
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.answerDialog('Sign Out');
    await workbench.until(async () => (await userinfo(last)) === 401, 'the access token to be revoked');
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: last.refresh_token,
      client_id: CLIENT,
    });
    const refreshed = await fetch(`${sigma.url}/api/auth/oauth2/token`, { method: 'POST', body });
    assert.equal(refreshed.status, 400);
    assert.deepEqual(((await refreshed.json()) as { error: string }).error, 'invalid_grant');
  });

  it('leaves no token in a log, nor in clear text in the browser', async () => {
    const [logs, stored] = [await workbench.logs(), await workbench.storedInBrowser()];
    assert.ok(logs.includes('Signed in with Sigma Identity.'), 'the log is not there');
    for (const token of granted.flatMap(({ access_token, refresh_token, id_token }) => [
      access_token,
      refresh_token,
      id_token,
    ])) {
      assert.ok(!logs.includes(token), 'a token is in a log');
      assert.ok(!stored.includes(token), 'a token is in the browser');
    }
  });
});
