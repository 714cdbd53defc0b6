import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { glob as find, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { services, type RunningService, type Service } from './services.ts';
import { Workbench } from './workbench.ts';

const run = promisify(execFile);

/** The only match. Fails when there is none, or more than one. */
async function glob(pattern: string, cwd: string): Promise<string> {
  const found: string[] = [];
  for await (const match of find(pattern, { cwd })) found.push(path.join(cwd, match));
  const [only, ...others] = found;
  assert.ok(only !== undefined && others.length === 0);
  return only;
}

describe('a hostile program running as the same user, with two windows open', () => {
  const sigma: Service = services[0] ?? assert.fail('no service');
  let service: RunningService;
  let one: Workbench;
  let two: Workbench;

  before(async () => {
    service = await sigma.start();
    one = await Workbench.open(service.settings);
    await one.run('Consumer: Sign In with Sigma Identity');
    await one.answerDialog('Allow');
    await service.approve(await one.userCode(sigma.label));
    await one.waitForNotification('Consumer: the service says 200.');
    await one.clearNotifications();
    two = await one.openWindow();
    await two.waitForAccountsEntry('satoshi (');
  });
  after(async () => {
    await one.close();
    await service.close();
  });

  const hostile = async (does: 'steal' | 'plant' | 'delete'): Promise<string> => {
    const program = path.join(import.meta.dirname, 'hostileProgram.ts');
    const options = { maxBuffer: 1024 ** 3, encoding: 'latin1' } as const;
    return (await run(process.execPath, [program, does, one.serverFolder], options)).stdout;
  };
  const expectBothSignedIn = async (): Promise<void> => {
    for (const window of [one, two]) {
      await window.waitForAccountsEntry('satoshi (');
      await window.run('Consumer: Who Is Signed In with Sigma Identity');
      await window.waitForNotification('Consumer: satoshi, and the service says 200.');
      await window.clearNotifications();
    }
    const changes = (await one.logs()).match(/ \[info\] (?:added|changed|removed) sigma-identity/g) ?? [];
    assert.deepEqual(changes, [' [info] added sigma-identity'], 'a window saw a change');
  };

  it('finds no token in any file or socket', async () => {
    const loot = await hostile('steal');
    assert.match(loot, /^[1-9]\d* files, [1-9]\d* sockets\n/);
    const secrets = service.secrets();
    assert.ok(secrets.length >= 3, `only ${secrets.length} secrets are known`);
    for (const secret of secrets) assert.ok(!loot.includes(secret), 'a secret was found');
    await expectBothSignedIn();
  });

  it('cannot plant or corrupt a session', async () => {
    assert.ok(Number(await hostile('plant')) >= 3);
    await expectBothSignedIn();
    await two.reload();
    await expectBothSignedIn();
  });

  it('cannot end a session by deleting its files while a window is open', async () => {
    assert.ok(Number(await hostile('delete')) >= 3);
    await expectBothSignedIn();
    await two.reload();
    await expectBothSignedIn();
  });

  it('cannot end a session by deleting all files of the extension while no window is open', async () => {
    await one.page.goto('about:blank');
    await two.page.goto('about:blank');
    const folder = await glob('**/globalStorage/bap-identity.bap-authentication', one.serverFolder);
    await rm(folder, { recursive: true });
    await one.reload();
    await two.reload();
    await expectBothSignedIn();
  });

  it('leaves nobody signed in after the browser’s site data is cleared, and a new sign-in works', async () => {
    await two.page.goto('about:blank');
    await one.clearSiteData();
    await one.reload();
    await one.run('Consumer: Who Is Signed In with Sigma Identity');
    await one.waitForNotification('Consumer: nobody is signed in.');
    await one.run('Consumer: Sign In with Sigma Identity');
    await one.answerDialog('Allow');
    await service.approve(await one.userCode(sigma.label));
    await one.waitForNotification('Consumer: the service says 200.');
    await two.reload();
    await two.waitForAccountsEntry('satoshi (');
  });
});
