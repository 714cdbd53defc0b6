import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { systemClock } from '../../../src/base/clock.ts';
import type { Problem } from '../../../src/http/outcome.ts';
import { ClockSkew } from '../../../src/http/clockSkew.ts';
import { sigma } from '../../../src/services/sigma/sigma.ts';
import { closedPort, type Place, rawServer, secureServer } from '../../servers/badNetwork.ts';
import { authority, type Certificate, certificate, inDays } from '../../servers/certificates.ts';
import { type Fault, startSigmaServer } from '../../servers/sigma.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { unreachable } from '../support/unreachable.ts';
import { whileTesting } from './client.ts';
import { serviceTexts } from '../support/serviceTexts.ts';

/** Begins a sign-in with Node's own `fetch`. */
async function begin(
  serverUrl: string,
): Promise<{ begun: unknown; log: RecordingLog; clockSkew: ClockSkew }> {
  const log = new RecordingLog();
  const clockSkew = new ClockSkew();
  const http = { fetch: globalThis.fetch, clock: systemClock, log, clockSkew };
  const settings = { serverUrl, defaultServerUrl: serverUrl, clientId: 'editor' };
  const begun = await sigma(http, () => settings, serviceTexts).begin([], whileTesting());
  return { begun, log, clockSkew };
}

async function assertProblem(serverUrl: string, problem: Problem, code: string): Promise<void> {
  const { begun, log } = await begin(serverUrl);
  assert.deepEqual(begun, { kind: 'failed', failure: unreachable(problem) }, log.lines.join());
  assert.equal(log.lines.length, 1);
  const [line = ''] = log.lines;
  const start = `info device code: no answer from <${new URL(serverUrl).host}> (${problem}: `;
  assert.ok(line.startsWith(start) && line.includes(code), line);
}

/** Runs `test` while the endpoint is up. */
async function within(opening: Promise<Place>, test: (place: Place) => Promise<void>): Promise<void> {
  const place = await opening;
  try {
    await test(place);
  } finally {
    await place.close();
  }
}

describe('a server with a bad certificate', () => {
  const usual = getCACertificates('default');
  let trusted: Certificate;

  before(async () => {
    trusted = await authority();
    setDefaultCACertificates([...usual, trusted.cert]);
  });
  after(() => {
    setDefaultCACertificates(usual);
  });

  const rows: [name: string, made: () => Promise<Certificate>, problem: Problem, code: string][] = [
    [
      'that has expired',
      () => certificate({ issuer: trusted, from: inDays(-9), until: inDays(-8) }),
      'certificateExpired',
      'CERT_HAS_EXPIRED',
    ],
    [
      'that is not valid yet',
      () => certificate({ issuer: trusted, from: inDays(8), until: inDays(9) }),
      'certificateNotYetValid',
      'CERT_NOT_YET_VALID',
    ],
    ['that signs itself', () => certificate(), 'selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'of an unknown authority',
      async () => certificate({ issuer: await authority() }),
      'unknownIssuer',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    [
      'of an unknown authority, which comes with it',
      async () => {
        const issuer = await authority();
        const { cert, key } = await certificate({ issuer });
        return { cert: `${cert}\n${issuer.cert}`, key };
      },
      'unknownIssuer',
      'SELF_SIGNED_CERT_IN_CHAIN',
    ],
    [
      'for another host',
      () => certificate({ issuer: trusted, host: 'other.example' }),
      'wrongHost',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ];
  for (const [name, made, problem, code] of rows) {
    it(`${name}: ${problem}`, async () => {
      await within(secureServer(await made()), ({ port }) =>
        assertProblem(`https://localhost:${port}`, problem, code),
      );
    });
  }

  it('is not what a good certificate gives', async () => {
    await within(secureServer(await certificate({ issuer: trusted })), async ({ port }) => {
      const { begun } = await begin(`https://localhost:${port}`);
      assert.deepEqual(begun, { kind: 'failed', failure: { kind: 'notTheService' } });
    });
  });
});

describe('a connection that fails', () => {
  it('because nothing listens', async () => {
    await assertProblem(`http://localhost:${await closedPort()}`, 'refused', 'ECONNREFUSED');
  });

  it('because its name does not exist', async () => {
    await assertProblem('https://nothing.invalid', 'dns', 'E');
  });

  it('because it is reset', async () => {
    const reset = rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await within(reset, ({ port }) => assertProblem(`http://localhost:${port}`, 'reset', 'ECONNRESET'));
  });

  it('because it ends without an answer', async () => {
    const ended = rawServer((socket) => socket.once('data', () => socket.end()));
    await within(ended, ({ port }) => assertProblem(`http://localhost:${port}`, 'reset', 'UND_ERR_SOCKET'));
  });

  it('because the server does not speak TLS', async () => {
    const plain = rawServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    await within(plain, ({ port }) => assertProblem(`https://localhost:${port}`, 'tls', 'ERR_SSL'));
  });
});

describe('an answer that is not the service’s', { concurrency: true }, () => {
  const rows: [name: string, fault: Fault, problem: Problem][] = [
    ['a login page', { kind: 'html' }, 'loginPage'],
    ['a redirect to a login page', { kind: 'redirect', to: 'https://login.hotel.example/' }, 'loginPage'],
    ['403 of a firewall', { kind: 'html', status: 403 }, 'blocked'],
    ['404', { kind: 'html', status: 404 }, 'notFound'],
    ['429', { kind: 'answer', status: 429 }, 'busy'],
    ['502', { kind: 'html', status: 502 }, 'serverFault'],
  ];
  for (const [name, fault, problem] of rows) {
    it(`${name}: ${problem}`, async () => {
      const server = await startSigmaServer();
      after(() => server.close());
      server.failNext('/api/auth/device/code', fault);
      const { begun, log } = await begin(server.url);
      assert.deepEqual(begun, { kind: 'failed', failure: unreachable(problem) });
      const [line = ''] = log.lines;
      assert.ok(line.startsWith('info device code: ') && line.includes(`(${problem})`), line);
      assert.equal(log.lines.length, 1);
    });
  }

  it('tells that the clock is wrong', async () => {
    const server = await startSigmaServer();
    after(() => server.close());
    const headers = { date: new Date(Date.now() - 3 * 3_600_000).toUTCString() };
    server.failNext('/api/auth/device/code', {
      kind: 'answer',
      status: 400,
      body: { error: 'odd' },
      headers,
    });
    const { clockSkew } = await begin(server.url);
    assert.equal(Math.round((clockSkew.aheadMs ?? 0) / 3_600_000), 3);
  });
});
