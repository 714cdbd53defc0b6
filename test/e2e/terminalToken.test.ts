import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { globSync, statSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Listener } from '../servers/listen.ts';
import { startClawnetRegistry } from '../servers/clawnetRegistry.ts';
import { demoPerson, secondPerson, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { ensureClawnet } from './clawnet.ts';
import { isOneStory } from './steps.ts';
import { Terminals, terminalSettings } from './terminals.ts';
import { Workbench } from './workbench.ts';

describe('the token of Sigma Identity in a terminal', () => {
  const [identity] = demoPerson.identities;
  const whoIsIt = `BAP ID: ${identity?.bapId}\nPubkey: ${identity?.pubkey}`;
  const kestrel = { ...secondPerson, identities: secondPerson.identities.slice(0, 1) };
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
  isOneStory('terminalToken', () => workbench);

  const signIn = async (person: number): Promise<void> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await sigma.approve(await workbench.userCode('Sigma Identity'), 0, person);
  };
  const isAsked = async (text = question): Promise<string> => {
    const dialog = workbench.dialog().filter({ hasText: text });
    await dialog.waitFor();
    return dialog.innerText();
  };
  /** Whether a new terminal has a token. The token itself is not printed. */
  const hasToken = async (): Promise<boolean> =>
    (await terminals.runInNew('echo "token=${CLAWNET_TOKEN:+yes}"')) === 'token=yes';
  const settings = (): Promise<string> =>
    readFile(`${workbench.serverFolder}/data/User/settings.json`, 'utf8');

  it('is not there by default, and ClawNet’s command line says so', async () => {
    assert.match(await terminals.runInNew(whoami), /Not authenticated/);
  });

  it('is not handed out after a no to the question, and the setting goes back', async () => {
    await terminals.choose('identityAndTokens');
    const words = await isAsked();
    await workbench.screenshot('terminal-question-dark');
    assert.match(words, /satoshi \(3DgKFHRq8n2RDjF4dZEyncXVc1Rf\)/);
    assert.match(words, /everything you can do there, on your behalf/);
    await workbench.answerDialog('Don’t Allow');
    await workbench.told('The setting bapIdentity.terminal.environment is back to “off”.');
    await workbench.screenshot('terminal-question-refused');
    assert.equal(await hasToken(), false);
    assert.doesNotMatch(await settings(), /identityAndTokens/);
  });

  it('is asked for again in a window that was loaded again before the answer, and is there after a yes', async () => {
    await workbench.run('Terminal: Kill All Terminals');
    await workbench.run('Preferences: Toggle between Light/Dark Themes');
    await terminals.choose('identityAndTokens');
    await isAsked();
    await workbench.reload();
    await isAsked();
    await workbench.screenshot('terminal-question-light');
    assert.match(await settings(), /identityAndTokens/);
    await workbench.answerDialog('Allow');
    await workbench.until(hasToken, 'a terminal with the token');
  });

  it('lets ClawNet’s own command line say who the person is', async () => {
    assert.equal(await terminals.runInNew(whoami), whoIsIt);
    await workbench.screenshot('terminal-token');
  });

  it('is there after the window was loaded again, without a question', async () => {
    await terminals.reloadWithout();
    await workbench.until(hasToken, 'a terminal with the token');
    assert.equal(await workbench.dialog().count(), 0);
  });

  it('is in no log, no setting and no file', async () => {
    const tokens = sigma.requests.flatMap(
      ({ headers }) => /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? [],
    );
    assert.ok(new Set(tokens).size > 0, 'no token is known');
    const files = globSync(`${workbench.serverFolder}/**/*`).filter((file) => statSync(file).isFile());
    assert.ok(files.length > 20, `only ${files.length} files`);
    const stored = await workbench.page.evaluate<string>(readBrowserStorage);
    assert.match(stored, /bapIdentity|bap-identity/, 'the search does not see what the browser stores');
    for (const token of new Set(tokens)) {
      for (const file of files) assert.ok(!(await readFile(file)).includes(token), `a token is in ${file}`);
      assert.ok(!stored.includes(token), 'a token is in what the browser stores');
    }
  });

  it('needs an answer for each account', async () => {
    await signIn(1);
    await isAsked('Let every program in new terminals act as kestrel');
    await workbench.answerDialog('Don’t Allow');
    await workbench.told('New terminals will get no token while');
    await workbench.screenshot('terminal-question-second-account');
    assert.equal(await hasToken(), false);
  });

  it('ends with the sign-out, and VS Code marks the open terminal that still has it', async () => {
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.listItem('kestrel').click();
    await workbench.told('You are signed out of kestrel');
    await workbench.until(hasToken, 'a terminal with the token of the first account');
    assert.equal(await workbench.dialog().count(), 0, 'the first account was asked for before');
    const sign = '[class*="monaco-decoration-iconBadge-"]'; // VS Code draws it by a style
    const current = workbench.page.locator('.tabs-list .monaco-list-row.selected');
    assert.equal(await current.locator(sign).count(), 0);
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.answerDialog('Sign Out');
    await workbench.told('You are signed out of satoshi');
    await current.locator(sign).waitFor();
    await workbench.clearNotifications();
    await workbench.screenshot('terminal-relaunch-sign');
    assert.match(await terminals.runInLast(whoami), /Not authenticated/);
    assert.equal(registry.requests.at(-1)?.status, 401, 'the old token was sent, and is over');
    assert.equal(await hasToken(), false);
  });
});

/** All texts that VS Code keeps in the browser. */
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
