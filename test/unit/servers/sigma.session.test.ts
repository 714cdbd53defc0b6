import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SigmaServer } from '../../servers/sigma.ts';
import { until } from './client.ts';
import { accessToken, get, organizations, session, sigmaServer, userinfo } from './sigmaApi.ts';

const endOf = async (server: SigmaServer, token: string): Promise<number> =>
  Date.parse((await session(server, token, '?disableRefresh=true')).expiresAt);

/** After this, an end that is counted from now is a later one. */
async function aMoment(): Promise<void> {
  const startMs = Date.now();
  await until(() => Date.now() > startMs + 1);
}

describe('Sigma reference server: get-session', () => {
  it('gives the session and the user of a device token', async () => {
    const server = await sigmaServer({ tokenSeconds: 600 });
    const token = await accessToken(server);
    const { status, json } = await get(`${server.url}/api/auth/get-session`, token);
    assert.deepEqual([status, Object.keys(json).sort()], [200, ['session', 'user']]);
    const { token: same, createdAt, expiresAt } = await session(server, token);
    assert.equal(same, token);
    const lifeMs = Date.parse(expiresAt) - Date.parse(createdAt);
    assert.equal(Math.round(lifeMs / 1_000), 600, 'the server takes its two times a moment apart');
  });

  it('gives null, with the status 200, for a token that has ended or is unknown', async () => {
    const server = await sigmaServer();
    const token = await accessToken(server);
    await server.endSession(token);
    for (const dead of [token, 'unknown'])
      assert.deepEqual(await get(`${server.url}/api/auth/get-session`, dead), { status: 200, json: null });
  });

  it('gives a token that is old enough a later end, and keeps the token', async () => {
    const server = await sigmaServer({ updateAgeSeconds: 0 });
    const token = await accessToken(server);
    const before = await endOf(server, token);
    await aMoment();
    const slid = await session(server, token);
    assert.ok(Date.parse(slid.expiresAt) > before);
    assert.equal(slid.token, token);
    assert.equal(await endOf(server, token), Date.parse(slid.expiresAt));
  });

  it('does not move the end of a token that is younger', async () => {
    const server = await sigmaServer();
    const token = await accessToken(server);
    const before = await endOf(server, token);
    await aMoment();
    assert.equal(Date.parse((await session(server, token)).expiresAt), before);
  });

  it('does not move the end with disableRefresh, and userinfo does not either', async () => {
    const server = await sigmaServer({ updateAgeSeconds: 0 });
    const token = await accessToken(server);
    const before = await endOf(server, token);
    await aMoment();
    assert.equal((await userinfo(server, token)).status, 200);
    assert.equal(await endOf(server, token), before);
  });

  it('is not the only one: a list of organizations moves the end too', async () => {
    const server = await sigmaServer({ updateAgeSeconds: 0 });
    const token = await accessToken(server);
    const before = await endOf(server, token);
    await aMoment();
    await organizations(server, token);
    assert.ok((await endOf(server, token)) > before);
  });
});
