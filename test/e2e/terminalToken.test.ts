import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { globSync, statSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Listener } from '../servers/listen.ts';
import { startClawnetRegistry } from '../servers/clawnetRegistry.ts';
import { demoPerson, secondPerson, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { ensureClawnet } from './clawnet.ts';
import { dependentTests } from './steps.ts';
import { Terminals, terminalSettings } from './terminals.ts';
import { Workbench } from './workbench.ts';

describe('Sigma Identity’s token in a terminal', () => {
  const [identity] = demoPerson.identities;
  const whoIsIt = `BAP ID: ${identity?.bapId}\nPubkey: ${identity?.pubkey}`;
  const kestrel = { ...secondPerson, identities: secondPerson.identities.slice(0, 1) };
  const offer = /New terminals won’t get the token of satoshi .* until you allow it/;
  const question = 'Let every program in new terminals act as satoshi';
  let sigma: SigmaServer;
  let registry: Listener;
  let whoami: string;
  let workbench: Workbench;
  let terminals: Terminals;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, people: [demoPerson, kestrel] });
    registry = await startClawnetRegistry(sigma.url);
    whoami = `CLAWNET_REGISTRY=${registry.url} ${await ensureClawnet()} whoami`;
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url, ...terminalSettings });
    terminals = await Terminals.of(workbench);
    await signIn(0);
  });
  after(async () => {
    await workbench.close();
    await terminals.close();
    await registry.close();
    await sigma.close();
  });
  dependentTests('terminalToken', () => workbench);

  const signIn = async (person: number): Promise<void> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await sigma.approve(await workbench.userCode('Sigma Identity'), 0, person);
  };
  const waitForDialog = async (text = question): Promise<string> => {
    const dialog = workbench.dialog().filter({ hasText: text });
    await dialog.waitFor();
    return dialog.innerText();
  };
  /** Whether a new terminal has a token, without printing it. */
  const hasToken = async (): Promise<boolean> =>
    (await terminals.runInNew('echo "token=${CLAWNET_TOKEN:+yes}"')) === 'token=yes';

  it('is absent by default, so the ClawNet CLI is not authenticated', async () => {
    assert.match(await terminals.runInNew(whoami), /Not authenticated/);
  });

  it('is withheld when the user refuses', async () => {
    await terminals.choose('identityAndTokens');
    const words = await waitForDialog();
    await workbench.screenshot('terminal-question-dark');
    assert.match(words, /satoshi \(3DgKFHRq8n2RDjF4dZEyncXVc1Rf\)/);
    assert.match(words, /can do everything you can do at Sigma Identity/);
    await workbench.answerDialog('Don’t Allow');
    await workbench.waitForNotification(/New terminals won’t get the token of satoshi .* To be asked again/);
    await workbench.screenshot('terminal-question-refused');
    assert.equal(await hasToken(), false);
  });

  it('is offered again after toggling the setting, and dismissing the dialog is no answer', async () => {
    await workbench.run('Preferences: Toggle between Light/Dark Themes');
    await terminals.choose('off');
    await terminals.choose('identityAndTokens');
    await workbench.clickInNotification(offer, 'button', 'Review…');
    await waitForDialog();
    await workbench.screenshot('terminal-question-light');
    await workbench.page.keyboard.press('Escape');
    await workbench.dialog().waitFor({ state: 'detached' });
    assert.equal(await hasToken(), false);
  });

  it('is offered after a reload and can be allowed with the keyboard', async () => {
    await workbench.run('Terminal: Kill All Terminals');
    await workbench.reload();
    await workbench.waitForNotification(offer);
    await workbench.screenshot('terminal-offer');
    await workbench.clickInNotification(offer, 'button', 'Review…');
    await waitForDialog();
    const focused = workbench.page.locator('*:focus').last();
    assert.equal(
      await focused.innerText(),
      'Don’t Allow',
      'the default button refuses, so that a stray key allows nothing',
    );
    await workbench.page.keyboard.press('Tab');
    assert.equal(await focused.innerText(), 'Allow');
    await workbench.page.keyboard.press('Enter');
    await workbench.until(hasToken, 'a terminal with the token');
  });

  it('authenticates the ClawNet CLI', async () => {
    assert.equal(await terminals.runInNew(whoami), whoIsIt);
    await workbench.screenshot('terminal-token');
  });

  it('is kept after a reload without asking', async () => {
    await terminals.reloadWithout();
    await workbench.until(hasToken, 'a terminal with the token');
    assert.equal(await workbench.dialog().count(), 0);
  });

  it('is in no log, setting or file', async () => {
    const tokens = sigma.requests.flatMap(
      ({ headers }) => /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? [],
    );
    assert.ok(new Set(tokens).size > 0, 'no token is known');
    const files = globSync(`${workbench.serverFolder}/**/*`).filter((file) => statSync(file).isFile());
    assert.ok(files.length > 20, `only ${files.length} files`);
    const stored = await workbench.page.evaluate<string>(readBrowserStorage);
    assert.match(stored, /bapIdentity|bap-identity/, 'the browser’s storage was not read');
    for (const token of new Set(tokens)) {
      for (const file of files) assert.ok(!(await readFile(file)).includes(token), `a token is in ${file}`);
      assert.ok(!stored.includes(token), 'a token is in the browser’s storage');
    }
  });

  it('asks for each account', async () => {
    await signIn(1);
    await workbench.clickInNotification(/the token of kestrel .* until you allow it/, 'button', 'Review…');
    await waitForDialog('Let every program in new terminals act as kestrel');
    await workbench.answerDialog('Don’t Allow');
    await workbench.waitForNotification(/the token of kestrel .* To be asked again/);
    await workbench.screenshot('terminal-question-second-account');
    assert.equal(await hasToken(), false);
  });

  it('is revoked on sign-out, and VS Code marks the open terminal that still has it', async () => {
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.listItem('kestrel').click();
    await workbench.answerDialog('Sign Out');
    await workbench.waitForNotification('You are signed out of kestrel');
    await workbench.until(hasToken, 'a terminal with the token of the first account');
    assert.equal(await workbench.dialog().count(), 0, 'the first account was already answered');
    const sign = '[class*="monaco-decoration-iconBadge-"]'; // VS Code renders it with CSS
    const current = workbench.page.locator('.tabs-list .monaco-list-row.selected');
    assert.equal(await current.locator(sign).count(), 0);
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.answerDialog('Sign Out');
    await workbench.waitForNotification('You are signed out of satoshi');
    await current.locator(sign).waitFor();
    await workbench.clearNotifications();
    await workbench.screenshot('terminal-relaunch-sign');
    assert.match(await terminals.runInLast(whoami), /Not authenticated/);
    assert.equal(registry.requests.at(-1)?.status, 401, 'the open terminal sent the revoked token');
    assert.equal(await hasToken(), false);
  });
});

/** Returns everything VS Code stores in the browser, as text. */
const readBrowserStorage = `(async () => {
  const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const values = await done(database.transaction(store).objectStore(store).getAll());
      texts.push(...values.map((value) =>
        value instanceof Uint8Array ? new TextDecoder().decode(value) : String(JSON.stringify(value))));
    }
    database.close();
  }
  return texts.join('\\n');
})()`;
