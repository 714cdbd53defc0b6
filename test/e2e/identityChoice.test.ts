import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  demoPerson,
  personWithoutIdentity,
  requestsTo,
  secondPerson,
  startSigmaServer,
  type SigmaServer,
} from '../servers/sigma.ts';
import { independentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const SET_ACTIVE = '/api/auth/organization/set-active';
const [PERSON_OF_ONE, PERSON_OF_TWO, PERSON_OF_NONE] = [0, 1, 2];
const [kestrel, satoshi] = secondPerson.identities;

describe('choosing a BAP identity during sign-in', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({
      intervalSeconds: 1,
      people: [demoPerson, secondPerson, personWithoutIdentity],
    });
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url });
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  independentTests('identity-choice', () => workbench);

  const signInAs = async (person: number): Promise<void> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await sigma.approve(await workbench.userCode('Sigma Identity'), 0, person);
  };
  const list = () =>
    workbench.page.locator('.quick-input-widget', { hasText: 'Sign in with Sigma Identity' });
  const choose = (name: string): Promise<void> => workbench.listItem(name).click();
  const expectSignedIn = async (name: string, id: string): Promise<void> => {
    await workbench.waitForNotification(`Signed in to Sigma Identity as ${name}.`);
    await workbench.waitForAccountsEntry(`${name} (${id})`);
  };

  it('uses the only identity without asking', async () => {
    await signInAs(PERSON_OF_ONE);
    const [only] = demoPerson.identities;
    assert.ok(only);
    await expectSignedIn('satoshi', only.bapId);
    await workbench.screenshot('identity-one');
  });

  for (const theme of ['Light Modern', 'Dark Modern'] as const) {
    it(`asks a user with several identities (${theme})`, async () => {
      assert.ok(kestrel && satoshi);
      await workbench.useTheme(theme);
      await signInAs(PERSON_OF_TWO);
      await list().waitFor();
      await workbench.listItem(kestrel.bapId).waitFor();
      await workbench.listItem(satoshi.bapId).waitFor();
      await workbench.screenshot(`identity-several-${theme.split(' ')[0]?.toLowerCase() ?? ''}`);
      await choose('kestrel');
      await expectSignedIn('kestrel', kestrel.bapId);
    });
  }

  it('asks in Do Not Disturb mode and keeps the list when the window loses focus', async () => {
    assert.ok(satoshi);
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    const code = await workbench.userCode('Sigma Identity');
    await workbench.run('Notifications: Toggle Do Not Disturb Mode');
    await sigma.approve(code, 0, PERSON_OF_TWO);
    await list().waitFor();
    await workbench.blurAndFocus();
    await workbench.screenshot('identity-several-muted');
    await choose(satoshi.bapId);
    await list().waitFor({ state: 'hidden' });
    await workbench.run('Notifications: Toggle Do Not Disturb Mode');
    await expectSignedIn('satoshi', satoshi.bapId);
  });

  it('asks again when the server refuses the choice', async () => {
    assert.ok(satoshi);
    const refusal = { message: 'No', code: 'USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION' };
    sigma.failNext(SET_ACTIVE, { kind: 'answer', status: 403, body: refusal });
    await signInAs(PERSON_OF_TWO);
    await list().waitFor();
    await choose('kestrel');
    await workbench.page
      .getByPlaceholder('Sigma Identity refused “kestrel”. Choose another identity')
      .waitFor();
    await workbench.listItem('Continue without a BAP identity').waitFor();
    await workbench.screenshot('identity-refused');
    await choose('satoshi');
    await expectSignedIn('satoshi', satoshi.bapId);
  });

  const CHOOSING = 'Sign in with Sigma Identity: Approved. Choose an identity';

  it('takes no hidden list for an answer, and brings it back from the notification and the palette', async () => {
    assert.ok(kestrel);
    await signInAs(PERSON_OF_TWO);
    await list().waitFor();
    await workbench.page.keyboard.press('Escape');
    await list().waitFor({ state: 'hidden' });
    await workbench.notification(CHOOSING).waitFor();
    for (const theme of ['Light Modern', 'Dark Modern'] as const) {
      await workbench.useTheme(theme);
      await workbench.screenshot(`identity-hidden-${theme.split(' ')[0]?.toLowerCase() ?? ''}`);
    }
    await workbench.clickInNotification(CHOOSING, 'link', 'Choose an identity…');
    await list().waitFor();

    await workbench.page.keyboard.press('F1');
    await list().waitFor({ state: 'hidden' });
    await workbench.page.keyboard.press('Escape');
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await workbench.listItem(kestrel.bapId).click();
    await expectSignedIn('kestrel', kestrel.bapId);
  });

  it('ends the sign-in and revokes its token when the user cancels it in the list', async () => {
    const signOuts = (): number =>
      requestsTo(sigma.requests, '/api/auth/sign-out').filter(({ status }) => status === 200).length;
    const before = signOuts();
    await signInAs(PERSON_OF_TWO);
    await list().waitFor();
    await choose('Cancel this sign-in');
    await list().waitFor({ state: 'hidden' });
    await workbench.notification('Sign in with Sigma Identity:').waitFor({ state: 'detached' });
    await workbench.until(() => Promise.resolve(signOuts() > before), 'the token to be revoked');
  });

  it('tells a user without an identity how to get one', async () => {
    await signInAs(PERSON_OF_NONE);
    await workbench.waitForNotification('This Sigma Identity account has no BAP identity yet.');
    await workbench.screenshot('identity-none');
    const opened = await workbench.intercept('https://sigmaidentity.com');
    await workbench.clickInNotification('has no BAP identity yet', 'button', 'Open sigmaidentity.com');
    await workbench.answerDialog('Open');
    await workbench.until(() => Promise.resolve(opened.length > 0), 'the page of Sigma Identity');
  });
});
