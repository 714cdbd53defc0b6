import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { isWeb } from './host.ts';
import { type RunningService, services } from './services.ts';
import { Workbench } from './workbench.ts';

const CONTINUED = 'This continues the sign-in you started earlier.';

for (const service of services)
  describe(`a sign-in with ${service.label} whose window goes away`, () => {
    let running: RunningService;
    let workbench: Workbench;

    before(async () => {
      running = await service.start();
      workbench = await Workbench.open(running.settings);
    });
    afterEach(async (context) => {
      if ('passed' in context && !context.passed) await workbench.saveFailure(`reload-${service.id}`);
    });
    after(async () => {
      await workbench.close();
      await running.close();
    });

    const start = async (): Promise<string> => {
      await noCopy(); // otherwise that of an earlier sign-in would pass for this one's
      await workbench.run('BAP Identity: Sign In…');
      await workbench.listItem(service.label).click();
      const code = await workbench.userCode(service.label);
      await workbench.until(hasCopy, 'a stored copy');
      return code;
    };
    /** Whether a sign-in in progress is stored. VS Code writes what a browser keeps a while later. */
    const hasCopy = async (): Promise<boolean> => {
      const names = isWeb
        ? await workbench.storedInBrowser()
        : globSync(`${workbench.serverFolder}/**/signIns/**`).join();
      const idsOf = (kind: string): (string | undefined)[] => {
        const pattern = `signIns?/(?:[0-9a-f]{32}/)?([0-9a-f-]{36})\\.1-\\d+-0\\.${kind}\\.`;
        return Array.from(names.matchAll(new RegExp(pattern, 'g')), ([, id]) => id);
      };
      const over = idsOf('removed');
      return idsOf('[0-9a-f]{16}').some((id) => !over.includes(id));
    };
    const noCopy = (): Promise<void> =>
      workbench.until(async () => !(await hasCopy()), 'the end of the copy');
    const continued = async (): Promise<string> => {
      await workbench.waitForNotification(CONTINUED);
      return workbench.userCode(service.label);
    };
    const signedIn = async (): Promise<void> => {
      await workbench.waitForNotification(`Signed in to ${service.label} as`);
      const accounts = (await workbench.accountsMenu()).filter((entry) => entry.includes('· 127.0.0.1'));
      assert.equal(accounts.length, 1, accounts.join());
      await workbench.clearNotifications();
    };

    const ways: [how: string, goesAway: () => Promise<void>][] = [
      ['the page reloads', () => workbench.reload()],
      ['VS Code reloads the window', () => workbench.run('Developer: Reload Window')],
      ['its extension host crashes', () => workbench.run('Consumer: Crash')],
    ];
    for (const [how, goesAway] of isWeb ? ways.slice(0, 2) : ways)
      it(`continues with the same code after ${how}`, async () => {
        const code = await start();
        await goesAway();
        assert.equal(await continued(), code);
        await workbench.screenshot(`reload-${service.id}-continued`);
        await running.approve(code);
        await signedIn();
      });

    if (service.id === 'adom')
      it('continues with polls, too', async () => {
        await workbench.set('bapIdentity.adom.updates', 'poll');
        const code = await start();
        await workbench.reload();
        assert.equal(await continued(), code);
        await running.approve(code);
        await signedIn();
      });

    it('ends with a session if the user approves while no window is open', async () => {
      const code = await start();
      await workbench.page.goto('about:blank');
      await running.approve(code);
      await workbench.reload();
      await signedIn();
    });

    it('continues in one of two windows', async () => {
      const code = await start();
      const other = await workbench.openWindow();
      await other.blurAndFocus();
      await workbench.page.goto('about:blank');
      await workbench.until(async () => {
        await other.blurAndFocus();
        return other.notification(CONTINUED).isVisible();
      }, 'the other window to continue it');
      await workbench.reload();
      await running.approve(code);
      await other.waitForNotification(`Signed in to ${service.label} as`);
      assert.equal(await workbench.notification(CONTINUED).count(), 0);
      await other.page.close();
    });

    it('does not come back once the user has canceled it', async () => {
      await start();
      await workbench.reload();
      await continued();
      await workbench.clickInNotification(CONTINUED, 'button', 'Cancel');
      await noCopy();
      await workbench.reload();
      await workbench.waitForAccountsEntry('· 127.0.0.1');
      assert.equal(await workbench.notification(CONTINUED).count(), 0);
    });

    it('lets an extension use the session without a new code', async () => {
      await workbench.signOutInMenu(new RegExp(`· 127.0.0.1.*${service.label}`));
      await noCopy();
      await workbench.run(`Consumer: Sign In with ${service.label}`);
      await workbench.answerDialog('Allow');
      const code = await workbench.userCode(service.label);
      await workbench.until(hasCopy, 'a stored copy');
      await workbench.reload();
      assert.equal(await continued(), code);
      await running.approve(code);
      await workbench.waitForNotification(/no longer waiting, so try again there/);
      await workbench.screenshot(`reload-${service.id}-too-late`);
      await workbench.clearNotifications();
      await workbench.run(`Consumer: Sign In with ${service.label}`);
      await workbench.answerDialog('Allow');
      await workbench.listItem(running.account).click();
      await workbench.waitForNotification('Consumer: the service says 200.');
    });

    it('leaves its code and its token in no file and in no storage of the browser in clear text', async () => {
      const code = await start();
      const stored = await workbench.storedInBrowser();
      const secrets = [code, ...running.secrets()].filter((secret) => secret.length > 6);
      assert.ok(secrets.length >= 3, secrets.join());
      for (const secret of secrets) assert.ok(!stored.includes(secret), `${secret} is in the browser`);
      if (isWeb) return;
      const files = globSync(`${workbench.serverFolder}/**/*`).filter((file) => statSync(file).isFile());
      assert.ok(
        files.some((file) => file.includes('signIns')),
        'nothing is stored',
      );
      for (const file of files)
        for (const secret of secrets)
          assert.ok(!readFileSync(file).includes(secret), `${secret} is in ${file}`);
    });
  });
