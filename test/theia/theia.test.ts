import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { services, type RunningService } from '../e2e/services.ts';
import { Theia } from './host.ts';
import { TheiaWindow } from './theiaWindow.ts';

const OFFER = (label: string): string => `Sign in with ${label} to use BAP Identity (1)`;
const LOST = /You have been signed out of Sigma Identity: .* or the server couldn’t keep your session\./;

for (const hasKeyring of [true, false]) {
  const kind = hasKeyring ? 'with-keyring' : 'without-keyring';

  describe(`Theia ${kind.replace('-', ' a ')}`, () => {
    let running: RunningService[];
    let theia: Theia;
    let window: TheiaWindow;

    before(async () => {
      running = await Promise.all(services.map((service) => service.start()));
      const settings: Record<string, unknown> = {};
      for (const each of running) Object.assign(settings, each.settings);
      theia = await Theia.start(settings, hasKeyring);
      window = await TheiaWindow.open(theia);
    });
    after(async () => {
      await window.close();
      await theia.stop();
      await Promise.all(running.map((each) => each.close()));
    });
    afterEach(async (test) => {
      if ('passed' in test && test.passed) return;
      await window.screenshot(`failed-${kind}-${test.name.replace(/[^a-z0-9]+/gi, '-')}`);
      console.log(theia.output.slice(-2_000));
    });
    const of = (index: number): RunningService => running[index] ?? assert.fail();

    for (const [index, { label }] of services.entries()) {
      it(`signs in with ${label} from ${index === 0 ? 'the Accounts menu' : 'the palette'}`, async () => {
        const service = of(index);
        if (index === 0) {
          await window.accountsEntry(OFFER(label));
          await window.screenshot(`${kind}-accounts`);
          // All entries would sign in with the first service.
          for (const other of services.slice(1))
            assert.equal(await window.menuItem(OFFER(other.label)).count(), 0);
          await window.chooseInAccountsMenu(OFFER(label));
        } else {
          await window.run('BAP Identity: Sign In…');
          await window.listItem(label).click();
        }
        const code = await window.userCode(label);
        await window.screenshot(`${kind}-notification-${label}`);
        await window.clickInNotification('Your code is', 'link', 'Copy code');
        await window.waitForNotification('You can also select the code here.');
        assert.equal(await window.page.evaluate('navigator.clipboard.readText()'), code);
        const tab = await window.newTab(() => window.clickInNotification('Your code is', 'link', /^Open /));
        await service.approveInBrowser(tab, code);
        await tab.close();
        await window.waitForNotification(`Signed in to ${label} as`);
        await window.accountsEntry(service.account);
        await window.screenshot(`${kind}-signed-in-${label}`);
        await window.page.keyboard.press('Escape');
      });

      it(`gives another extension the session of ${label} once the user allows it`, async () => {
        await window.run(`Consumer: Sign In with ${label}`);
        await window.dialog().waitFor();
        await window.screenshot(`${kind}-consent-${label}`);
        await window.answerDialog('Allow');
        await window.listItem(of(index).account).click();
        await window.waitForNotification('Consumer: the service says 200.');
      });
    }

    it('shows the identity page', async () => {
      await window.run('BAP Identity: Show Identity…');
      await window.listItem('satoshi (').click();
      await window.webView().getByRole('heading', { name: 'satoshi' }).waitFor();
      await window.screenshot(`${kind}-identity`);
    });

    it('keeps both accounts after a reload', async () => {
      await window.reload();
      for (const { account } of running) await window.accountsEntry(account);
      await window.screenshot(`${kind}-reloaded`);
      await window.page.keyboard.press('Escape');
      await window.run('Consumer: Who Is Signed In with Sigma Identity');
      await window.waitForNotification('satoshi, and the service says 200.');
    });

    it('signs out in the Accounts menu, and at the service', async () => {
      await window.signOutInMenu(of(1).account);
      await window.waitForNotification('Successfully signed out.');
      await window.accountsEntry(of(0).account);
      assert.equal(await window.menuItem(of(1).account).count(), 0);
      await window.page.keyboard.press('Escape');
      await window.run('Consumer: Who Is Signed In with Adom');
      await window.waitForNotification('Consumer: nobody is signed in.');
      await window.until(() => Promise.resolve(of(1).sessionEnded()), 'the sign-out to reach the service');
    });

    it(
      hasKeyring ? 'stays signed in after a restart' : 'says after a restart that the session is lost',
      async () => {
        // A sign-in of the last minute is forgotten, with the index that says that there was one.
        const isWritten = async (): Promise<boolean> => (await theia.globalState()).includes('sessionIndex');
        await window.until(isWritten, 'Theia to write the global state');
        await theia.restart();
        await window.reload();
        if (hasKeyring) await window.accountsEntry(of(0).account);
        else await window.waitForNotification(LOST);
        await window.screenshot(`${kind}-restarted`);
      },
    );

    it('leaves no error that nobody handles, and no secret in the log', () => {
      const { output } = theia;
      assert.ok(output.includes('Theia app listening'), 'the log is not there');
      assert.doesNotMatch(output, /not handled|unhandled|uncaught/i);
      for (const secret of running.flatMap((each) => each.secrets()))
        assert.ok(!output.includes(secret), 'a secret is in the log');
    });
  });
}
