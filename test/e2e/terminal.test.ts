import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { demoPerson } from '../servers/sigma.ts';
import { services, type RunningService } from './services.ts';
import { dependentTests } from './steps.ts';
import { Terminals, terminalSettings } from './terminals.ts';
import { Workbench } from './workbench.ts';

describe('the environment of a terminal', () => {
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
      await workbench.waitForNotification(`Signed in to ${label} as`);
      await workbench.clearNotifications();
    }
  });
  after(async () => {
    await workbench.close();
    await Promise.all(running.map((service) => service.close()));
    await terminals.close();
  });
  dependentTests('terminal', () => workbench);

  /** Prints the variables in a new terminal, and of the token only whether it is set. */
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

  it('has Adom’s token when the settings editor says so and the user allows it', async () => {
    const alone = `id=${identity?.bapId} key=${identity?.pubkey} token=`;
    const both = `${alone}yes`;
    await terminals.chooseInEditor('identityAndAdomToken');
    await workbench.dialog().getByText('Let every program in new terminals act as Ada').waitFor();
    await workbench.screenshot('terminal-question-adom-dark');
    await workbench.answerDialog('Not Now');
    await workbench.screenshot('terminal-setting');
    assert.equal(await seen(), alone);
    await workbench.reload();
    await workbench.clickInNotification('New terminals won’t get the token of Ada', 'button', 'Review…');
    await workbench.answerDialog('Allow');
    await workbench.until(async () => (await seen()) === both, both);
  });

  it('loses the variables of a signed-out account', async () => {
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.listItem('satoshi').click();
    await workbench.answerDialog('Sign Out');
    await workbench.waitForNotification('You are signed out of satoshi');
    assert.equal(await seen(), 'id= key= token=yes');
    await workbench.run('BAP Identity: Sign Out…');
    await workbench.answerDialog('Sign Out');
    await workbench.waitForNotification('You are signed out of Ada');
    assert.equal(await seen(), nothing);
  });

  it('leaves no token in a log', async () => {
    const logs = await workbench.logs();
    const secrets = running.flatMap((service) => service.secrets());
    assert.ok(secrets.length >= 4, `only ${secrets.length} secrets are known`);
    for (const secret of secrets) assert.ok(!logs.includes(secret), 'a secret is in a log');
  });
});
