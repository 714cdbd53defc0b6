import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { isWeb } from './host.ts';
import { type RunningService, services } from './services.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

for (const service of services)
  describe(`signing out of ${service.label} without a network`, () => {
    const waits = `${service.label} couldn’t be reached and still knows this session.`;
    let running: RunningService;
    let workbench: Workbench;
    let token: string;

    before(async () => {
      running = await service.start();
      workbench = await Workbench.open(running.settings);
    });
    after(async () => {
      await workbench.close();
      await running.close();
    });
    dependentTests(`revocation-${service.id}`, () => workbench);

    const signIn = async (): Promise<void> => {
      await workbench.signIn(service.label, (code) => running.approve(code));
      await workbench.clearNotifications();
      token = running.token();
      assert.equal(await running.knows(token), true);
    };
    const signOut = async (): Promise<void> => {
      await running.setReachable(false);
      await workbench.run('BAP Identity: Sign Out…');
      await workbench.answerDialog('Sign Out');
      await workbench.waitForAccountsEntry(`Sign in with ${service.label} to use BAP Identity (1)`);
    };
    /** How many revocations wait in storage. VS Code writes what a browser keeps a while later. */
    const waiting = async (): Promise<number> => {
      const names = isWeb
        ? await workbench.storedInBrowser()
        : globSync(`${workbench.serverFolder}/**/revocations/**`).join();
      const idsOf = (kind: string): (string | undefined)[] => {
        const pattern = `revocations?/(?:[0-9a-f]{32}/)?([0-9a-f-]{36})\\.1-0-0\\.${kind}\\.`;
        return Array.from(names.matchAll(new RegExp(pattern, 'g')), ([, id]) => id);
      };
      const over = idsOf('removed');
      return new Set(idsOf('[0-9a-f]{16}').filter((id) => !over.includes(id))).size;
    };
    const assertNowhere = async (): Promise<void> => {
      assert.ok(!(await workbench.storedInBrowser()).includes(token), 'the token is in the browser');
      assert.ok(!(await workbench.logs()).includes(token), 'the token is in a log');
      if (isWeb) return;
      const files = globSync(`${workbench.serverFolder}/**/*`).filter((file) => statSync(file).isFile());
      assert.ok(
        files.some((file) => file.includes('revocations')),
        'nothing was ever stored',
      );
      for (const file of files) assert.ok(!readFileSync(file).includes(token), `the token is in ${file}`);
    };

    it('tells that the service still knows the session', async () => {
      await signIn();
      await signOut();
      const text = await workbench.waitForNotification(waits);
      assert.equal(
        text,
        `You are signed out of ${service.label} here. ${waits} It will be ended there as soon as possible.`,
      );
      const message = workbench.notification(waits);
      await workbench.page.mouse.move(0, 0);
      for (const theme of ['Light Modern', 'Dark Modern'] as const) {
        await workbench.useTheme(theme);
        await workbench.run('Notifications: Show Notifications');
        await message.getByRole('button', { name: 'Forget It' }).waitFor();
        await workbench.screenshot(`revocation-${service.id}-${theme === 'Dark Modern' ? 'dark' : 'light'}`);
      }
      assert.equal(await running.knows(token), true);
      await workbench.until(async () => (await waiting()) === 1, 'a stored revocation');
      await assertNowhere();
    });

    it('ends the session there after a restart, once the network is back, without a message', async () => {
      await workbench.page.goto('about:blank');
      await workbench.reload();
      await workbench.waitForAccountsEntry(`Sign in with ${service.label} to use BAP Identity (1)`);
      assert.equal(await running.knows(token), true);
      assert.equal(running.sessionEnded(), false);
      await running.setReachable(true);
      await workbench.until(async () => {
        await workbench.blurAndFocus();
        return !(await running.knows(token));
      }, 'the end of the session at the service');
      assert.equal(running.sessionEnded(), true);
      await workbench.until(async () => (await waiting()) === 0, 'the end of the stored revocation');
      await assertNowhere();
      await workbench.run('Notifications: Show Notifications');
      assert.equal(await workbench.page.locator('.notification-list-item').count(), 0);
    });

    it('is delivered by itself in a window that stays open', async () => {
      await signIn();
      await signOut();
      await workbench.waitForNotification(waits);
      await running.setReachable(true);
      await workbench.until(
        async () => !(await running.knows(token)),
        'the end of the session at the service',
      );
    });

    it('is not delivered when the user forgets it', async () => {
      await signIn();
      await signOut();
      await workbench.waitForNotification(waits);
      await workbench.until(async () => (await waiting()) === 1, 'a stored revocation');
      await workbench.clickInNotification(waits, 'button', 'Forget It');
      await workbench.until(async () => (await waiting()) === 0, 'the end of the stored revocation');
      await assertNowhere();
      const forgotten = token;
      await running.setReachable(true);
      await signIn();
      await signOut();
      await workbench.waitForNotification(waits);
      await running.setReachable(true);
      await workbench.until(async () => !(await running.knows(token)), 'the end of the next session');
      assert.equal(await running.knows(forgotten), true);
    });
  });
