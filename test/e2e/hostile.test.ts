import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { services, type RunningService, type Service } from './services.ts';
import { Workbench } from './workbench.ts';

const run = promisify(execFile);

describe('a program of the same user on the server, with two windows open', () => {
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
    await one.told('Consumer: the service says 200.');
    await one.clearNotifications();
    two = await one.openWindow();
    await two.seesInAccountsMenu('satoshi (');
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
  const bothStillSignedIn = async (): Promise<void> => {
    for (const window of [one, two]) {
      await window.seesInAccountsMenu('satoshi (');
      await window.run('Consumer: Who Is Signed In with Sigma Identity');
      await window.told('Consumer: satoshi, and the service says 200.');
      await window.clearNotifications();
    }
    const changes = (await one.logs()).match(/ \[info\] (?:added|changed|removed) sigma-identity/g) ?? [];
    assert.deepEqual(changes, [' [info] added sigma-identity'], 'the windows have heard of a change');
  };

  it('gets no token from any file or socket', async () => {
    const loot = await hostile('steal');
    assert.match(loot, /^[1-9]\d* files, [1-9]\d* sockets\n/);
    const secrets = service.secrets();
    assert.ok(secrets.length >= 3, `only ${secrets.length} secrets are known`);
    for (const secret of secrets) assert.ok(!loot.includes(secret), 'it has found a secret');
    await bothStillSignedIn();
  });

  it('plants no session and spoils none', async () => {
    assert.ok(Number(await hostile('plant')) >= 3);
    await bothStillSignedIn();
    await two.reload();
    await bothStillSignedIn();
  });

  it('ends no session by deleting it while a window is open', async () => {
    assert.ok(Number(await hostile('delete')) >= 3);
    await bothStillSignedIn();
    await two.reload();
    await bothStillSignedIn();
  });
});
