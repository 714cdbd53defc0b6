import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Grant, VerifyResult } from '../../../src/services/service.ts';
import type { SigmaOptions, SigmaServer } from '../../servers/sigma.ts';
import { sigmaService, until, whileTesting } from './client.ts';
import { accessToken, session, sigmaServer, userinfo } from './sigmaApi.ts';

interface SignedIn {
  readonly server: SigmaServer;
  readonly grant: Grant;
  readonly extend: () => Promise<VerifyResult>;
}

async function signedIn(options: SigmaOptions): Promise<SignedIn> {
  const server = await sigmaServer(options);
  const grant: Grant = { server: server.url, accessToken: await accessToken(server) };
  const service = sigmaService(server);
  const extend = (): Promise<VerifyResult> =>
    service.extend?.(grant, whileTesting()) ?? assert.fail('extend is missing');
  return { server, grant, extend };
}

async function endAfter(extend: SignedIn['extend']): Promise<number> {
  const verdict = await extend();
  assert.ok(verdict.kind === 'valid', verdict.kind);
  return verdict.grant.expiresAtMs ?? NaN;
}

/** The answers are those of better-auth itself. */
describe('Sigma Identity over HTTP: a later end', () => {
  it('moves the end of a session that is old enough, and the token stays', async () => {
    const { server, grant, extend } = await signedIn({ updateAgeSeconds: 0 });
    const first = await endAfter(extend);
    assert.equal(
      first,
      Date.parse((await session(server, grant.accessToken, '?disableRefresh=true')).expiresAt),
    );
    const atMs = Date.now();
    await until(() => Date.now() > atMs + 1);
    assert.ok((await endAfter(extend)) > first);
    assert.equal((await userinfo(server, grant.accessToken)).status, 200);
  });

  it('gives the end of a younger session, and moves nothing', async () => {
    const { extend } = await signedIn({});
    const first = await endAfter(extend);
    const atMs = Date.now();
    await until(() => Date.now() > atMs + 1);
    assert.equal(await endAfter(extend), first);
  });

  it('is rejected when the session has ended', async () => {
    const { server, grant, extend } = await signedIn({ updateAgeSeconds: 0 });
    await server.endSession(grant.accessToken);
    assert.deepEqual(await extend(), { kind: 'rejected' });
  });
});
