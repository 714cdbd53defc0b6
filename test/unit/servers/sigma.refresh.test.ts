import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Grant, RenewResult } from '../../../src/services/service.ts';
import { requestsTo, secondPerson, type Fault, type SigmaServer } from '../../servers/sigma.ts';
import { begin, granted, hurried, sigmaService, whileTesting } from './client.ts';
import { type Answer, poll, requestCode, sigmaServer, userinfo } from './sigmaApi.ts';

const TOKEN = 'POST /api/auth/oauth2/token';
const REFRESHING = { identityAtApproval: true, refreshTokens: true, intervalSeconds: 1 };

/** The answer to the device, for an identity of the second demo person. */
async function deviceToken(server: SigmaServer, identity = 0): Promise<Record<string, unknown>> {
  const code = await requestCode(server);
  await server.approve(code.user_code, identity, 1);
  const { status, json } = await poll(server, code);
  assert.equal(status, 200);
  return json;
}

async function refresh({ url }: SigmaServer, form: Record<string, unknown>): Promise<Answer> {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) body.set(name, String(value));
  const response = await fetch(`${url}/api/auth/oauth2/token`, { method: 'POST', body });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

const formFor = (refresh_token: unknown): Record<string, unknown> => ({
  grant_type: 'refresh_token',
  refresh_token,
  client_id: 'editor',
});

const isAlive = async (server: SigmaServer, token: unknown): Promise<boolean> =>
  (await userinfo(server, String(token))).status === 200;

describe('Sigma reference server: refresh tokens', () => {
  it('are granted only with the option', async () => {
    const without = await sigmaServer();
    const { refresh_token, ...rest } = await deviceToken(without);
    assert.equal(refresh_token, undefined);
    const stock = await fetch(`${without.url}/api/auth/oauth2/token`, { method: 'POST' });
    assert.equal(stock.status, 404);

    const answer = await deviceToken(await sigmaServer({ ...REFRESHING, tokenSeconds: 600 }));
    assert.deepEqual(Object.keys(answer).sort(), [...Object.keys(rest), 'refresh_token'].sort());
    assert.ok(String(answer.refresh_token).length > 20);
    assert.ok(Number(answer.expires_in) > 590 && Number(answer.expires_in) <= 600);
  });

  it('give a new access token and a new refresh token, for the same identity and scope', async () => {
    const server = await sigmaServer({ ...REFRESHING, tokenSeconds: 600 });
    const old = await deviceToken(server, 1);
    const before = await userinfo(server, String(old.access_token));
    const { status, json } = await refresh(server, formFor(old.refresh_token));
    assert.equal(status, 200);
    const { access_token, refresh_token, expires_in, ...rest } = json;
    assert.deepEqual(rest, { token_type: 'Bearer', scope: 'openid profile' });
    assert.ok(Number(expires_in) > 590 && Number(expires_in) <= 600);
    assert.notEqual(access_token, old.access_token);
    assert.notEqual(refresh_token, old.refresh_token);
    const after = await userinfo(server, String(access_token));
    assert.equal(after.json.bap_id, secondPerson.identities[1]?.bapId);
    assert.deepEqual(after, before);
    assert.equal(await isAlive(server, old.access_token), false);
  });

  it('can be used one after the other', async () => {
    const server = await sigmaServer(REFRESHING);
    let { access_token, refresh_token } = await deviceToken(server);
    for (let turn = 0; turn < 3; turn++) {
      const { status, json } = await refresh(server, formFor(refresh_token));
      assert.equal(status, 200);
      assert.equal(await isAlive(server, access_token), false);
      ({ access_token, refresh_token } = json);
      assert.equal(await isAlive(server, access_token), true);
    }
  });

  it('work once, also in two requests at the same time', async () => {
    const server = await sigmaServer(REFRESHING);
    const { refresh_token } = await deviceToken(server);
    const both = await Promise.all([1, 2].map(() => refresh(server, formFor(refresh_token))));
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 400]);
    const again = await refresh(server, formFor(refresh_token));
    assert.deepEqual(again, { status: 400, json: { error: 'invalid_grant' } });
    const newest = both.find(({ status }) => status === 200)?.json;
    assert.equal(await isAlive(server, newest?.access_token), true, 'the new token still works');
    assert.equal((await refresh(server, formFor(newest?.refresh_token))).status, 200);
  });

  it('work after their access token has ended, and are no access tokens', async () => {
    const server = await sigmaServer(REFRESHING);
    const { access_token, refresh_token } = await deviceToken(server);
    assert.equal(await isAlive(server, refresh_token), false);
    await server.endSession(String(access_token));
    const { json } = await refresh(server, formFor(refresh_token));
    assert.equal(await isAlive(server, json.access_token), true);
  });

  it('do not end the tokens of another sign-in', async () => {
    const server = await sigmaServer(REFRESHING);
    const [mine, other] = [await deviceToken(server), await deviceToken(server)];
    await refresh(server, formFor(mine.refresh_token));
    assert.equal(await isAlive(server, other.access_token), true);
    assert.equal((await refresh(server, formFor(other.refresh_token))).status, 200);
  });

  for (const [name, different, error] of [
    ['unknown', { refresh_token: 'unknown' }, 'invalid_grant'],
    ['empty', { refresh_token: '' }, 'invalid_grant'],
    ['of another client', { client_id: 'stranger' }, 'invalid_grant'],
    ['with another grant_type', { grant_type: 'authorization_code' }, 'unsupported_grant_type'],
  ] as const) {
    it(`are refused, but still work later: ${name}`, async () => {
      const server = await sigmaServer(REFRESHING);
      const { access_token, refresh_token } = await deviceToken(server);
      const refused = await refresh(server, { ...formFor(refresh_token), ...different });
      assert.deepEqual(refused, { status: 400, json: { error } });
      assert.equal(await isAlive(server, access_token), true);
      assert.equal((await refresh(server, formFor(refresh_token))).status, 200);
    });
  }
});

describe('Sigma Identity over HTTP: renew', { concurrency: true }, () => {
  async function signedIn(): Promise<{
    server: SigmaServer;
    grant: Grant;
    renew: (grant: Grant, clientId?: string) => Promise<RenewResult>;
  }> {
    const server = await sigmaServer({ ...REFRESHING, tokenSeconds: 600 });
    const pending = await begin(sigmaService(server));
    await server.approve(pending.userCode ?? '', 1, 1);
    const grant = granted(await pending.wait(whileTesting(), () => undefined));
    const renew = (current: Grant, clientId?: string): Promise<RenewResult> =>
      sigmaService(server, hurried, clientId).renew?.(current, whileTesting()) ??
      assert.fail('renew is missing');
    return { server, grant, renew };
  }

  it('gives a token of the same identity, and ends the old one', async () => {
    const { server, grant, renew } = await signedIn();
    assert.ok(grant.refreshToken);
    const renewed = await renew(grant);
    assert.ok(renewed.kind === 'granted');
    const { accessToken, refreshToken, expiresAtMs = 0, ...rest } = renewed.grant;
    assert.deepEqual(rest, { server: server.url, clientId: 'editor', scopes: ['openid', 'profile'] });
    assert.ok(refreshToken !== undefined && refreshToken !== grant.refreshToken);
    assert.ok(Math.abs(expiresAtMs - hurried.now() - 600_000) < 60_000);
    const service = sigmaService(server);
    assert.equal((await service.verify(renewed.grant, whileTesting())).kind, 'valid');
    assert.equal((await service.verify(grant, whileTesting())).kind, 'rejected');
    const identified = await service.identify(renewed.grant, whileTesting());
    assert.ok(identified.kind === 'identified');
    assert.equal(identified.person.accountId, secondPerson.identities[1]?.bapId);
    assert.equal((await renew(renewed.grant)).kind, 'granted', 'it can be renewed again');
    assert.equal((await userinfo(server, accessToken)).status, 401);
  });

  it('is rejected with a used refresh token, and with one of another client', async () => {
    const { grant, renew } = await signedIn();
    assert.deepEqual(await renew({ ...grant, clientId: 'stranger' }), { kind: 'rejected' });
    assert.equal((await renew(grant)).kind, 'granted');
    assert.deepEqual(await renew(grant), { kind: 'rejected' });
  });

  it('names the client that got the refresh token, whatever the setting says by now', async () => {
    const { grant, renew } = await signedIn();
    const renewed = await renew(grant, 'stranger');
    assert.ok(renewed.kind === 'granted');
    assert.equal((await renew(renewed.grant, 'other')).kind, 'granted');
  });

  const doubts: [name: string, fault: Fault, usedUp?: boolean][] = [
    ['503', { kind: 'answer', status: 503 }],
    ['429', { kind: 'answer', status: 429, headers: { 'retry-after': '60' } }],
    ['a page', { kind: 'html' }],
    ['a redirect', { kind: 'redirect', to: 'http://127.0.0.1:9/' }],
    ['no answer', { kind: 'drop' }],
    ['415', { kind: 'answer', status: 415, body: { message: 'Content-Type is not supported' } }],
    // The server has used the refresh token, but the client does not know it.
    ['a lost answer', { kind: 'lost' }, true],
    ['half an answer', { kind: 'truncate' }, true],
  ];
  for (const [name, fault, usedUp = false] of doubts) {
    it(`is unknown after ${name}`, async () => {
      const { server, grant, renew } = await signedIn();
      server.failNext(TOKEN, fault);
      assert.deepEqual(await renew(grant), { kind: 'unknown' });
      assert.equal(requestsTo(server.requests, TOKEN).length, 1, 'one request');
      assert.equal((await renew(grant)).kind, usedUp ? 'rejected' : 'granted');
    });
  }

  it('is unknown when the server has no token endpoint', async () => {
    const server = await sigmaServer();
    const grant: Grant = { server: server.url, accessToken: 'a', refreshToken: 'r' };
    assert.deepEqual(await sigmaService(server).renew?.(grant, whileTesting()), { kind: 'unknown' });
  });
});
