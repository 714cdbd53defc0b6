import assert from 'node:assert/strict';

import type { Problem } from '../../../src/http/outcome.ts';
import { clockMessage, networkMessage, serviceNames } from '../../../src/signIn/networkMessages.ts';
import { sigma } from '../../../src/services/sigma/sigma.ts';
import { serviceTexts } from '../../unit/support/serviceTexts.ts';

const SERVER = 'bapIdentity.sigma.serverUrl';
const settings = { serverUrl: 'https://auth.example/base', defaultServerUrl: '', clientId: 'editor' };
const http = {
  fetch: () => assert.fail('there is no request'),
  clock: { now: () => 0, sleep: () => assert.fail('there is no wait') },
  log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
};
const service = serviceNames(sigma(http, () => settings, serviceTexts));

/** What each message must contain: what happened, what to do, and the setting that its button opens. */
const ROWS: Record<Problem, [what: string, advice: string, setting?: string]> = {
  dns: ['couldn’t be found', 'your internet connection', SERVER],
  offline: ['offline', 'your internet connection'],
  refused: ['refused the connection', 'Check the setting', SERVER],
  reset: ['was lost', 'ask your network administrator'],
  timeout: ['didn’t respond in time', 'http.proxy'],
  forbidden: ['This computer doesn’t let', 'your firewall or security software'],
  notHttp: ['not valid HTTP', 'the port', SERVER],
  proxyUnreachable: ['proxy', 'Correct the setting', 'http.proxy'],
  proxyLogin: ['requires a user name and password', 'Enter them', 'http.proxyAuthorization'],
  proxyRefused: ['proxy didn’t connect', 'ask the administrator of the proxy', 'http.proxy'],
  certificateExpired: ['certificate of auth.example has expired', 'Check the date and time of this computer'],
  certificateNotYetValid: ['not valid yet', 'Correct the date and time'],
  selfSigned: ['self-signed', 'install its certificate', 'http.systemCertificates'],
  unknownIssuer: ['authority that this computer doesn’t trust', 'Install', 'http.systemCertificates'],
  wrongHost: ['certificate for a different name', 'Check the setting', SERVER],
  badCertificate: ['not valid', 'Contact the operator of auth.example'],
  tls: ['doesn’t support the kind of HTTPS', 'the port', SERVER],
  unexplained: ['doesn’t tell VS Code why', 'Open https://auth.example/base in a new tab'],
  unknown: ['Couldn’t connect', 'Diagnose Sign-In'],
  loginPage: ['login page', 'log in to the network', SERVER],
  blocked: ['blocked (403)', 'Ask your network administrator'],
  notFound: ['was not found at https://auth.example/base', 'Correct the setting', SERVER],
  busy: ['too many requests', 'Wait a few minutes'],
  serverFault: ['has a problem', 'Wait a few minutes'],
};

describe('the message about a failed connection', () => {
  for (const [problem, [what, advice, setting]] of Object.entries(ROWS)) {
    it(`says what happened and what to do: ${problem}`, () => {
      const shown = networkMessage(problem as Problem, service);
      assert.equal(shown.setting, setting);
      for (const part of [what, advice, setting ?? '', 'auth.example'])
        assert.ok(shown.message.includes(part), `"${part}" is not in: ${shown.message}`);
      assert.doesNotMatch(shown.message, /\{\d\}|undefined|proxyStrictSSL/);
    });
  }

  it('is different for each problem', () => {
    const all = Object.keys(ROWS).map((problem) => networkMessage(problem as Problem, service).message);
    assert.equal(new Set(all).size, all.length);
  });

  it('says how far the clock is off and in which direction', () => {
    assert.match(clockMessage(10 * 60_000), /clock of this computer is 10 min ahead of the server’s/);
    assert.match(clockMessage(-3 * 3_600_000), /clock of this computer is 3 h behind the server’s/);
  });
});
