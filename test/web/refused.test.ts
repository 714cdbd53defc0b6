import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { independentTests } from '../e2e/steps.ts';
import { Workbench } from '../e2e/workbench.ts';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { requestsTo, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';

describe('services that allow only the sign-in from other origins', () => {
  let sigma: SigmaServer;
  let adom: AdomServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1 });
    adom = await startAdomServer();
    workbench = await Workbench.open({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.adom.apiUrl': adom.url,
    });
  });
  after(async () => {
    await workbench.close();
    await Promise.all([sigma.close(), adom.close()]);
  });
  independentTests('refused', () => workbench);

  const start = async (service: string): Promise<string> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem(service).click();
    return workbench.userCode(service);
  };
  const signOut = async (service: string): Promise<void> => {
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.answerDialog('Sign Out');
    await workbench.waitForAccountsEntry(`Sign in with ${service} to use BAP Identity (1)`);
    // It would be wrong that the service couldn't be reached: the browser does not let the request through.
    const logs = async (): Promise<string> => (await workbench.logs()).split('Signing out of').at(-1) ?? '';
    await workbench.until(
      async () => (await logs()).includes(`${service} does not end the session when it is asked from here.`),
      'the end of the sign-out',
    );
    assert.equal(await workbench.notification('be reached').count(), 0);
  };

  it('sign in and out with Sigma Identity, without its BAP identities', async () => {
    await sigma.approve(await start('Sigma Identity'));
    await workbench.waitForNotification('Signed in to Sigma Identity as demo person');
    await workbench.clearNotifications();
    await signOut('Sigma Identity');
    const asked = (): boolean => requestsTo(sigma.requests, 'OPTIONS /api/auth/sign-out').length > 0;
    await workbench.until(() => Promise.resolve(asked()), 'the browser to ask whether it may sign out');
  });

  it('sign in and out with Adom, with an account name made from the session', async () => {
    await start('Adom');
    adom.approve();
    assert.match(await workbench.waitForNotification('Signed in to Adom as'), / as session-[0-9a-f]{8}/);
    await workbench.clearNotifications();
    await signOut('Adom');
  });
});

describe('Adom with cookie-only authentication', () => {
  let adom: AdomServer;
  let workbench: Workbench;

  before(async () => {
    adom = await startAdomServer({ anyOrigin: true, bearer: false });
    workbench = await Workbench.open({ 'bapIdentity.adom.apiUrl': adom.url });
  });
  after(async () => {
    await workbench.close();
    await adom.close();
  });

  it('explains that a browser cannot send the cookie and where the sign-in works', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Adom').click();
    await workbench.userCode('Adom');
    adom.approve();
    await workbench.waitForNotification('which VS Code can’t send from a browser');
    await workbench.screenshot('web-cookie-only');
    const asked = requestsTo(adom.requests, 'GET /user').map(({ headers }) =>
      headers.authorization?.slice(0, 7),
    );
    assert.deepEqual(asked, Array(3).fill('Bearer '), 'three noes count, and none that had no token');
  });
});
