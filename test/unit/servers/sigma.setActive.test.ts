import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { demoPerson, notAMember, secondPerson } from '../../servers/sigma.ts';
import { accessToken, poll, requestCode, session, setActive, sigmaServer, userinfo } from './sigmaApi.ts';

const [satoshi = assert.fail()] = demoPerson.identities;
const [kestrel = assert.fail(), otherSatoshi = assert.fail()] = secondPerson.identities;
const SECOND = 1;

describe('Sigma reference server: set-active', () => {
  it('makes a new token stand for an identity, which it does not do before', async () => {
    const server = await sigmaServer();
    const token = await accessToken(server, 0, SECOND);
    assert.equal((await session(server, token)).activeOrganizationId ?? null, null);
    const { sub, ...before } = (await userinfo(server, token)).json;
    assert.deepEqual(before, {
      name: 'second demo person',
      given_name: 'second',
      family_name: 'demo person',
    });

    for (const { bapId, pubkey, profile } of [kestrel, otherSatoshi]) {
      const answer = await setActive(server, token, bapId);
      assert.deepEqual([answer.status, answer.json.id], [200, bapId]);
      assert.equal((await session(server, token)).activeOrganizationId, bapId);
      const { json } = await userinfo(server, token);
      const { bap, ...claims } = json;
      assert.equal((JSON.parse(String(bap)) as { idKey: string }).idKey, bapId);
      const picture = profile?.image ?? null;
      assert.deepEqual(claims, { sub, name: profile?.alternateName, picture, bap_id: bapId, pubkey });
    }
  });

  it('changes one token, and not another one of the same person', async () => {
    const server = await sigmaServer();
    const [mine, other] = [await accessToken(server), await accessToken(server)];
    await setActive(server, mine, satoshi.bapId);
    assert.equal('bap_id' in (await userinfo(server, other)).json, false);
  });

  it('is not needed to get the email with the scope email', async () => {
    const server = await sigmaServer();
    const code = await requestCode(server, 'openid profile email');
    await server.approve(code.user_code);
    const { json } = await poll(server, code);
    const { sub, ...claims } = (await userinfo(server, String(json.access_token))).json;
    assert.ok(sub);
    assert.deepEqual(claims, {
      name: 'demo person',
      given_name: 'demo',
      family_name: 'person',
      email: demoPerson.email,
    });
  });

  it('refuses the identity of another person, and then no identity is active', async () => {
    const server = await sigmaServer();
    const token = await accessToken(server);
    await setActive(server, token, satoshi.bapId);
    const { status, body: json } = notAMember;
    assert.deepEqual(await setActive(server, token, kestrel.bapId), { status, json });
    assert.equal((await session(server, token)).activeOrganizationId, null);
    assert.equal('bap_id' in (await userinfo(server, token)).json, false);
  });

  it('can be configured to refuse an identity', async () => {
    const server = await sigmaServer();
    const token = await accessToken(server);
    server.failNext('POST /api/auth/organization/set-active', notAMember);
    assert.equal((await setActive(server, token, satoshi.bapId)).status, 403);
    assert.equal((await setActive(server, token, satoshi.bapId)).status, 200);
  });

  it('does not change userinfo on a server whose claims do not follow it', async () => {
    const server = await sigmaServer({ claimsFollowOrganization: false });
    const token = await accessToken(server);
    const before = await userinfo(server, token);
    assert.equal((await setActive(server, token, satoshi.bapId)).status, 200);
    assert.equal((await session(server, token)).activeOrganizationId, satoshi.bapId);
    assert.deepEqual(await userinfo(server, token), before);
    assert.equal('bap_id' in before.json, false);
  });

  it('does not change the identity that was chosen at approval, which no session names', async () => {
    const server = await sigmaServer({ identityAtApproval: true });
    const token = await accessToken(server, 0, SECOND);
    assert.equal((await session(server, token)).activeOrganizationId ?? null, null);
    await setActive(server, token, otherSatoshi.bapId);
    assert.equal((await session(server, token)).activeOrganizationId, otherSatoshi.bapId);
    assert.equal((await userinfo(server, token)).json.bap_id, kestrel.bapId);
  });

  it('lasts over a refresh', async () => {
    const server = await sigmaServer({ refreshTokens: true });
    const code = await requestCode(server);
    await server.approve(code.user_code);
    const { json: old } = await poll(server, code);
    await setActive(server, String(old.access_token), satoshi.bapId);
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: String(old.refresh_token),
      client_id: 'editor',
    });
    const response = await fetch(`${server.url}/api/auth/oauth2/token`, { method: 'POST', body });
    const { access_token: token } = (await response.json()) as { access_token: string };
    assert.equal((await userinfo(server, token)).json.bap_id, satoshi.bapId);
    assert.equal((await session(server, token)).activeOrganizationId, satoshi.bapId);
  });

  it('works from a page of another origin, with the token alone', async () => {
    const server = await sigmaServer();
    const authorization = `Bearer ${await accessToken(server)}`;
    const response = await fetch(`${server.url}/api/auth/organization/set-active`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', origin: 'https://example.com' },
      body: JSON.stringify({ organizationId: satoshi.bapId }),
    });
    assert.equal(response.status, 200);
  });
});
