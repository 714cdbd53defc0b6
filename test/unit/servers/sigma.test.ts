import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { demoPerson, identityWithoutProfile, secondPerson } from '../../servers/sigma.ts';
import { accessToken, poll, post, refusal, requestCode, sigmaServer, userinfo } from './sigmaApi.ts';

describe('Sigma stand-in: the device flow', () => {
  it('gives a code as Sigma Identity does, with the code in a complete address', async () => {
    const server = await sigmaServer();
    const { device_code: deviceCode, user_code: userCode, ...rest } = await requestCode(server);
    assert.ok(deviceCode.length > 20);
    assert.match(userCode, /^[A-Z]{4}-[0-9]{4}$/);
    assert.deepEqual(rest, {
      verification_uri: `${server.url}/device`,
      verification_uri_complete: `${server.url}/device?code=${userCode}`,
      expires_in: 900,
      interval: 5,
    });
  });

  it('is pending, and asks whoever polls again too soon to slow down', async () => {
    const server = await sigmaServer();
    const code = await requestCode(server);
    assert.deepEqual(await refusal(server, code), [400, 'authorization_pending']);
    assert.deepEqual(await refusal(server, code), [400, 'slow_down']);
    await server.approve(code.user_code);
    assert.deepEqual(await refusal(server, code), [400, 'slow_down'], 'even where there is a token to have');
  });

  it('grants a token once', async () => {
    const server = await sigmaServer();
    const code = await requestCode(server);
    await server.approve(code.user_code);
    const { status, json } = await poll(server, code);
    assert.equal(status, 200);
    assert.equal(json.token_type, 'Bearer');
    assert.equal(json.scope, 'openid profile');
    assert.equal(typeof json.expires_in, 'number');
    assert.deepEqual(await refusal(server, code), [400, 'invalid_grant']);
  });

  it('says what a code that is denied, over, unknown or another client’s is', async () => {
    const server = await sigmaServer({ clientIds: ['editor'] });
    const denied = await requestCode(server);
    await server.deny(denied.user_code);
    assert.deepEqual(await refusal(server, denied), [400, 'access_denied']);
    const over = await requestCode(server);
    server.expire(over.user_code);
    assert.deepEqual(await refusal(server, over), [400, 'expired_token']);
    assert.deepEqual(await refusal(server, over), [400, 'invalid_grant'], 'its record is gone');
    assert.deepEqual(await refusal(server, { ...over, device_code: 'unknown' }), [400, 'invalid_grant']);
    const { json } = await post(`${server.url}/api/auth/device/code`, { client_id: 'stranger' });
    assert.equal(json.error, 'invalid_client');
  });

  it('reads JSON and no form', async () => {
    const { url } = await sigmaServer();
    const body = new URLSearchParams({ client_id: 'editor', device_code: 'any' });
    assert.equal((await fetch(`${url}/api/auth/device/token`, { method: 'POST', body })).status, 415);
  });
});

describe('Sigma stand-in: who it was', () => {
  it('tells the identity that the person picked, each of several', async () => {
    const server = await sigmaServer();
    for (const [at, { label, identities }] of [demoPerson, secondPerson].entries()) {
      const subjects = new Set<unknown>();
      for (const [nth, { bapId, pubkey, profile }] of identities.entries()) {
        const { status, json } = await userinfo(server, await accessToken(server, nth, at));
        assert.equal(status, 200);
        const { sub, name, bap_id, pubkey: key, bap, email } = json;
        assert.deepEqual([name, bap_id, key], [profile?.alternateName, bapId, pubkey], label);
        assert.equal((JSON.parse(String(bap)) as { idKey: string }).idKey, bapId);
        assert.equal(email, undefined, 'nobody asked for it');
        subjects.add(sub);
      }
      assert.equal(subjects.size, 1, 'one person, whichever identity');
    }
  });

  it('tells the email to who asks for it', async () => {
    const server = await sigmaServer();
    const code = await requestCode(server, 'openid profile email');
    await server.approve(code.user_code);
    const { json } = await poll(server, code);
    const claims = await userinfo(server, String(json.access_token));
    assert.equal(claims.json.email, demoPerson.email);
  });

  it('knows an identity without a profile', async () => {
    const nobody = { ...demoPerson, identities: [identityWithoutProfile] };
    const server = await sigmaServer({ people: [nobody] });
    const { json } = await userinfo(server, await accessToken(server));
    assert.deepEqual([json.name, json.picture, json.bap], [null, null, null]);
    assert.equal(json.bap_id, identityWithoutProfile.bapId);
  });
});

describe('Sigma stand-in: the end of a token', () => {
  it('knows nobody by a token that it did not give', async () => {
    const { status, json } = await userinfo(await sigmaServer(), 'unknown');
    assert.deepEqual([status, json.error], [401, 'invalid_token']);
  });

  it('is over after a sign-out, and no other with it', async () => {
    const server = await sigmaServer();
    const [mine, other] = [await accessToken(server), await accessToken(server, 1)];
    const answer = await post(`${server.url}/api/auth/sign-out`, {}, mine);
    assert.deepEqual(answer, { status: 200, json: { success: true } });
    assert.equal((await userinfo(server, mine)).status, 401);
    assert.equal((await userinfo(server, other)).status, 200);
  });

  it('is over when its person ends the session elsewhere', async () => {
    const server = await sigmaServer();
    const token = await accessToken(server);
    await server.endSession(token);
    assert.equal((await userinfo(server, token)).status, 401);
  });

  it('is over after a revocation, where the server has one', async () => {
    const server = await sigmaServer();
    const token = await accessToken(server);
    const revoke = async (): Promise<number> => {
      const body = new URLSearchParams({ token, client_id: 'editor' });
      return (await fetch(`${server.url}/api/auth/oauth2/revoke`, { method: 'POST', body })).status;
    };
    assert.equal(await revoke(), 404);
    assert.equal((await userinfo(server, token)).status, 200);
    server.setRevocation(true);
    assert.equal(await revoke(), 200);
    assert.equal((await userinfo(server, token)).status, 401);
  });
});
