import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { demoPerson } from '../servers/sigma.ts';
import { services, type RunningService } from './services.ts';
import { isOneStory } from './steps.ts';
import { Workbench } from './workbench.ts';

describe('a terminal', () => {
  const [identity] = demoPerson.identities;
  const nothing = 'id= key= token=';
  let folder: string;
  let running: RunningService[] = [];
  let workbench: Workbench;
  let terminals = 0;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'terminal-'));
    running = await Promise.all(services.map((service) => service.start()));
    workbench = await Workbench.open({
      ...Object.fromEntries(running.flatMap(({ settings }) => Object.entries(settings))),
      // Otherwise the settings editor covers the terminals.
      'workbench.editor.useModal': 'off',
    });
    for (const [index, { label }] of services.entries()) {
      await workbench.run('BAP Identity: Sign In…');
      await workbench.listItem(label).click();
      await running[index]?.approve(await workbench.userCode(label));
      await workbench.told(`Signed in with ${label} as`);
      await workbench.clearNotifications();
    }
  });
  after(async () => {
    await workbench.close();
    await Promise.all(running.map((service) => service.close()));
    await rm(folder, { recursive: true });
  });
  isOneStory('terminal', () => workbench);

  /** Changes the setting in the settings editor, as a person does. */
  const choose = async (mode: string): Promise<void> => {
    await workbench.run('Preferences: Open Settings (UI)');
    const { page } = workbench;
    await page.locator('.settings-header .monaco-editor').click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('@id:bapIdentity.terminal.environment');
    await page.getByLabel('bapIdentity.terminal.environment', { exact: true }).click();
    const option = page.locator('.select-box-dropdown-list-container .option-text');
    await option.getByText(mode, { exact: true }).click();
  };

  /** Returns the variables of a shell in a new terminal. Of the token it says only whether it is there. */
  const seen = async (): Promise<string> => {
    const file = path.join(folder, String(++terminals));
    const shells = workbench.page.locator('.terminal-wrapper .xterm');
    const before = await shells.count();
    await workbench.run('Terminal: Create New Terminal');
    await workbench.until(async () => (await shells.count()) > before, 'a new terminal');
    await workbench.page.keyboard.type(
      `echo "id=$BAP_ID key=$BAP_PUBKEY token=\${ADOMPKG_TOKEN:+yes}" | tee ${file}\n`,
    );
    let text = '';
    await workbench.until(async () => {
      text = (await readFile(file, 'utf8').catch(() => '')).trim();
      return text !== '';
    }, 'the shell');
    return text;
  };

  it('has no variables by default', async () => {
    assert.equal(await seen(), nothing);
  });

  it('has the identity when the setting says so', async () => {
    const alone = `id=${identity?.bapId} key=${identity?.pubkey} token=`;
    await choose('identity');
    await workbench.until(async () => (await seen()) === alone, alone);
  });

  it('has the identity and Adom’s token when the setting says so', async () => {
    const both = `id=${identity?.bapId} key=${identity?.pubkey} token=yes`;
    await choose('identityAndAdomToken');
    await workbench.screenshot('terminal-setting');
    await workbench.until(async () => (await seen()) === both, both);
  });

  it('loses the variables of an account that is signed out', async () => {
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.listItem('satoshi').click();
    await workbench.told('You are signed out of satoshi');
    assert.equal(await seen(), 'id= key= token=yes');
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.answerDialog('Sign Out');
    await workbench.told('You are signed out of Ada');
    assert.equal(await seen(), nothing);
  });

  it('leaves no token in a log', async () => {
    const logs = await workbench.logs();
    const secrets = running.flatMap((service) => service.secrets());
    assert.ok(secrets.length >= 4, `only ${secrets.length} secrets are known`);
    for (const secret of secrets) assert.ok(!logs.includes(secret), 'a secret is in a log');
  });
});
