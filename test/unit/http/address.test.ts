import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { hostOf, isLoopback, isSafeAddress, parseServer } from '../../../src/http/address.ts';

const SAFE = [
  'https://auth.example',
  'https://auth.example:8443/device?code=ABCD-1234#x',
  'HTTPS://AUTH.EXAMPLE/',
  'https://192.0.2.1/',
  'http://localhost:3000/',
  'http://127.0.0.1/',
  'http://127.8.9.10:80/',
  'http://127.10.20.30/',
  'http://[::1]:3000/',
];

const UNSAFE = [
  '',
  'auth.example',
  '/device',
  '//auth.example',
  'http://auth.example/',
  'http://192.168.0.1/',
  'http://localhost.example/',
  'http://127.0.0.1.example/',
  'http://notlocalhost/',
  'http://auth.localhost/',
  'http://localhost./',
  'http://127.0.0.1.5/',
  'ht\ntps://auth.example/',
  ' https://auth.example/',
  'https://auth.example/ ',
  'https://auth.example/a b',
  'https://auth.example/\u00a0',
  '\0https://auth.example/',
  'https://auth.example/\u007f',
  'https://auth.example/\u0085',
  'http://localhost\\@evil.example/',
  'https://auth.example\\@evil.example/',
  'https:\\\\auth.example/',
  'https:auth.example',
  'https:/auth.example',
  'https:///auth.example',
  'http://0.0.0.0/',
  'https://',
  'https://user@auth.example/',
  'https://@auth.example/',
  'https://:@auth.example/',
  'https://user:password@auth.example/',
  'https://:password@auth.example/',
  'http://localhost@evil.example/',
  'ftp://auth.example/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'command:workbench.action.quit',
  'vscode://publisher.extension/x',
  'data:text/html,hello',
];

const SERVERS: [setting: string, server: string | undefined][] = [
  ['https://auth.example', 'https://auth.example'],
  ['https://auth.example/', 'https://auth.example'],
  ['https://auth.example///', 'https://auth.example'],
  ['  https://auth.example/\n', 'https://auth.example'],
  ['HTTPS://Auth.Example:443/', 'https://auth.example'],
  ['https://auth.example:8443/tenant/one/', 'https://auth.example:8443/tenant/one'],
  ['http://localhost:3000', 'http://localhost:3000'],
  ['http://[::1]:3000/', 'http://[::1]:3000'],
  ['https://auth.example/a b', undefined],
  ['https://auth.example/a\nb', undefined],
  ['https://auth.example\\tenant', undefined],
  ['https:auth.example', undefined],
  ['http://auth.localhost:3000', undefined],
  ['', undefined],
  ['auth.example', undefined],
  ['http://auth.example', undefined],
  ['https://user:password@auth.example', undefined],
  ['https://auth.example/?tenant=one', undefined],
  ['https://auth.example/#/', undefined],
];

describe('address', () => {
  for (const address of SAFE) {
    it(`${address} is a safe address`, () => {
      assert.equal(isSafeAddress(address), true);
      assert.equal(isSafeAddress(new URL(address)), true);
    });
  }

  for (const address of UNSAFE) {
    it(`${JSON.stringify(address)} is not a safe address`, () => {
      assert.equal(isSafeAddress(address), false);
    });
  }

  for (const [setting, server] of SERVERS) {
    it(`the setting ${JSON.stringify(setting)} names ${server ?? 'no server'}`, () => {
      assert.equal(parseServer(setting), server);
    });
  }

  for (const hostname of ['127.0.0.1.example', '1.127.0.0.1', '10127.0.0.1', '128.0.0.1', '[::2]', '']) {
    it(`"${hostname}" is not this machine`, () => {
      assert.equal(isLoopback(hostname), false);
    });
  }

  for (const [address, host] of [
    ['https://auth.example/device?code=1', 'auth.example'],
    ['http://localhost:3000/', 'localhost:3000'],
    ['https://Auth.example:8443/device', 'auth.example:8443'],
    ['https://\u0430uth.example/', 'xn--uth-5cd.example'],
    ['no address', 'no address'],
  ] as const) {
    it(`the host of ${address} is ${host}`, () => {
      assert.equal(hostOf(address), host);
    });
  }

  it('shows the end of a long host, because the end says whose it is', () => {
    const long = `https://auth.example.${'a'.repeat(60)}.${'b'.repeat(60)}.evil.example/device`;
    assert.match(hostOf(long), /^…a+\.b{60}\.evil\.example$/);
    assert.equal(hostOf(long).length, 101);
  });

  it('shows all of a host of 100 characters', () => {
    const host = `${'a'.repeat(60)}.${'b'.repeat(31)}.example`;
    assert.equal(host.length, 100);
    assert.equal(hostOf(`https://${host}/device`), host);
  });
});
