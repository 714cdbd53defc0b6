import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { services, type RunningService, type Service } from './services.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

describe('a slow remote host', () => {
  let running: (Service & RunningService)[];
  let workbench: Workbench;
  /** The browser console's messages. */
  const console: string[] = [];

  before(async () => {
    running = await Promise.all(services.map(async (each) => ({ ...each, ...(await each.start()) })));
    const settings = running.reduce((all, each) => ({ ...all, ...each.settings }), {});
    workbench = await Workbench.open(settings, 'slow');
    workbench.page.on('console', (message) => console.push(message.text()));
  });
  after(async () => {
    await workbench.close();
    await Promise.all(running.map((each) => each.close()));
  });
  dependentTests('slow-host', () => workbench);

  const entry = (label: string): string => `Sign in with ${label} to use BAP Identity (1)`;

  it('still offers each service in the Accounts menu of a new profile', async () => {
    for (const { label } of running) await workbench.waitForAccountsEntry(entry(label));
    await assertLateStart(workbench);
  });

  it('can sign in with each service', async () => {
    for (const service of running) {
      await workbench.chooseInAccountsMenu(entry(service.label));
      const code = await workbench.userCode(service.label);
      const tab = await workbench.newTab(() =>
        workbench.clickInNotification(`Sign in with ${service.label}:`, 'link', /^Open /),
      );
      await service.approveInBrowser(tab, code);
      await tab.close();
      await workbench.waitForAccountsEntry(service.account);
    }
  });

  it('lets another extension use each session', async () => {
    for (const { label, account } of running) {
      await workbench.run(`Consumer: Sign In with ${label}`);
      await workbench.answerDialog('Allow');
      await workbench.listItem(account).click();
      await workbench.waitForNotification('Consumer: the service says 200.');
      await workbench.clearNotifications();
    }
  });

  it('restores each session after a reload, without asking to sign in', async () => {
    await workbench.reload();
    for (const { label } of running) {
      await workbench.run(`Consumer: Who Is Signed In with ${label}`);
      assert.match(await workbench.waitForNotification('Consumer:'), /and the service says 200/);
      await workbench.clearNotifications();
    }
    const menu = await workbench.accountsMenu();
    assert.ok(!menu.some((each) => each.startsWith('Sign in with')), menu.join());
  });

  it('exceeds no time limit of VS Code and logs no problem', async () => {
    const logs = (await workbench.logs()).split(/^--- /m);
    const own = logs.filter((log) => /^\S*bap-identity\.bap-authentication/.test(log)).join('\n');
    assert.match(own, /Signed in with/, 'the log is not there');
    assert.doesNotMatch(own, /\[(warning|error)\]/);
    // VS Code names each provider that timed out.
    for (const { id } of running) {
      const waits = console.filter((line) => line.includes(`'${id}'`));
      assert.deepEqual(waits, []);
    }
  });
});

/** In the first window, the extension must have started only after test/sleeper woke up. */
async function assertLateStart(workbench: Workbench): Promise<void> {
  const logs = await workbench.logs();
  const found = (line: RegExp): string => line.exec(logs)?.[1] ?? assert.fail(`${line} is not in the log`);
  const start = found(
    /(.*) \[info\] ExtensionService#_doActivateExtension bap-identity\.bap-authentication,/,
  );
  const awakeMs = Number(found(/\[info\] awake at (\d+)/));
  assert.ok(Date.parse(start) >= awakeMs, 'the extension did not start late');
}
