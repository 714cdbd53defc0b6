import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

describe('an agent that calls the identity tool', () => {
  const question = 'Tell the agent who you are?';
  let sigma: SigmaServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true });
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url });
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  dependentTests('tool', () => workbench);

  const askTool = async (): Promise<void> => {
    await workbench.run('Consumer: Ask the Identity Tool');
    await workbench.dialog().filter({ hasText: question }).waitFor();
  };

  it('is told to ask the user to sign in', async () => {
    await askTool();
    await workbench.answerDialog('Yes');
    await workbench.waitForNotification('the tool says No one is signed in to Sigma Identity or Adom.');
  });

  it('gets the identity after the user allows it', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi');
    await workbench.clearNotifications();
    await askTool();
    await workbench.screenshot('identity-tool');
    await workbench.answerDialog('Yes');
    const answer = await workbench.waitForNotification('Consumer: the tool says [');
    assert.match(
      answer,
      /"provider":"sigma-identity","server":"http:[^"]*","name":"satoshi","bapId":"3DgKFHRq8n2RDjF4dZEyncXVc1Rf"/,
    );
  });

  it('gets nothing when the user refuses', async () => {
    await askTool();
    await workbench.answerDialog('Cancel');
    await workbench.waitForNotification('Consumer: the tool says nothing (Canceled');
  });
});
