import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { services } from './services.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

for (const open of services) {
  describe(`signing in with ${open.label}`, () => {
    const { label } = open;
    const entry = `Sign in with ${label} to use BAP Identity (1)`;
    const pending = `Sign in with ${label}:`;
    let service: Awaited<ReturnType<typeof open.start>>;
    let workbench: Workbench;

    before(async () => {
      service = await open.start();
      workbench = await Workbench.open(service.settings);
    });
    after(async () => {
      await workbench.close();
      await service.close();
    });
    dependentTests(open.id, () => workbench);

    const codeShown = (): Promise<string> => workbench.userCode(label);
    const click = (link: string | RegExp): Promise<void> =>
      workbench.clickInNotification(pending, 'link', link);
    const gone = (): Promise<void> => workbench.notification(pending).waitFor({ state: 'detached' });
    const startInPalette = async (): Promise<void> => {
      await workbench.run('BAP Identity: Sign In…');
      await workbench.listItem(label).click();
    };

    it('is offered in the Accounts menu of a new profile', async () => {
      await workbench.accountsEntry(entry);
      await workbench.screenshot(`accounts-menu-${open.id}`);
    });

    it('shows a code, which the user copies and approves in the browser', async () => {
      await workbench.chooseInAccountsMenu(entry);
      const code = await codeShown();
      await workbench.screenshot(`notification-${open.id}`);
      await click('Copy code');
      await workbench.waitForNotification('Copied, if your browser allows it.');
      assert.equal(await workbench.clipboard(), code);
      const tab = await workbench.newTab(() => click(/^Open /));
      await service.approveInBrowser(tab, code);
      await tab.close();
      await gone();
    });

    it('adds the account to the Accounts menu', async () => {
      await workbench.accountsEntry(service.account);
      await workbench.screenshot(`signed-in-${open.id}`);
      assert.ok(!(await workbench.accountsMenu()).some((each) => each.includes(entry)));
    });

    it('gives another extension the session once the user allows it', async () => {
      await workbench.run(`Consumer: Sign In with ${label}`);
      await workbench.answerDialog('Allow');
      await workbench.listItem(service.account).click();
      await workbench.waitForNotification('Consumer: the service says 200.');
    });

    it('survives a reload', async () => {
      await workbench.reload();
      await workbench.run(`Consumer: Who Is Signed In with ${label}`);
      assert.match(await workbench.waitForNotification('Consumer:'), /and the service says 200/);
      await workbench.clearNotifications();
      // After signing in with one service, a new window does not offer the other.
      const menu = await workbench.accountsMenu();
      assert.ok(!menu.some((each) => each.startsWith('Sign in with')), menu.join());
    });

    it('is undone by signing out in the Accounts menu, also for extensions', async () => {
      await workbench.signOutInMenu(service.account);
      await workbench.accountsEntry(entry);
      await workbench.page.keyboard.press('Escape');
      await workbench.run(`Consumer: Who Is Signed In with ${label}`);
      await workbench.waitForNotification('Consumer: nobody is signed in.');
      await workbench.until(
        () => Promise.resolve(service.sessionEnded()),
        'the sign-out to reach the service',
      );
    });

    it('leaves no notification after Cancel', async () => {
      await workbench.chooseInAccountsMenu(entry);
      await codeShown();
      await workbench.clickInNotification(pending, 'button', 'Cancel');
      await gone();
      assert.equal(await workbench.page.locator('.notification-list-item').count(), 0);
      await workbench.accountsEntry(entry);
      await workbench.page.keyboard.press('Escape');
    });

    it('gets a new code with one click after the first one expired', async () => {
      await startInPalette();
      const first = await codeShown();
      service.expire(first);
      await click('Get a new code');
      const second = await codeShown();
      assert.notEqual(second, first);
      await service.approve(second);
      await gone();
      await workbench.waitForNotification(`Signed in to ${label} as`);
    });

    it('allows signing out while another sign-in is pending', async () => {
      await startInPalette();
      await codeShown();
      await workbench.run('BAP Identity: Sign Out…');
      await workbench.answerDialog('Sign Out');
      await workbench.waitForNotification('You are signed out of');
      await workbench.clickInNotification(pending, 'button', 'Cancel');
      await gone();
      await workbench.accountsEntry(entry);
      await workbench.page.keyboard.press('Escape');
    });

    it('leaves no secret in any log', async () => {
      const logs = await workbench.logs();
      assert.ok(logs.includes(`Signed in with ${label}.`), 'the log is not there');
      const secrets = service.secrets();
      assert.ok(secrets.length >= 6, `only ${secrets.length} secrets are known`);
      for (const secret of secrets) assert.ok(!logs.includes(secret), 'a secret is in a log');
    });
  });
}
