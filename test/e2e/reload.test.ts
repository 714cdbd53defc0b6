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
      await workbench.run('BAP Identity: Sign In…');
      await workbench.listItem(service.label).click();
      return workbench.userCode(service.label);
    };
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
      ['the window reloads', () => workbench.reload()],
      ['its extension host restarts', () => workbench.run('Developer: Restart Extension Host')],
      ...(isWeb ? [] : [['its extension host crashes', crash] as [string, () => Promise<void>]]),
    ];
    async function crash(): Promise<void> {
      await workbench.run('Consumer: Crash');
    }
    for (const [how, goesAway] of ways)
      it(`continues with the same code after ${how}`, async () => {
        const code = await start();
        await goesAway();
        assert.equal(await continued(), code);
        await workbench.screenshot(`reload-${service.id}-continued`);
        await running.approve(code);
        await signedIn();
      });
  });
