import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labelAt } from '../servers/accountLabel.ts';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import {
  demoPerson,
  requestsTo,
  secondPerson,
  startSigmaServer,
  type SigmaServer,
} from '../servers/sigma.ts';
import { readChanges } from './changes.ts';
import { independentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const LIST = '/api/auth/organization/list';
const UNAVAILABLE = { kind: 'answer', status: 503 } as const;
/** More often than a client asks. */
const ALWAYS = 10_000;

describe('signing in while the service cannot say who the user is', () => {
  let sigma: SigmaServer;
  let adom: AdomServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, people: [demoPerson, secondPerson] });
    adom = await startAdomServer();
    workbench = await Workbench.open({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.adom.apiUrl': adom.url,
    });
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
    await adom.close();
  });
  independentTests('provisional', () => workbench);

  /** The account of the latest sign-in, as extensions were told. */
  const added = async (): Promise<string> => {
    const last = readChanges(await workbench.logs()).at(-1)?.change ?? '';
    return /^added (?:sigma-identity|adom) (.+)$/.exec(last)?.[1] ?? assert.fail(last);
  };
  const inBothThemes = async (name: string): Promise<void> => {
    for (const theme of ['Light Modern', 'Dark Modern'] as const) {
      await workbench.useTheme(theme);
      await workbench.run('Notifications: Show Notifications');
      await workbench.screenshot(`${name}-${theme === 'Dark Modern' ? 'dark' : 'light'}`);
    }
  };
  const expectCompleted = async (service: string, before: string, account: string): Promise<void> => {
    const told = `Your ${service} account is now ${account} instead of ${before}, because ${service} didn’t say who you are until now. Extensions that use it may ask for access again.`;
    await workbench.waitForNotification(told);
    await workbench.waitForAccountsEntry(account);
    assert.ok(!(await workbench.accountsMenu()).some((entry) => entry.includes(before)));
    const lastTwo = readChanges(await workbench.logs())
      .slice(-2)
      .map(({ change }) => change.replace(/^(added|removed) (?:sigma-identity|adom) /, '$1 '));
    assert.deepEqual(lastTwo, [`removed ${before}`, `added ${account}`]);
  };

  it('completes the account when Sigma Identity lists the identity', async () => {
    const [only] = demoPerson.identities;
    assert.ok(only);
    sigma.failNext(LIST, UNAVAILABLE, ALWAYS);
    await workbench.signIn('Sigma Identity', (code) => sigma.approve(code));
    const before = await added();
    await workbench.waitForAccountsEntry(before);
    sigma.clearFaults();
    await expectCompleted('Sigma Identity', before, labelAt(sigma.url, `satoshi (${only.bapId})`));
    await inBothThemes('provisional-completed');
    await workbench.clickInNotification('Your Sigma Identity account is now', 'button', 'Show Identity');
    await workbench.webview.getByRole('heading', { name: 'satoshi' }).waitFor();
    assert.equal(requestsTo(sigma.requests, '/api/auth/sign-out').length, 0, 'the session goes on');
  });

  it('asks a user with several identities to choose', async () => {
    const [kestrel] = secondPerson.identities;
    assert.ok(kestrel);
    sigma.failNext(LIST, UNAVAILABLE, ALWAYS);
    await workbench.signIn('Sigma Identity', (code) => sigma.approve(code, 0, 1));
    const before = await added();
    sigma.clearFaults();
    const offer = `Sigma Identity can tell who you are again. Choose which of your identities to use instead of ${before}.`;
    await workbench.waitForNotification(offer);
    await inBothThemes('provisional-choice');
    await workbench.clickInNotification(offer, 'button', 'Choose an Identity…');
    await workbench.listItem('kestrel').click();
    await expectCompleted('Sigma Identity', before, labelAt(sigma.url, `kestrel (${kestrel.bapId})`));
  });

  it('completes the account when Adom names the user, whom it could not name for two minutes', async () => {
    adom.failNext('/user', UNAVAILABLE, ALWAYS);
    await workbench.signIn('Adom', () => {
      adom.approve();
    });
    const before = await added();
    assert.match(before, /^session-[0-9a-f]{8}/);
    adom.clearFaults();
    await expectCompleted('Adom', before, labelAt(adom.url, 'Ada (66f0a1c25b7e4d0012a9c301)'));
    await inBothThemes('provisional-adom');
    assert.equal(requestsTo(adom.requests, 'DELETE /auth/logout').length, 0, 'the session goes on');
  });
});
