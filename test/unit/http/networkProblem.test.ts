import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { TimeLimitError } from '../../../src/base/timeLimit.ts';
import { isPermanent, type NetworkProblem, networkProblem } from '../../../src/http/networkProblem.ts';

const URL_ASKED = 'https://auth.example/api';

/** An error of the system, or of TLS. */
function coded(code: string, more: object = {}): Error {
  return Object.assign(new Error(`the words of ${code}`), { code, ...more });
}

/** As Node's `fetch` throws it. */
function fetchFailed(cause: unknown): Error {
  return new TypeError('fetch failed', { cause });
}

/** As Node throws it for a name with two addresses, such as `localhost`. */
function allFailed(code: string, more: object): Error {
  return Object.assign(new AggregateError([coded(code, more), coded(code, more)]), { code });
}

const CODES: [code: string, problem: NetworkProblem][] = [
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['EAI_FAIL', 'dns'],
  ['ENODATA', 'dns'],
  ['ENETUNREACH', 'offline'],
  ['ENETDOWN', 'offline'],
  ['EHOSTUNREACH', 'offline'],
  ['EHOSTDOWN', 'offline'],
  ['EADDRNOTAVAIL', 'offline'],
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['EPIPE', 'reset'],
  ['UND_ERR_SOCKET', 'reset'],
  ['ETIMEDOUT', 'timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['UND_ERR_BODY_TIMEOUT', 'timeout'],
  ['EACCES', 'forbidden'],
  ['EPERM', 'forbidden'],
  ['HPE_INVALID_CONSTANT', 'notHttp'],
  ['HPE_CR_EXPECTED', 'notHttp'],
  ['UNSPECIFIED', 'badCertificate'],
  ['UND_ERR_ABORTED', 'proxyRefused'],
  ['UND_ERR_SOCKS5', 'proxyRefused'],
  ['UND_ERR_PRX_TLS', 'proxyUnreachable'],
  ['CERT_HAS_EXPIRED', 'certificateExpired'],
  ['CERT_NOT_YET_VALID', 'certificateNotYetValid'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'selfSigned'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'unknownIssuer'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unknownIssuer'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'unknownIssuer'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unknownIssuer'],
  ['CERT_UNTRUSTED', 'unknownIssuer'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'wrongHost'],
  ['HOSTNAME_MISMATCH', 'wrongHost'],
  ['CERT_REVOKED', 'badCertificate'],
  ['CERT_REJECTED', 'badCertificate'],
  ['CERT_SIGNATURE_FAILURE', 'badCertificate'],
  ['CERT_CHAIN_TOO_LONG', 'badCertificate'],
  ['INVALID_CA', 'badCertificate'],
  ['INVALID_PURPOSE', 'badCertificate'],
  ['PATH_LENGTH_EXCEEDED', 'badCertificate'],
  ['EPROTO', 'tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls'],
];

const ERRORS: [name: string, error: unknown, problem: NetworkProblem | undefined][] = [
  ['our own time limit', new TimeLimitError(), 'timeout'],
  [
    'the first code of attempts at several addresses',
    fetchFailed(new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')])),
    'refused',
  ],
  [
    'the code of all attempts together',
    fetchFailed(Object.assign(new AggregateError([]), { code: 'ETIMEDOUT' })),
    'timeout',
  ],
  [
    'attempts at several addresses of this server, with one code for all',
    fetchFailed(allFailed('ECONNREFUSED', { port: 443 })),
    'refused',
  ],
  [
    'attempts at several addresses of a proxy, with one code for all',
    fetchFailed(allFailed('ECONNREFUSED', { port: 3128 })),
    'proxyUnreachable',
  ],
  ['a code that is not known before one that is', coded('EODD', { cause: coded('ECONNRESET') }), 'reset'],
  [
    'a tunnel whose proxy wants a login, as VS Code reports it',
    fetchFailed(coded('UND_ERR_ABORTED', { connectResponseStatusCode: 407 })),
    'proxyLogin',
  ],
  [
    'a tunnel that the proxy forbids, as VS Code reports it',
    fetchFailed(coded('UND_ERR_ABORTED', { connectResponseStatusCode: 403 })),
    'proxyRefused',
  ],
  [
    'a connection to this server',
    fetchFailed(coded('ECONNREFUSED', { address: '192.0.2.1', port: 443 })),
    'refused',
  ],
  [
    'a connection to another port than this server’s',
    fetchFailed(coded('ECONNREFUSED', { address: '192.0.2.1', port: 3128 })),
    'proxyUnreachable',
  ],
  ['the name of this server', fetchFailed(coded('ENOTFOUND', { hostname: 'auth.example' })), 'dns'],
  [
    'the name of another server',
    fetchFailed(coded('ENOTFOUND', { hostname: 'proxy.example' })),
    'proxyUnreachable',
  ],
  [
    'a time limit of a connection to another port than this server’s',
    fetchFailed(coded('ETIMEDOUT', { port: 3128 })),
    'proxyUnreachable',
  ],
  ['a connection to another port that broke', fetchFailed(coded('ECONNRESET', { port: 3128 })), 'reset'],
  ['a host name that is no text', fetchFailed(coded('ENOTFOUND', { hostname: 7 })), 'dns'],
  ['a port that is no number', fetchFailed(coded('ECONNREFUSED', { port: '3128' })), 'refused'],
  ['no code, as in a browser', new TypeError('Failed to fetch'), undefined],
  ['a code in the message only', new TypeError('ENOTFOUND'), undefined],
  ['a code that is not known', fetchFailed(coded('EODD')), undefined],
  ['a code that every object has', coded('constructor'), undefined],
  ['a code that is a number', Object.assign(new Error(), { code: 7 }), undefined],
  ['a text', 'ENOTFOUND', undefined],
  ['nothing', undefined, undefined],
];

describe('networkProblem', () => {
  for (const [code, problem] of CODES) {
    it(`knows the code ${code}: ${problem}`, () => {
      assert.equal(networkProblem(fetchFailed(coded(code)), URL_ASKED), problem);
      assert.equal(networkProblem(coded(code), URL_ASKED), problem);
    });
  }

  for (const [name, error, problem] of ERRORS) {
    it(`reads ${name}: ${problem ?? 'not known'}`, () => {
      assert.equal(networkProblem(error, URL_ASKED), problem);
    });
  }

  it('recognizes a refused connection to the port of http', () => {
    const error = coded('ECONNREFUSED', { port: 80 });
    assert.equal(networkProblem(error, 'http://localhost/'), 'refused');
    assert.equal(networkProblem(error, URL_ASKED), 'proxyUnreachable');
  });

  it('does not guess a proxy when the address is invalid', () => {
    assert.equal(networkProblem(coded('ECONNREFUSED', { port: 3128 }), 'no address'), 'refused');
  });

  it('reads an error that contains itself', () => {
    const error = new AggregateError([]);
    error.errors = [error];
    assert.equal(networkProblem(error, URL_ASKED), undefined);
  });

  it('reads an error that is its own cause', () => {
    const error = new Error();
    error.cause = error;
    assert.equal(networkProblem(error, URL_ASKED), undefined);
  });

  it('knows which problems do not go away by themselves', () => {
    const problems = new Set([...CODES.map(([, problem]) => problem), 'proxyLogin'] as const);
    assert.deepEqual(
      [...problems].filter((problem) => isPermanent(problem)),
      [
        'forbidden',
        'notHttp',
        'badCertificate',
        'certificateExpired',
        'certificateNotYetValid',
        'selfSigned',
        'unknownIssuer',
        'wrongHost',
        'proxyLogin',
      ],
    );
  });
});
