import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readServers } from '../../../../src/sharing/mcp/servers.ts';

const RULES = {
  providers: ['sigma-identity', 'adom'],
  serviceUrls: ['https://auth.example', 'https://api.example:8443/base', 'http://127.0.0.1:4000'],
  // As in VS Code 1.105 to 1.139. A suite in VS Code uses its own spelling.
  spelling: (url: string) =>
    url
      .replace(/\?$/, '')
      .replace(/\/([A-Z]):/, (drive) => drive.toLowerCase())
      .replace(/(?<=\?.*)\?/, '%3F'),
};
const good = { label: 'Tools', url: 'https://tools.example/mcp', provider: 'adom' };

const longUrl = (characters: number): string => 'https://tools.example/'.padEnd(characters, 'a');

describe('the MCP servers setting', () => {
  const accepted: [what: string, entry: object, url: string][] = [
    ['an https address', { url: 'https://tools.example/mcp' }, 'https://tools.example/mcp'],
    ['an address without a path', { url: 'https://tools.example' }, 'https://tools.example/'],
    ['an address with a query', { url: 'https://tools.example/mcp?v=1' }, 'https://tools.example/mcp?v=1'],
    ['http on this machine', { url: 'http://127.0.0.1:3000/mcp' }, 'http://127.0.0.1:3000/mcp'],
    ['http on localhost', { url: 'http://localhost:3000/mcp' }, 'http://localhost:3000/mcp'],
    ['capitals in the host', { url: 'https://Tools.Example/MCP' }, 'https://tools.example/MCP'],
    ['spaces around the address', { url: ' https://tools.example/mcp\n' }, 'https://tools.example/mcp'],
    ['2,000 characters', { url: longUrl(2_000) }, longUrl(2_000)],
    ['another port of a service', { url: 'https://auth.example:444/mcp' }, 'https://auth.example:444/mcp'],
    ['a host under that of a service', { url: 'https://mcp.auth.example/' }, 'https://mcp.auth.example/'],
    ['a member that has no meaning', { other: 1 }, 'https://tools.example/mcp'],
  ];
  for (const [what, different, url] of accepted)
    it(`accepts ${what}`, () => {
      assert.deepEqual(readServers([{ ...good, ...different }], RULES), {
        servers: [{ ...good, url }],
        problems: [],
      });
    });

  const refused: [what: string, entry: unknown, kind: string][] = [
    ['a string', 'https://tools.example', 'noEntry'],
    ['null', null, 'noEntry'],
    ['a list', [], 'noEntry'],
    ['an entry without a label', { ...good, label: undefined }, 'badLabel'],
    ['a label that is a number', { ...good, label: 1 }, 'badLabel'],
    ['a label of spaces', { ...good, label: '  ' }, 'badLabel'],
    ['an invisible label', { ...good, label: '\u200b' }, 'badLabel'],
    ['an entry without a URL', { ...good, url: undefined }, 'badUrl'],
    ['a URL that is a number', { ...good, url: 1 }, 'badUrl'],
    ['a URL without a scheme', { ...good, url: 'tools.example/mcp' }, 'badUrl'],
    ['http on another machine', { ...good, url: 'http://tools.example/mcp' }, 'badUrl'],
    ['http on a name under localhost', { ...good, url: 'http://evil.localhost/mcp' }, 'badUrl'],
    ['a host that begins like this machine', { ...good, url: 'http://127.0.0.1.example/mcp' }, 'badUrl'],
    ['another scheme', { ...good, url: 'unix:///mcp.sock' }, 'badUrl'],
    ['a user name', { ...good, url: 'https://tools.example@evil.example/mcp' }, 'badUrl'],
    ['a backslash', { ...good, url: 'https://tools.example\\@evil.example/mcp' }, 'badUrl'],
    ['a fragment', { ...good, url: 'https://tools.example/mcp#x' }, 'badUrl'],
    ['an escaped character', { ...good, url: 'https://tools.example/%2e%2e/mcp%3f' }, 'badUrl'],
    ['a character that must be escaped', { ...good, url: 'https://tools.example/wörk' }, 'badUrl'],
    ['a URL of 2,001 characters', { ...good, url: longUrl(2_001) }, 'longUrl'],
    ['an empty query', { ...good, url: 'https://tools.example/mcp?' }, 'rewrittenUrl'],
    ['a second question mark', { ...good, url: 'https://tools.example/mcp??a' }, 'rewrittenUrl'],
    ['a drive letter', { ...good, url: 'https://tools.example/C:/mcp' }, 'rewrittenUrl'],
    ['a URL on a service', { ...good, url: 'https://auth.example/mcp' }, 'serviceUrl'],
    ['a URL on the other service', { ...good, url: 'https://api.example:8443/mcp' }, 'serviceUrl'],
    [
      'a URL on a service, with a dot after its host',
      { ...good, url: 'https://auth.example./mcp' },
      'serviceUrl',
    ],
    ['a URL on a service on this machine', { ...good, url: 'http://127.0.0.1:4000/mcp' }, 'serviceUrl'],
    ['an entry without a provider', { ...good, provider: undefined }, 'badProvider'],
    ['an unknown provider', { ...good, provider: 'github' }, 'badProvider'],
    ['a provider in capitals', { ...good, provider: 'Adom' }, 'badProvider'],
  ];
  for (const [what, entry, kind] of refused)
    it(`skips ${what} but keeps other entries`, () => {
      const other = { ...good, label: 'Other' };
      assert.deepEqual(readServers([entry, other], RULES), {
        servers: [other],
        problems: [{ kind, entry: 1 }],
      });
    });

  it('skips a duplicate label, because VS Code identifies servers by it', () => {
    const { servers, problems } = readServers([good, { ...good, url: 'https://evil.example/' }], RULES);
    assert.deepEqual(servers, [good]);
    assert.deepEqual(problems, [{ kind: 'sameLabel', entry: 2 }]);
  });

  it('treats labels that look the same as duplicates', () => {
    const { problems } = readServers([good, { ...good, label: 'To\u200bols ' }], RULES);
    assert.deepEqual(problems, [{ kind: 'sameLabel', entry: 2 }]);
  });

  for (const value of [undefined, null, {}, 'https://tools.example', good])
    it(`yields no servers when it is not a list: ${JSON.stringify(value)}`, () => {
      assert.deepEqual(readServers(value, RULES), { servers: [], problems: [{ kind: 'noList' }] });
    });

  it('yields no servers and no problem when empty', () => {
    assert.deepEqual(readServers([], RULES), { servers: [], problems: [] });
  });

  it('makes a label safe to show', () => {
    const { servers } = readServers([{ ...good, label: '[Free](command:x) $(zap)' }], RULES);
    assert.equal(servers[0]?.label, '[Free] (command:x) $ (zap)');
  });
});
