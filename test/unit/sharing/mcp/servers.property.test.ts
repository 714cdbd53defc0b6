import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { isSafeAddress } from '../../../../src/http/address.ts';
import { readServers } from '../../../../src/sharing/mcp/servers.ts';
import { address } from '../../support/addresses.ts';
import { holds } from '../../support/fuzz.ts';
import { anyJson, hostileText, nearly } from '../../support/hostile.ts';
import { assertSafe } from '../../support/texts.ts';

const PROVIDERS = ['sigma-identity', 'adom'];
const RULES = { providers: PROVIDERS, serviceUrls: ['https://auth.example'], spelling: (url: string) => url };
const entry = nearly({
  label: hostileText,
  url: fc.oneof(address, fc.webUrl()),
  provider: fc.constantFrom(...PROVIDERS, '__proto__', 'ADOM'),
});
const setting = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.oneof({ weight: 6, arbitrary: entry }, anyJson), { maxLength: 6 }) },
  anyJson,
);

describe('any MCP servers setting', () => {
  it('yields servers with safe labels and URLs that VS Code keeps unchanged, or reports the problem', (context) =>
    holds(context, setting, (value) => {
      const { servers, problems } = readServers(value, RULES);
      assert.equal(servers.length + problems.length, Array.isArray(value) ? value.length : 1);
      assert.equal(
        new Set(servers.map(({ label }) => label)).size,
        servers.length,
        'labels tell servers apart',
      );
      for (const { label, url, provider } of servers) {
        assert.ok(label !== '' && PROVIDERS.includes(provider));
        assertSafe(label, 60);
        assert.equal(new URL(url).href, url);
        assert.ok(isSafeAddress(url), url);
        assert.doesNotMatch(url, /[#%]/);
        assert.ok(url.length <= 2_000);
        assert.notEqual(new URL(url).origin, 'https://auth.example');
      }
    }));
});
