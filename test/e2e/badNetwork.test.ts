import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Place, refusingProxy, secureServer } from '../servers/badNetwork.ts';
import { certificate } from '../servers/certificates.ts';
import { areSeparate } from './steps.ts';
import { Workbench } from './workbench.ts';

describe('a network that is in the way of a sign-in', () => {
  let server: Place;
  let proxy: Place;
  let workbench: Workbench;

  before(async () => {
    server = await secureServer(await certificate());
    proxy = await refusingProxy(407);
    workbench = await Workbench.open({
      // VS Code takes no proxy for an address of this machine.
      'bapIdentity.sigma.serverUrl': `https://localhost:${server.port}`,
      'bapIdentity.adom.apiUrl': 'https://adom.example',
      'http.proxy': `http://localhost:${proxy.port}`,
    });
  });
  after(async () => {
    await workbench.close();
    await server.close();
    await proxy.close();
  });
  areSeparate('badNetwork', () => workbench);

  const signIn = async (service: string): Promise<void> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem(service).click();
  };

  it('says that a certificate is self-signed, and opens the setting', async () => {
    await signIn('Sigma Identity');
    const message = await workbench.told('is self-signed');
    assert.ok(message.startsWith(`The certificate of localhost:${server.port} is self-signed`), message);
    await workbench.screenshot('certificate-dark');
    await workbench.clickIn('is self-signed', 'button', 'Open Setting');
    await workbench.page.getByText('Http: System Certificates').first().waitFor();
    await workbench.screenshot('certificate-setting');
    await workbench.page.keyboard.press('Escape'); // the settings lie over the window
    assert.match(
      await workbench.logs(),
      new RegExp(`\\[info\\] device code: no answer from localhost:${server.port} \\(selfSigned: `),
    );
  });

  it('says that the proxy wants a login', async () => {
    await signIn('Adom');
    const message = await workbench.told('The proxy');
    await workbench.screenshot('proxy-dark');
    assert.match(message, /The proxy for adom\.example requires a user name and password \(407\)\./);
  });
});
