import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { services, type RunningService, type Service } from './services.ts';
import { isOneStory } from './steps.ts';
import { Workbench } from './workbench.ts';

/** How late test/sleeper makes this extension. */
const LATE_MS = 5_000;
/** What a silent getSession may take on a line where a round trip takes 300 ms. */
const AT_ONCE_MS = 2_000;

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
    assert.ok((await activationDelayMs(workbench)) >= LATE_MS, 'the extension did not start late');
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

  it('has each session at once after a reload, and is asked for no sign-in', async () => {
    await workbench.reload();
    for (const { id, label } of running) {
      await workbench.run(`Consumer: Who Is Signed In with ${label}`);
      assert.match(await workbench.told('Consumer:'), /and the service says 200/);
      await workbench.clearNotifications();
      const tookMs = new RegExp(`silent answer of ${id} after (\\d+) ms`).exec(await workbench.logs())?.[1];
      assert.ok(Number(tookMs) < AT_ONCE_MS, `after ${tookMs ?? '?'} ms`);
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

/** How long after test/sleeper this extension started in the first window, in milliseconds, from the log. */
async function activationDelayMs(workbench: Workbench): Promise<number> {
  const logs = await workbench.logs();
  const timeOf = (extension: string): number => {
    const line = new RegExp(`(.*) \\[info\\] ExtensionService#_doActivateExtension ${extension},`);
    const time = line.exec(logs)?.[1];
    assert.ok(time, `no activation of ${extension} in the log`);
    return Date.parse(time);
  };
  return timeOf('bap-identity.bap-authentication') - timeOf('example.sleeper');
}
