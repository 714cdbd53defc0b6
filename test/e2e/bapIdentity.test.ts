import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labelAt } from '../servers/accountLabel.ts';
import { demoPerson, requestsTo, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const USERINFO = '/api/auth/oauth2/userinfo';
const SATOSHI = demoPerson.identities[0]?.bapId ?? assert.fail();
const HELLO = `Greeter: Hello, satoshi (${SATOSHI})`;
/** How the rows of accounts end. */
const ROW = /\(BAP Identity\)$/;
const SERVICE_ROW = /\(Sigma Identity\)$/;

describe('telling extensions who the user is, without the keys', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;
  let handle = '';

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true });
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url }, 'greeter');
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  dependentTests('bap-identity', () => workbench);

  const greeter = async (command: string): Promise<string> => {
    await workbench.clearNotifications();
    await workbench.run(`Greeter: ${command}`);
    return workbench.waitForNotification('Greeter:');
  };
  const consumer = async (command: string): Promise<string> => {
    await workbench.clearNotifications();
    await workbench.run(`Consumer: ${command}`);
    return workbench.waitForNotification('Consumer:');
  };
  /** VS Code's question before an extension gets a session of a provider. */
  const waitForQuestion = (extension: string, provider: string): Promise<void> =>
    workbench
      .dialog()
      .filter({ hasText: new RegExp(`'${extension}' wants to .*${provider}`) })
      .waitFor();
  /** Allows an account that is signed in already. VS Code then asks which one. */
  const allowAccount = async (): Promise<void> => {
    await workbench.answerDialog('Allow');
    await workbench.listItem('satoshi (').click();
  };
  const isListed = async (row: RegExp): Promise<boolean> =>
    (await workbench.accountsMenu()).some((entry) => row.test(entry));
  /** Runs a command in both themes, and saves what VS Code asks. Answers Cancel in the light one. */
  const ask = async (command: string, extension: string, provider: string): Promise<void> => {
    for (const theme of ['Light Modern', 'Dark Modern'] as const) {
      await workbench.useTheme(theme);
      await workbench.run(command);
      await waitForQuestion(extension, provider);
      const name = provider.replace(' ', '-').toLowerCase();
      await workbench.screenshot(`consent-${name}-${theme.split(' ')[0]?.toLowerCase() ?? ''}`);
      if (theme === 'Light Modern') await workbench.answerDialog('Cancel');
    }
  };

  it('starts with a sign-in if nobody is signed in', async () => {
    assert.ok(!(await workbench.accountsMenu()).some((entry) => entry.includes('with BAP Identity')));
    await ask('Greeter: Say Hello', 'Greeter', 'BAP Identity');
    await workbench.answerDialog('Allow');
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    assert.equal(await workbench.waitForNotification('Greeter: Hello'), `${HELLO}.`);
  });

  it('adds a row to the Accounts menu, beside that of the service', async () => {
    const entry = await workbench.accountsEntry(ROW);
    assert.equal(
      (await entry.innerText()).trim(),
      `${labelAt(sigma.url, `satoshi (${SATOSHI})`)} (BAP Identity)`,
    );
    await workbench.screenshot('accounts-menu-bap-identity');
    await workbench.page.keyboard.press('Escape');
    assert.ok(await isListed(SERVICE_ROW));
  });

  it('gives no token to an extension that may know the identity', async () => {
    assert.equal(await greeter('Take the Token'), 'Greeter: no token.');
  });

  it('gives no identity to an extension that may have the token, until the user allows it', async () => {
    await ask('Consumer: Sign In with Sigma Identity', 'Consumer', 'Sigma Identity');
    await allowAccount();
    await workbench.waitForNotification('Consumer: the service says 200.');
    await workbench.clearNotifications();
    await workbench.run('Consumer: Who Am I');
    await waitForQuestion('Consumer', 'BAP Identity');
    await allowAccount();
    assert.equal(await workbench.waitForNotification('Consumer:'), `Consumer: satoshi is ${SATOSHI}.`);
  });

  it('gives a handle that the service rejects, and that tells whether the session works', async () => {
    assert.equal(await greeter('Send the Handle to the Service'), 'Greeter: the service says 401.');
    const { headers, status } = requestsTo(sigma.requests, USERINFO).at(-1) ?? assert.fail();
    handle = headers.authorization?.replace('Bearer ', '') ?? '';
    assert.match(handle, /^identity-handle-[0-9a-f-]{36}$/);
    assert.equal(status, 401);
    assert.equal(await greeter('Verify'), 'Greeter: good.');
  });

  it('keeps the handle in no store in clear text, and in no log', async () => {
    const places = [
      await workbench.storedInBrowser(),
      await workbench.logs(),
      await workbench.filesOnServer(),
    ];
    for (const place of places) assert.ok(!place.includes(handle), 'the handle was found');
    assert.ok(places.join().includes('identity-'), 'the item was not found');
  });

  it('lasts over a reload, and is known in another window', async () => {
    await workbench.reload();
    assert.match(await greeter('Greet If Allowed'), /^Greeter: Hello, satoshi/);
    const other = await workbench.openWindow();
    await other.run('Greeter: Send the Handle to the Service');
    await other.waitForNotification('Greeter: the service says 401.');
    await other.page.close();
    const { headers } = requestsTo(sigma.requests, USERINFO).at(-1) ?? assert.fail();
    assert.equal(headers.authorization, `Bearer ${handle}`);
  });

  it('is taken back for all extensions in the Accounts menu, and the token is not', async () => {
    await workbench.signOutInMenu(ROW);
    await workbench.waitForNotification('BAP Identity no longer tells extensions that you are satoshi');
    await workbench.screenshot('bap-identity-taken-back');
    assert.equal(await greeter('Greet If Allowed'), 'Greeter: nobody is here.');
    assert.ok(!(await isListed(ROW)));
    assert.match(await consumer('Who Is Signed In with Sigma Identity'), /the service says 200/);
  });

  it('ends with the session behind it', async () => {
    await workbench.clearNotifications();
    await workbench.run('Greeter: Say Hello');
    await waitForQuestion('Greeter', 'BAP Identity');
    await workbench.answerDialog('Allow');
    assert.equal(await workbench.waitForNotification('Greeter: Hello'), `${HELLO}.`);
    await workbench.signOutInMenu(SERVICE_ROW);
    await workbench.until(async () => !(await isListed(ROW)), 'the row to go');
    assert.equal(await greeter('Greet If Allowed'), 'Greeter: nobody is here.');
  });
});

describe('choosing among several identities for an extension', () => {
  const [PERSON_OF_ONE, PERSON_OF_TWO] = [0, 1];
  let sigma: SigmaServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true, identityAtApproval: true });
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url }, 'greeter');
    for (const person of [PERSON_OF_ONE, PERSON_OF_TWO]) {
      await workbench.run('BAP Identity: Sign In…');
      await workbench.listItem('Sigma Identity').click();
      await sigma.approve(await workbench.userCode('Sigma Identity'), 0, person);
      await workbench.waitForNotification('Signed in to Sigma Identity as');
      await workbench.clearNotifications();
    }
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  dependentTests('bap-identity-choice', () => workbench);

  const list = () => workbench.page.locator('.quick-input-widget', { hasText: 'Share your BAP identity' });
  const greet = async (): Promise<void> => {
    await workbench.run('Greeter: Say Hello');
    await workbench.answerDialog('Allow');
    await list().waitFor();
  };

  for (const theme of ['Light Modern', 'Dark Modern'] as const)
    it(`asks which one, and Cancel gives none (${theme})`, async () => {
      await workbench.useTheme(theme);
      await greet();
      await workbench.listItem('kestrel').waitFor();
      await workbench.screenshot(`share-several-${theme.split(' ')[0]?.toLowerCase() ?? ''}`);
      await workbench.listItem('Cancel').click();
      await list().waitFor({ state: 'hidden' });
      await workbench.waitForNotification('Greeter: ');
      assert.ok(!(await workbench.accountsMenu()).some((entry) => entry.endsWith('(BAP Identity)')));
    });

  it('takes no hidden list for an answer, and brings it back from the notification', async () => {
    await greet();
    await workbench.page.keyboard.press('Escape');
    await list().waitFor({ state: 'hidden' });
    await workbench.waitForNotification('An extension is waiting to know who you are.');
    await workbench.screenshot('share-hidden');
    await workbench.clickInNotification('An extension is waiting', 'link', 'Choose an identity…');
    await list().waitFor();
    await workbench.listItem('kestrel').click();
    assert.match(await workbench.waitForNotification('Greeter: Hello'), /kestrel/);
    await workbench.notification('An extension is waiting').waitFor({ state: 'detached' });
  });

  it('asks anew when an extension wants a new session', async () => {
    await workbench.run('Greeter: Greet Another');
    await workbench.answerDialog('Allow');
    await list().waitFor();
    await workbench.listItem('satoshi').click();
    // VS Code asks whether the user wants the other account.
    const satoshi = labelAt(sigma.url, `satoshi (${SATOSHI})`);
    await workbench.answerDialog(`Keep ${satoshi}`);
    assert.equal(await workbench.waitForNotification('Greeter: Hello'), `Greeter: Hello, ${satoshi}.`);
  });
});
