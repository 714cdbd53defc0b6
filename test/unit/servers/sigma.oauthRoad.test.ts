import assert from 'node:assert/strict';
import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { describe, it } from 'node:test';

import type { Grant } from '../../../src/services/service.ts';
import { demoPerson, requestsTo, type SigmaServer } from '../../servers/sigma.ts';
import { granted, hurried, sigmaService, unlimited, until, whileTesting } from './client.ts';
import { sigmaServer, userinfo } from './sigmaApi.ts';

const OAUTH = { intervalSeconds: 1, oauth: { clientIds: ['editor'], tokenSeconds: 600 } };
const EVERYTHING = ['openid', 'profile', 'offline_access'];
const DEVICE = 'POST /api/auth/device/token';
const TOKEN = 'POST /api/auth/oauth2/token';

async function signIn(server: SigmaServer, scopes = EVERYTHING): Promise<Grant> {
  const begun = await sigmaService(server).begin(scopes, whileTesting());
  assert.ok(begun.kind === 'pending', JSON.stringify(begun));
  const waiting = begun.pending.wait(whileTesting(), () => undefined);
  await until(() => requestsTo(server.requests, TOKEN).length > 0);
  await server.approve(begun.pending.userCode ?? '');
  return granted(await waiting);
}

async function status(server: SigmaServer, { accessToken }: Grant): Promise<number> {
  return (await userinfo(server, accessToken)).status;
}

/** The claims of an ID token that the server has signed. */
async function claimsIn({ url }: SigmaServer, idToken = ''): Promise<Record<string, unknown>> {
  const { keys } = (await (await fetch(`${url}/api/auth/jwks`)).json()) as { keys: JsonWebKey[] };
  const [head = '', body = '', signature = ''] = idToken.split('.');
  const key = createPublicKey({ key: keys[0] ?? assert.fail(), format: 'jwk' });
  assert.ok(verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')));
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
}

describe(
  'better-auth that grants the token of a device code at its OAuth endpoint',
  { concurrency: true },
  () => {
    it('signs in with one poll elsewhere, and gets all tokens', async () => {
      const server = await sigmaServer(OAUTH);
      const { accessToken, refreshToken, idToken, expiresAtMs = 0, ...rest } = await signIn(server);
      assert.deepEqual(rest, { server: server.url, clientId: 'editor', scopes: EVERYTHING });
      assert.ok(accessToken !== '' && refreshToken !== undefined);
      assert.ok(Math.abs(expiresAtMs - hurried.now() - 600_000) < 60_000);
      assert.deepEqual(
        requestsTo(server.requests, DEVICE).map((poll) => poll.status),
        [400],
      );
      const polls = requestsTo(server.requests, TOKEN);
      assert.deepEqual([polls.at(0)?.status, polls.at(-1)?.status], [400, 200]);
      const { aud, sub } = await claimsIn(server, idToken);
      assert.equal(aud, 'editor');
      assert.equal(sub, (await userinfo(server, accessToken)).json.sub);
    });

    it('gets a token alone for the scope that allows no more', async () => {
      const { refreshToken, idToken, scopes } = await signIn(await sigmaServer(OAUTH), ['profile']);
      assert.deepEqual([refreshToken, idToken, scopes], [undefined, undefined, ['profile']]);
    });

    it('says whose token it is, and that it works', async () => {
      const server = await sigmaServer(OAUTH);
      const grant = await signIn(server);
      const service = sigmaService(server, unlimited);
      assert.equal((await service.verify(grant, whileTesting())).kind, 'valid');
      assert.deepEqual(await service.extend?.(grant, whileTesting()), { kind: 'valid', grant });
      const identified = await sigmaService(server).identify(grant, whileTesting());
      assert.ok(identified.kind === 'identified');
      assert.equal(identified.person.accountId, demoPerson.identities[0]?.bapId);
    });

    it('renews all tokens, also after a restart, and revokes them', async () => {
      const server = await sigmaServer(OAUTH);
      const grant = await signIn(server);
      const restarted = sigmaService(server, unlimited);
      const renewed = await restarted.renew?.(grant, whileTesting());
      assert.ok(renewed?.kind === 'granted');
      const newer = renewed.grant;
      assert.notEqual(newer.accessToken, grant.accessToken);
      assert.notEqual(newer.refreshToken, grant.refreshToken);
      assert.notEqual(newer.idToken, grant.idToken);
      assert.equal((await claimsIn(server, newer.idToken)).aud, 'editor');
      assert.equal(await status(server, newer), 200);

      await restarted.revoke(newer, whileTesting());
      assert.equal(await status(server, newer), 401);
      assert.deepEqual(await restarted.renew?.(newer, whileTesting()), { kind: 'rejected' });
      assert.equal((await restarted.verify(newer, whileTesting())).kind, 'rejected');
    });

    it('revokes a token without a refresh token', async () => {
      const server = await sigmaServer(OAUTH);
      const grant = await signIn(server, ['openid']);
      assert.equal(await status(server, grant), 200);
      await sigmaService(server, unlimited).revoke(grant, whileTesting());
      assert.equal(await status(server, grant), 401);
    });

    for (const when of ['before the first poll', 'after a poll at the OAuth endpoint'])
      it(`continues a sign-in that was interrupted ${when}`, async () => {
        const server = await sigmaServer(OAUTH);
        const begun = await sigmaService(server).begin(EVERYTHING, whileTesting());
        assert.ok(begun.kind === 'pending');
        const { toResume, deadlineMs, userCode = '' } = begun.pending;
        const interrupted = new AbortController();
        const waiting = begun.pending.wait(interrupted.signal, () => undefined);
        if (when.startsWith('after')) await until(() => requestsTo(server.requests, TOKEN).length > 0);
        interrupted.abort(new Error('reload'));
        await assert.rejects(waiting, /reload/);

        await server.approve(userCode);
        const stored: unknown = JSON.parse(JSON.stringify(toResume));
        const resumed = sigmaService(server).resume(stored, deadlineMs) ?? assert.fail();
        const { idToken, refreshToken } = granted(await resumed.wait(whileTesting(), () => undefined));
        assert.ok(idToken !== undefined && refreshToken !== undefined);
      });

    it('ends as the user decides', async () => {
      const server = await sigmaServer(OAUTH);
      for (const [decide, end] of [
        [(code: string) => server.deny(code), { kind: 'failed', failure: { kind: 'denied' } }],
        [
          (code: string) => {
            server.expire(code);
          },
          { kind: 'expired' },
        ],
      ] as const) {
        const begun = await sigmaService(server).begin(['openid'], whileTesting());
        assert.ok(begun.kind === 'pending');
        await decide(begun.pending.userCode ?? '');
        assert.deepEqual(await begun.pending.wait(whileTesting(), () => undefined), end);
      }
    });

    it('gives a client that is not registered no code', async () => {
      const service = sigmaService(await sigmaServer(OAUTH), hurried, 'stranger');
      assert.deepEqual(await service.begin(['openid'], whileTesting()), {
        kind: 'failed',
        failure: { kind: 'clientRefused', error: 'invalid_client' },
      });
    });
  },
);
