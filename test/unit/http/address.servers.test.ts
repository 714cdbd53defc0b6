import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { shortAddress, servers } from '../../../src/http/address.ts';
import { adomWorld, sigmaWorld } from '../support/serviceKit.ts';

describe('servers', () => {
  it('reads the setting and its default as sign-ins do', () => {
    assert.deepEqual(servers(' https://auth.example/eu/ ', 'https://auth.example/'), {
      current: 'https://auth.example/eu',
      defaultServer: 'https://auth.example',
    });
  });

  for (const setting of ['', 'auth.example', 'http://auth.example', 'https://'])
    it(`knows no current server when the setting is “${setting}”`, () => {
      assert.deepEqual(servers(setting, 'https://auth.example'), {
        current: undefined,
        defaultServer: 'https://auth.example',
      });
    });

  it('follow the current settings of each service', () => {
    const sigma = sigmaWorld([], { serverUrl: 'https://staging.example' }).service;
    assert.deepEqual(sigma.servers(), {
      current: 'https://staging.example',
      defaultServer: 'https://auth.example',
    });
    const adom = adomWorld([], { apiUrl: 'https://staging.example' }).service;
    assert.deepEqual(adom.servers(), {
      current: 'https://staging.example',
      defaultServer: 'https://adom.example',
    });
  });
});

describe('shortAddress', () => {
  it('keeps everything in an address that distinguishes servers', () => {
    assert.equal(shortAddress('https://auth.example/eu'), 'auth.example/eu');
    assert.equal(shortAddress('http://127.0.0.1:4711'), '127.0.0.1:4711');
    assert.equal(shortAddress('no address of https://a'), 'no address of https://a');
  });
});
