import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { labelAt } from '../servers/accountLabel.ts';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { outFolder } from '../vscode/paths.ts';
import { type LoggedChange, readChanges } from './changes.ts';
import { Workbench } from './workbench.ts';

const SIGMA = 'Sign in with Sigma Identity: Your code is';
const ADOM = 'Sign in with Adom: Your code is';

describe('two windows of one browser', () => {
  let sigma: SigmaServer;
  let adom: AdomServer;
  let one: Workbench;
  let two: Workbench;
  let seen = 0;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1 });
    adom = await startAdomServer();
    one = await Workbench.open({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.adom.apiUrl': adom.url,
    });
    await one.waitForAccountsEntry('Sign in with Sigma Identity to use BAP Identity (1)');
    two = await one.openWindow();
    await two.waitForAccountsEntry('Sign in with Sigma Identity to use BAP Identity (1)');
  });
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await one.saveFailure('windows-one');
    if ('passed' in context && !context.passed) await two.saveFailure('windows-two');
  });
  after(async () => {
    await one.close();
    await Promise.all([sigma.close(), adom.close()]);
  });

  const start = async (window: Workbench, service: string): Promise<string> => {
    await window.run('BAP Identity: Sign In…');
    await window.listItem(service).click();
    return window.userCode(service);
  };
  const signedIn = async (window: Workbench): Promise<void> => {
    await window.waitForNotification('Signed in to');
    await window.clearNotifications();
  };

  /** Waits until each window has logged `count` new events. Returns all new events in order. */
  const newChanges = async (count: number): Promise<LoggedChange[]> => {
    const unseen = async (): Promise<LoggedChange[]> => readChanges(await one.logs()).slice(seen);
    await one.until(async () => (await unseen()).length >= 2 * count, `${count} changes in both windows`);
    await one.page.waitForTimeout(1_000); // time for unexpected events to arrive
    const changes = await unseen();
    seen += changes.length;
    return changes;
  };
  const assertChanges = (changes: LoggedChange[], expected: string[]): void => {
    const windows = [...Map.groupBy(changes, ({ window }) => window).values()];
    assert.equal(windows.length, 2, JSON.stringify(changes));
    for (const window of windows) {
      assert.deepEqual(
        window.map(({ change }) => change),
        expected,
      );
    }
  };

  it('get one event for each sign-in, new token and sign-out', async () => {
    const satoshi = `sigma-identity ${labelAt(sigma.url, 'satoshi (3DgKFHRq8n2RDjF4dZEyncXVc1Rf)')}`;
    await sigma.approve(await start(one, 'Sigma Identity'));
    await signedIn(one);
    const added = await newChanges(1);
    await two.waitForAccountsEntry('satoshi (');
    await sigma.approve(await start(two, 'Sigma Identity'));
    await signedIn(two);
    const changed = await newChanges(1);
    await one.run('BAP Identity: Sign Out…');
    await one.answerDialog('Sign Out');
    await two.waitForAccountsEntry('Sign in with Sigma Identity to use BAP Identity (1)');
    const removed = await newChanges(1);
    const events = [...added, ...changed, ...removed];
    writeFileSync(path.join(outFolder, 'windows-events.json'), JSON.stringify(events, undefined, 2));
    assertChanges(events, [`added ${satoshi}`, `changed ${satoshi}`, `removed ${satoshi}`]);
  });

  it('both resolve the same sign-in when one completes it', async () => {
    await start(one, 'Sigma Identity');
    await sigma.approve(await start(two, 'Sigma Identity'));
    await signedIn(two);
    await one.page.bringToFront();
    await one.notification(SIGMA).waitFor({ state: 'detached' });
    const told = await one.waitForNotification('in another window');
    assert.match(
      told,
      /^You signed in to Sigma Identity as satoshi in another window, so the sign-in in this/,
    );
    await one.screenshot('windows-elsewhere');
    await one.clearNotifications();
    assert.equal((await newChanges(1)).length, 2);
    await one.run('BAP Identity: Sign Out…');
    await one.answerDialog('Sign Out');
    await newChanges(1);
  });

  it('keep both accounts when they sign in at the same time, also after a reload', async () => {
    const code = await start(one, 'Sigma Identity');
    await start(two, 'Adom');
    await sigma.approve(code);
    adom.approve();
    await two.notification(ADOM).waitFor({ state: 'detached' });
    await one.page.bringToFront();
    await one.notification(SIGMA).waitFor({ state: 'detached' });
    assert.equal((await newChanges(2)).length, 4);
    for (const window of [one, two]) {
      await window.waitForAccountsEntry('satoshi (');
      await window.waitForAccountsEntry('Ada (');
    }
    // With no other window open, the reload shows what is stored.
    await two.page.close();
    await one.reload();
    await one.waitForAccountsEntry('satoshi (');
    await one.waitForAccountsEntry('Ada (');
  });
});

describe('two windows of one browser that open together in a new profile', () => {
  let sigma: SigmaServer;
  let adom: AdomServer;
  let windows: [Workbench, Workbench];

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1 });
    adom = await startAdomServer();
    windows = await Workbench.openTwo({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.adom.apiUrl': adom.url,
    });
  });
  after(async () => {
    await windows[0].close();
    await Promise.all([sigma.close(), adom.close()]);
  });

  it('agree on one key: each sees the other’s sign-in, also after a reload', async () => {
    const [one, two] = windows;
    await one.run('BAP Identity: Sign In…');
    await one.listItem('Sigma Identity').click();
    await sigma.approve(await one.userCode('Sigma Identity'));
    await one.waitForNotification('Signed in to Sigma Identity');
    await two.run('BAP Identity: Sign In…');
    await two.listItem('Adom').click();
    await two.userCode('Adom');
    adom.approve();
    await two.waitForNotification('Signed in to Adom');
    for (const window of windows)
      for (const account of ['satoshi (', 'Ada (']) await window.waitForAccountsEntry(account);
    // With no other window open, the reload shows what is stored.
    await two.page.close();
    await one.reload();
    for (const account of ['satoshi (', 'Ada (']) await one.waitForAccountsEntry(account);
  });
});
