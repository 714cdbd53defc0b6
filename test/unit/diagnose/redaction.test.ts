import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { redact } from '../../../src/diagnose/redaction.ts';

const CASES: [name: string, line: string, told: string][] = [
  ['a URL', 'asked https://auth.example/device?code=AB now', 'asked [address] now'],
  ['a quoted URL', 'asked "http://u:p@h/x", no', 'asked "[address]", no'],
  ['an email address', 'for ann@example.com.', 'for [mail]'],
  ['a path', 'open /home/ann/.config failed', 'open [path] failed'],
  ['a quoted path', "open '/home/ann/x' failed", "open '[path]' failed"],
  ['a Windows path', 'open C:\\Users\\Ann\\x failed', 'open [path] failed'],
  ['a path in the home folder', 'open ~/secrets failed', 'open [path] failed'],
  ['a user code', 'code BCDF-2345 shown', 'code [code] shown'],
  ['a token', 'sent tok_0123456789abcdef0123', 'sent […]'],
  ['a Base64 token', 'sent eyJhbGciOi+JIUzI1NiJ9=', 'sent […]'],
  ['a BAP ID', 'of 3DgKFHRq8n2RDjF4dZEyncXVc1Rf', 'of […]'],
  ['a host', '401 from <sso.acme.example> (blocked)', '401 from [host] (blocked)'],
  ['a host with a port', 'from <sso.acme.example:8443> (dns)', 'from [host] (dns)'],
  [
    'a host without a dot',
    'no answer from <intranet> (refused: Error)',
    'no answer from [host] (refused: Error)',
  ],
  ['an IPv4 host', 'from <10.1.2.3> (dns)', 'from [host] (dns)'],
  ['an IPv6 host', 'from <[2001:db8::1]:8443> (dns)', 'from [host] (dns)'],
  ['a host that only ends like a default one', 'from <my.auth.example>', 'from [host]'],
  ['a default host on another port', 'from <auth.example:444>', 'from [host]'],
  ['no host', 'from <> (unknown)', 'from [host] (unknown)'],
  ['a host without brackets', 'getaddrinfo ENOTFOUND sso.corp.example', 'getaddrinfo ENOTFOUND [host]'],
  ['a host with a port without brackets', 'connect acme-proxy:3128', 'connect [host]'],
  ['an address without brackets', 'connect 10.1.2.3:443 [::1]:443', 'connect [host] [host]'],
  ['a host in letters of another script', 'at größe.example', 'at [host]'],
  ['a host in a scope', 'scopes: api.corp.example/read', 'scopes: [host]/read'],
  ['known texts', 'Ann of acme.example:8443 and acme.example', '[…] of […] and […]'],
];
const KNOWN = ['Ann', 'acme.example', 'acme.example:8443', ''];

const PUBLIC = ['auth.example'];

const KEPT = [
  'The setting bapIdentity.mcp.servers, VS Code 1.139.0, and 0.5 s.',
  'organization/set-active: 200 after 31 ms',
  'check: 401 invalid_token after 12 ms',
  'device token: no answer (TypeError (cause: Error UNABLE_TO_VERIFY_LEAF_SIGNATURE)) after 12 ms',
  'The sign-in with Sigma Identity ended: notTheService.',
  'Signing in with Sigma Identity, scopes: openid profile.',
];

describe('a log line in the report', () => {
  for (const [name, line, told] of CASES) {
    it(`omits ${name}`, () => {
      assert.equal(redact(line, KNOWN, PUBLIC), told);
    });
  }
  for (const line of KEPT) {
    it(`is unchanged: ${line}`, () => {
      assert.equal(redact(line, KNOWN, PUBLIC), line);
    });
  }

  it('names a default host', () => {
    assert.equal(
      redact('404 from <auth.example> (notFound)', [], PUBLIC),
      '404 from auth.example (notFound)',
    );
  });

  it('stays on one line and cannot close its code block', () => {
    assert.equal(redact('a\n```\n# b', [], []), "a ''' # b");
  });
});
