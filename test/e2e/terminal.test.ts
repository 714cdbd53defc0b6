import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { demoPerson } from '../servers/sigma.ts';
import { services, type RunningService } from './services.ts';
import { isOneStory } from './steps.ts';
import { Terminals, terminalSettings } from './terminals.ts';
import { Workbench } from './workbench.ts';

describe('a terminal', () => {
  const [identity] = demoPerson.identities;
  const nothing = 'id= key= token=';
  let running: RunningService[] = [];
  let workbench: Workbench;
  let terminals: Terminals;

  before(async () => {
    running = await Promise.all(services.map((service) => service.start()));
    workbench = await Workbench.open({
      ...Object.fromEntries(running.flatMap(({ settings }) => Object.entries(settings))),
      ...terminalSettings,
    });
    terminals = await Terminals.of(workbench);
    for (const [index, { label }] of services.entries()) {
      await workbench.run('BAP Identity: Sign In…');
      await workbench.listItem(label).click();
      await running[index]?.approve(await workbench.userCode(label));
      await workbench.told(`Signed in to ${label} as`);
      await workbench.clearNotifications();
    }
  });
  after(async () => {
    await workbench.close();
    await Promise.all(running.map((service) => service.close()));
    await terminals.close();
  });
  isOneStory('terminal', () => workbench);

  /** Returns the variables of a shell in a new terminal. Of the token it says only whether it is there. */
  const seen = (): Promise<string> =>
    terminals.runInNew('echo "id=$BAP_ID key=$BAP_PUBKEY token=${ADOMPKG_TOKEN:+yes}"');

  it('has no variables by default', async () => {
    assert.equal(await seen(), nothing);
  });

  it('has the identity when the setting says so', async () => {
    const alone = `id=${identity?.bapId} key=${identity?.pubkey} token=`;
    await terminals.choose('identity');
    await workbench.until(async () => (await seen()) === alone, alone);
  });

  it('has the identity and Adom’s token when the person says so in the settings editor', async () => {
    const both = `id=${identity?.bapId} key=${identity?.pubkey} token=yes`;
    await terminals.chooseInEditor('identityAndAdomToken');
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
