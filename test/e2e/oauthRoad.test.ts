import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labelAt } from '../servers/accountLabel.ts';
import { requestsTo, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const CLIENT = 'vscode-bap-identity';
const DEVICE = 'POST /api/auth/device/token';
const TOKEN = 'POST /api/auth/oauth2/token';
/** A session is renewed in the last half of its life, and looked at every 30 seconds. */
const LIFE_SECONDS = 60;

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

  before(async () => {
    sigma = await startSigmaServer({
      intervalSeconds: 1,
      oauth: { clientIds: [CLIENT], tokenSeconds: LIFE_SECONDS },
    });
    const record = (body: object): object => {
      if ('access_token' in body) granted.push(body as Granted);
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

  /** Waits until another extension says which ID token it got, and that the access token works. */
  const tokenOfConsumer = async (): Promise<string | undefined> => {
    const words = new RegExp(`Consumer: ID token …\\S+ for ${CLIENT}, and the service says 200\\.`);
    const [, end = ''] = /…(\S+) for/.exec(await workbench.waitForNotification(words)) ?? [];
    return granted.map(({ id_token }) => id_token).find((each) => each.endsWith(end));
  };
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
    assert.equal(await tokenOfConsumer(), granted[0]?.id_token);
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
    await workbench.until(() => Promise.resolve(granted.length > 1), 'a renewal');
    await workbench.run('Consumer: Get an ID Token');
    const [first] = granted;
    const token = await tokenOfConsumer();
    assert.ok(
      granted.slice(1).some(({ id_token }) => id_token === token),
      token,
    );
    const forms = requestsTo(sigma.requests, TOKEN).map(({ body }) => new URLSearchParams(String(body)));
    const form = forms.find((each) => each.get('grant_type') === 'refresh_token') ?? assert.fail();
    const expected = {
      grant_type: 'refresh_token',
      refresh_token: first?.refresh_token,
      client_id: CLIENT,
    };
    assert.deepEqual(Object.fromEntries(form), expected);
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
