import assert from 'node:assert/strict';
import { globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { demoPerson, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { dependentTests } from './steps.ts';
import { Terminals, terminalSettings } from './terminals.ts';
import { Workbench } from './workbench.ts';

/** VS Code marks a terminal whose variables are stale with this. CSS renders it. */
const BADGE = '[class*="monaco-decoration-iconBadge-"]';
const ROW = '.tabs-list .monaco-list-row';
/** Counts how often a sign appears in the page, from its start. */
const COUNT_SIGNS = `globalThis.signs = 0;
  let isThere = false;
  setInterval(() => {
    const wasThere = isThere;
    isThere = document.querySelector('${ROW} ${BADGE}') !== null;
    if (isThere && !wasThere) globalThis.signs += 1;
  }, 20)`;

/** All extensions start late here, and every answer of VS Code takes its time. */
describe('the terminals of a window that reloads', () => {
  const [identity] = demoPerson.identities;
  const alone = `id=${identity?.bapId} token=`;
  const withToken = `${alone}yes`;
  let folder: string;
  let shells: string;
  let sigma: SigmaServer;
  let workbench: Workbench;
  let terminals: Terminals;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'shells-'));
    shells = path.join(folder, 'shells');
    sigma = await startSigmaServer({ intervalSeconds: 1 });
    // Each shell adds what it got to a file as soon as it runs. Not in a profile of its own: VS Code opens a terminal
    // without it when it has not read the profiles within 20 seconds (seen in 1.139).
    const noting = path.join(folder, 'noting.sh');
    writeFileSync(noting, `echo "id=$BAP_ID token=\${CLAWNET_TOKEN:+yes}" >> '${shells}'\n`);
    const system = process.platform === 'darwin' ? 'osx' : 'linux';
    workbench = await Workbench.open(
      {
        'bapIdentity.sigma.serverUrl': sigma.url,
        'bapIdentity.terminal.environment': 'identity',
        ...terminalSettings,
        [`terminal.integrated.profiles.${system}`]: { sh: { path: '/bin/sh' } },
        [`terminal.integrated.defaultProfile.${system}`]: 'sh',
        [`terminal.integrated.env.${system}`]: { ENV: noting },
        'terminal.integrated.enablePersistentSessions': false,
        'terminal.integrated.tabs.hideCondition': 'never',
      },
      'slow',
    );
    await workbench.page.addInitScript(COUNT_SIGNS);
    terminals = await Terminals.of(workbench);
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.waitForNotification('Signed in to Sigma Identity as');
  });
  after(async () => {
    await workbench.close();
    await terminals.close();
    await sigma.close();
    await rm(folder, { recursive: true });
  });
  dependentTests('terminalReload', () => workbench);

  /** What each shell got since the last call of `forget`. */
  const got = (): string[] => {
    try {
      return readFileSync(shells, 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  };
  const forget = (): void => {
    rmSync(shells, { force: true });
  };
  /** Opens new terminals until one has this. The extension has then started. */
  const untilNewHas = (expected: string): Promise<void> =>
    workbench.until(
      async () => (await terminals.runInNew('echo "id=$BAP_ID token=${CLAWNET_TOKEN:+yes}"')) === expected,
      expected,
    );
  const signs = (): Promise<number> => workbench.page.evaluate<number>('globalThis.signs');
  const onlyOne = async (expected: string): Promise<void> => {
    await workbench.run('Terminal: Kill All Terminals');
    forget();
    await workbench.run('Terminal: Create New Terminal');
    await workbench.until(() => Promise.resolve(got().at(-1) === expected), expected);
  };
  /**
   * Reloads until a terminal is restored, and the extension has given this to new ones. VS Code stores a moment later
   * that there is a terminal to restore.
   */
  const reloadUntilNewHas = (expected: string): Promise<void> =>
    workbench.until(async () => {
      await terminals.runInLast('true');
      forget();
      await workbench.reload();
      await untilNewHas(expected);
      return (await workbench.page.locator(ROW).count()) > got().length;
    }, 'a restored terminal');
  const firstSign = (): Locator => workbench.page.locator(ROW).first().locator(BADGE);
  const isStored = async (name: string): Promise<boolean> =>
    (await workbench.storedInBrowser()).includes(name);

  it('has the identity in a terminal that VS Code opens before the extension starts', async () => {
    await untilNewHas(alone);
    await onlyOne(alone);
    await workbench.until(() => isStored('BAP_ID'), 'the stored identity');
    // VS Code stores every few seconds whether the panel is open.
    await workbench.until(() => isStored('["workbench.panel.hidden","false"]'), 'the stored panel');
    forget();
    await workbench.reload();
    await workbench.until(() => Promise.resolve(got().length > 0), 'a shell');
    await workbench.screenshot('terminal-early');
    await untilNewHas(alone);
    assert.deepEqual([...new Set(got())], [alone]);
    assert.equal(await signs(), 0);
  });

  it('shows no sign on a restored terminal', async () => {
    await workbench.set('terminal.integrated.enablePersistentSessions', true);
    // Otherwise VS Code opens a terminal of its own, which it restarts when it becomes stale.
    await workbench.set('terminal.integrated.hideOnStartup', 'whenEmpty');
    await onlyOne(alone);
    await reloadUntilNewHas(alone);
    await workbench.screenshot('terminal-restored');
    assert.equal(await signs(), 0);
  });

  it('shows a sign on a restored terminal when a token is added', async () => {
    await terminals.choose('identityAndTokens');
    await workbench.answerDialog('Allow');
    await firstSign().waitFor();
  });

  it('has the token after a reload', async () => {
    await onlyOne(withToken);
    await reloadUntilNewHas(withToken);
  });

  it('has the token after the extension host crashes', async () => {
    const starts = async (): Promise<number> =>
      (await workbench.logs()).split('_doActivateExtension bap-identity.bap-authentication').length;
    const startsBefore = await starts();
    await workbench.run('Consumer: Crash');
    await workbench.until(async () => (await starts()) > startsBefore, 'the next extension host');
    await untilNewHas(withToken);
  });

  it('stores the token nowhere', async () => {
    const tokens = sigma.requests.flatMap(
      ({ headers }) => /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? [],
    );
    assert.ok(tokens.length > 0, 'no token is known');
    const files = globSync(`${workbench.serverFolder}/**/*`).filter((file) => statSync(file).isFile());
    assert.ok(files.length > 20, `only ${files.length} files`);
    const stored = await workbench.storedInBrowser();
    assert.ok(!stored.includes('CLAWNET_TOKEN'), 'the collection is stored');
    for (const token of new Set(tokens)) {
      assert.ok(!stored.includes(token), 'a token is in the browser’s storage');
      for (const file of files) assert.ok(!readFileSync(file).includes(token), `a token is in ${file}`);
    }
  });

  it('shows a sign after a sign-out, and forgets the identity', async () => {
    await onlyOne(withToken);
    await terminals.runInLast('true'); // VS Code restarts a stale terminal in which nothing was typed
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.answerDialog('Sign Out');
    await firstSign().waitFor();
    await workbench.screenshot('terminal-signed-out');
    await workbench.until(async () => !(await isStored('BAP_ID')), 'the end of the stored identity');
  });
});
