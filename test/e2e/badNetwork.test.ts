import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Place, refusingProxy, secureServer } from '../servers/badNetwork.ts';
import { certificate } from '../servers/certificates.ts';
import { independentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

describe('signing in through a broken network', () => {
  let server: Place;
  let proxy: Place;
  let workbench: Workbench;

  before(async () => {
    server = await secureServer(await certificate());
    proxy = await refusingProxy(407);
    workbench = await Workbench.open({
      // VS Code bypasses the proxy for loopback addresses.
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
  independentTests('badNetwork', () => workbench);

  const signIn = async (service: string): Promise<void> => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem(service).click();
  };

  it('reports a self-signed certificate and opens the setting for it', async () => {
    await signIn('Sigma Identity');
    const message = await workbench.waitForNotification('is self-signed');
    assert.ok(message.startsWith(`The certificate of localhost:${server.port} is self-signed`), message);
    await workbench.screenshot('certificate-dark');
    await workbench.clickInNotification('is self-signed', 'button', 'Open Setting');
    await workbench.page.getByText('Http: System Certificates').first().waitFor();
    await workbench.screenshot('certificate-setting');
    await workbench.page.keyboard.press('Escape'); // closes the settings editor, which covers the window
    assert.match(
      await workbench.logs(),
      new RegExp(`\\[info\\] device code: no answer from <localhost:${server.port}> \\(selfSigned: `),
    );
  });

  it('reports a proxy that requires authentication', async () => {
    await signIn('Adom');
    const message = await workbench.waitForNotification('The proxy');
    await workbench.screenshot('proxy-dark');
    assert.match(message, /The proxy for adom\.example requires a user name and password \(407\)\./);
  });
});
