import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';

import { closedPort } from '../../servers/badNetwork.ts';
import { startAdomServer } from '../../servers/adom.ts';
import { startSigmaServer } from '../../servers/sigma.ts';
import { approveAtAdom, runProbe } from '../support/probeWorld.ts';

describe('the probe where it reaches nothing', () => {
  it('says for each service why, and what to check', async () => {
    const address = `http://127.0.0.1:${await closedPort()}`;
    const { code, printed, said } = await runProbe({ sigma: address, adom: address });
    assert.equal(code, 1);
    assert.equal(printed, '');
    const asks =
      'If your network needs a proxy, run this with NODE_USE_ENV_PROXY=1 and HTTPS_PROXY=http://host:port.';
    assert.deepEqual(said.split('\n'), [
      `Asking Sigma Identity at ${address}…`,
      `Couldn’t reach Sigma Identity at ${address}: nothing listens there. The server may be down. Check the address, which --sigma changes. ${asks}`,
      `Asking Adom at ${address}…`,
      `Couldn’t reach Adom at ${address}: nothing listens there. The server may be down. Check the address, which --adom changes. ${asks}`,
    ]);
  });

  it('names a host that does not exist', async () => {
    const { code, said } = await runProbe({ sigma: 'https://no-such-host.invalid', only: 'sigma' });
    assert.equal(code, 1);
    assert.match(
      said,
      /Couldn’t reach Sigma Identity at https:\/\/no-such-host\.invalid: no such host name\. Check/,
    );
  });

  it('recognizes the login page of a network', async () => {
    const [sigma, adom] = [await startSigmaServer(), await startAdomServer()];
    after(() => Promise.all([sigma.close(), adom.close()]));
    sigma.failNext('/api/auth/device/token', { kind: 'html' });
    sigma.failNext('/api/auth/device/code', { kind: 'html' });
    adom.failNext('/auth/intents', { kind: 'redirect', to: 'https://login.example.com' });
    const { code, printed, said } = await runProbe({ sigma: sigma.url, adom: adom.url });
    assert.deepEqual([code, printed], [1, '']);
    assert.equal(said.match(/a web page or a redirect answers\. Open any web page and log in/g)?.length, 2);
  });

  it('still asks the other service, and fails', async () => {
    const adom = await startAdomServer({ pingMs: 100 });
    after(() => adom.close());
    const approve = (_code: string, link: string): void => {
      approveAtAdom(adom, link);
    };
    const { code, printed, said } = await runProbe({
      sigma: `http://127.0.0.1:${await closedPort()}`,
      adom: adom.url,
      approve,
    });
    assert.equal(code, 1);
    assert.match(said, /Couldn’t reach Sigma Identity/);
    assert.match(printed, new RegExp(`^### Adom at ${adom.url}\n`));
    assert.doesNotMatch(printed, /Sigma|not asked/);
  });
});

describe('the probe of a service that refuses', { concurrency: true }, () => {
  it('says that the client ID is refused, and what it knows without a sign-in', async () => {
    const sigma = await startSigmaServer({ clientIds: ['another'] });
    after(() => sigma.close());
    const { code, printed } = await runProbe({ sigma: sigma.url, only: 'sigma' });
    assert.equal(code, 1);
    assert.match(printed, /The server refuses the client ID. Try another one with --client-id\./);
    assert.match(printed, /The client ID is accepted +\| no +\| invalid_client \|/);
    assert.match(printed, /A web worker may call oauth2\/userinfo +\| yes +\| without a token: 401 \|/);
    assert.match(printed, /There is an ID token +\| not known +\| not asked \|/);
  });

  it('says that the scope offline_access is refused, and asks for a code without it', async () => {
    const sigma = await startSigmaServer({ intervalSeconds: 1 });
    after(() => sigma.close());
    sigma.failNext('/api/auth/device/code', {
      kind: 'answer',
      status: 400,
      body: { error: 'invalid_scope' },
    });
    const approve = (code: string): void => void sigma.approve(code);
    const { code, printed } = await runProbe({ sigma: sigma.url, only: 'sigma', approve });
    assert.equal(code, 0);
    assert.match(printed, /The scope offline_access is accepted +\| no +\| 400 invalid_scope \|/);
    assert.match(printed, /names its scopes +\| yes +\| openid profile \|/);
  });

  it('says that the user denied it', async () => {
    const sigma = await startSigmaServer({ intervalSeconds: 1 });
    after(() => sigma.close());
    const approve = (code: string): void => void sigma.deny(code);
    const { code, printed } = await runProbe({ sigma: sigma.url, only: 'sigma', approve });
    assert.equal(code, 1);
    assert.match(printed, /The sign-in was denied in the browser\./);
  });

  it('ends when the code expires', async () => {
    const [sigma, adom] = [
      await startSigmaServer({ intervalSeconds: 1 }),
      await startAdomServer({ pingMs: 100 }),
    ];
    after(() => Promise.all([sigma.close(), adom.close()]));
    const approve = (code: string, link: string): void => {
      if (link.startsWith(sigma.url)) sigma.expire(code);
      else adom.expire(new URL(link).searchParams.get('token') ?? undefined);
    };
    const { code, printed } = await runProbe({ sigma: sigma.url, adom: adom.url, approve });
    assert.equal(code, 1);
    assert.match(printed, /The code expired before it was approved\./);
    assert.match(printed, /The intent expired before it was approved\./);
  });
});
