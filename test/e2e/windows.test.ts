import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { labelAt } from '../servers/accountLabel.ts';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { outFolder } from '../vscode/paths.ts';
import { type Heard, readHeard } from './heard.ts';
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
    await one.seesInAccountsMenu('Sign in with Sigma Identity to use BAP Identity (1)');
    two = await one.openWindow();
    await two.seesInAccountsMenu('Sign in with Sigma Identity to use BAP Identity (1)');
  });
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await one.keepEvidence('windows-one');
    if ('passed' in context && !context.passed) await two.keepEvidence('windows-two');
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
    await window.told('Signed in to');
    await window.clearNotifications();
  };

  /** What both windows have heard since the last time, once both have heard so many changes, in the order of time. */
  const heardByBoth = async (changes: number): Promise<Heard[]> => {
    const fresh = async (): Promise<Heard[]> => readHeard(await one.logs()).slice(seen);
    await one.until(async () => (await fresh()).length >= 2 * changes, `${changes} changes in both windows`);
    await one.page.waitForTimeout(1_000); // what should not come has had its time
    const heard = await fresh();
    seen += heard.length;
    return heard;
  };
  const assertHeard = (heard: Heard[], changes: string[]): void => {
    const windows = [...Map.groupBy(heard, ({ window }) => window).values()];
    assert.equal(windows.length, 2, JSON.stringify(heard));
    for (const window of windows) {
      assert.deepEqual(
        window.map(({ change }) => change),
        changes,
      );
    }
  };

  it('hear of a sign-in, a new token and a sign-out, and once each', async () => {
    const satoshi = `sigma-identity ${labelAt(sigma.url, 'satoshi (3DgKFHRq8n2RDjF4dZEyncXVc1Rf)')}`;
    await sigma.approve(await start(one, 'Sigma Identity'));
    await signedIn(one);
    const added = await heardByBoth(1);
    await two.seesInAccountsMenu('satoshi (');
    await sigma.approve(await start(two, 'Sigma Identity'));
    await signedIn(two);
    const changed = await heardByBoth(1);
    await one.run('BAP Identity: Sign Out…');
    await one.answerDialog('Sign Out');
    await two.seesInAccountsMenu('Sign in with Sigma Identity to use BAP Identity (1)');
    const removed = await heardByBoth(1);
    const heard = [...added, ...changed, ...removed];
    writeFileSync(path.join(outFolder, 'windows-events.json'), JSON.stringify(heard, undefined, 2));
    assertHeard(heard, [`added ${satoshi}`, `changed ${satoshi}`, `removed ${satoshi}`]);
  });

  it('complete the same sign-in in one, and it resolves in the other', async () => {
    await start(one, 'Sigma Identity');
    await sigma.approve(await start(two, 'Sigma Identity'));
    await signedIn(two);
    await one.page.bringToFront();
    await one.notification(SIGMA).waitFor({ state: 'detached' });
    assert.equal(await one.notification('Signed in to').count(), 0); // it is said once
    assert.equal((await heardByBoth(1)).length, 2);
    await one.run('BAP Identity: Sign Out…');
    await one.answerDialog('Sign Out');
    await heardByBoth(1);
  });

  it('sign in at the same moment and lose nothing, and so does the next window', async () => {
    const code = await start(one, 'Sigma Identity');
    await start(two, 'Adom');
    await sigma.approve(code);
    adom.approve();
    await two.notification(ADOM).waitFor({ state: 'detached' });
    await one.page.bringToFront();
    await one.notification(SIGMA).waitFor({ state: 'detached' });
    assert.equal((await heardByBoth(2)).length, 4);
    for (const window of [one, two]) {
      await window.seesInAccountsMenu('satoshi (');
      await window.seesInAccountsMenu('Ada (');
    }
    // No window is left that could tell: this is what is stored.
    await two.page.close();
    await one.reload();
    await one.seesInAccountsMenu('satoshi (');
    await one.seesInAccountsMenu('Ada (');
  });
});

describe('two windows of one browser that start together for the first time', () => {
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

  it('share one key: each sees the sign-in of the other, and a new window sees both', async () => {
    const [one, two] = windows;
    await one.run('BAP Identity: Sign In…');
    await one.listItem('Sigma Identity').click();
    await sigma.approve(await one.userCode('Sigma Identity'));
    await one.told('Signed in to Sigma Identity');
    await two.run('BAP Identity: Sign In…');
    await two.listItem('Adom').click();
    await two.userCode('Adom');
    adom.approve();
    await two.told('Signed in to Adom');
    for (const window of windows)
      for (const account of ['satoshi (', 'Ada (']) await window.seesInAccountsMenu(account);
    // What the browser has stored is all that a reload leaves.
    await two.page.close();
    await one.reload();
    for (const account of ['satoshi (', 'Ada (']) await one.seesInAccountsMenu(account);
  });
});
