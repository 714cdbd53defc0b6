import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { services, type RunningService, type Service } from './services.ts';
import { isOneStory } from './steps.ts';
import { Workbench } from './workbench.ts';

describe('a person whose remote host is slow', () => {
  let running: (Service & RunningService)[];
  let workbench: Workbench;
  /** What VS Code has written to the console of its page. */
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
  isOneStory('slow-host', () => workbench);

  const entry = (label: string): string => `Sign in with ${label} to use BAP Identity (1)`;

  it('finds each service in the Accounts menu of a new profile', async () => {
    for (const { label } of running) await workbench.seesInAccountsMenu(entry(label));
    await assertLateStart(workbench);
  });

  it('signs in with each service, and approves in the browser', async () => {
    for (const service of running) {
      await workbench.chooseInAccountsMenu(entry(service.label));
      const code = await workbench.userCode(service.label);
      const tab = await workbench.newTab(() =>
        workbench.clickIn(`Sign in with ${service.label}:`, 'link', /^Open /),
      );
      await service.approveInBrowser(tab, code);
      await tab.close();
      await workbench.seesInAccountsMenu(service.account);
    }
  });

  it('lets another extension use each session', async () => {
    for (const { label, account } of running) {
      await workbench.run(`Consumer: Sign In with ${label}`);
      await workbench.answerDialog('Allow');
      await workbench.listItem(account).click();
      await workbench.told('Consumer: the service says 200.');
      await workbench.clearNotifications();
    }
  });

  it('has each session after a reload, and is asked for no sign-in', async () => {
    await workbench.reload();
    for (const { label } of running) {
      await workbench.run(`Consumer: Who Is Signed In with ${label}`);
      assert.match(await workbench.told('Consumer:'), /and the service says 200/);
      await workbench.clearNotifications();
    }
    const menu = await workbench.accountsMenu();
    assert.ok(!menu.some((each) => each.startsWith('Sign in with')), menu.join());
  });

  it('meets no time limit of VS Code, and no trouble in the log', async () => {
    const logs = (await workbench.logs()).split(/^--- /m);
    const own = logs.filter((log) => /^\S*bap-identity\.bap-authentication/.test(log)).join('\n');
    assert.match(own, /Signed in with/, 'the log is not there');
    assert.doesNotMatch(own, /\[(warning|error)\]/);
    // VS Code names the provider that it waited for in vain.
    for (const { id } of running) {
      const waits = console.filter((line) => line.includes(`'${id}'`));
      assert.deepEqual(waits, []);
    }
  });
});

/** In the first window, this extension must have started after test/sleeper was awake again. */
async function assertLateStart(workbench: Workbench): Promise<void> {
  const logs = await workbench.logs();
  const found = (line: RegExp): string => line.exec(logs)?.[1] ?? assert.fail(`${line} is not in the log`);
  const start = found(
    /(.*) \[info\] ExtensionService#_doActivateExtension bap-identity\.bap-authentication,/,
  );
  const awakeMs = Number(found(/\[info\] awake at (\d+)/));
  assert.ok(Date.parse(start) >= awakeMs, 'the extension did not start late');
}
