import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { startSigmaServer, requestsTo, type SigmaServer } from '../servers/sigma.ts';
import { Workbench } from './workbench.ts';

describe('two extensions that ask for the same at the same moment', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1 });
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url }, 'greeter');
  });
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await workbench.saveFailure('two-extensions');
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });

  it('get one session for one code', async () => {
    await workbench.run('Greeter: Ask Together with Consumer');
    await workbench.answerDialog('Allow');
    await workbench.answerDialog('Allow');
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.waitForNotification('Greeter: signed in as satoshi (');
    await workbench.waitForNotification('Consumer: the service says 200.');
    assert.equal(requestsTo(sigma.requests, '/api/auth/device/code').length, 1);
  });
});
