import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { demoPerson, identityWithoutProfile, secondPerson } from '../../servers/sigma.ts';
import { accessToken, poll, post, refusal, requestCode, sigmaServer, userinfo } from './sigmaApi.ts';

/** The answers as Sigma's documents and better-auth give them. */
describe('Sigma reference server: the device flow', () => {
  it('gives a code and the addresses in the documented form', async () => {
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

  it('answers authorization_pending, and slow_down to a poll that comes too soon', async () => {
    const server = await sigmaServer({ intervalSeconds: 600 });
    const code = await requestCode(server);
    assert.deepEqual(await refusal(server, code), [400, 'authorization_pending']);
    assert.deepEqual(await refusal(server, code), [400, 'slow_down']);
    await server.approve(code.user_code);
    assert.deepEqual(await refusal(server, code), [400, 'slow_down'], 'slow_down comes before the token');
  });

  it('grants a token once, and then answers invalid_grant', async () => {
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

  it('names the error of a code that is denied, expired, unknown or of another client', async () => {
    const server = await sigmaServer({ clientIds: ['editor'] });
    const denied = await requestCode(server);
    await server.deny(denied.user_code);
    assert.deepEqual(await refusal(server, denied), [400, 'access_denied']);
    const over = await requestCode(server);
    server.expire(over.user_code);
    assert.deepEqual(await refusal(server, over), [400, 'expired_token']);
    assert.deepEqual(
      await refusal(server, over),
      [400, 'invalid_grant'],
      'better-auth has deleted its record',
    );
    assert.deepEqual(await refusal(server, { ...over, device_code: 'unknown' }), [400, 'invalid_grant']);
    const { json } = await post(`${server.url}/api/auth/device/code`, { client_id: 'stranger' });
    assert.equal(json.error, 'invalid_client');
  });

  it('answers 415 to a form', async () => {
    const { url } = await sigmaServer();
    const body = new URLSearchParams({ client_id: 'editor', device_code: 'any' });
    assert.equal((await fetch(`${url}/api/auth/device/token`, { method: 'POST', body })).status, 415);
  });
});

describe('Sigma reference server: userinfo with an identity that is chosen at approval', () => {
  it('gives that identity', async () => {
    const server = await sigmaServer({ identityAtApproval: true });
    for (const [at, { label, identities }] of [demoPerson, secondPerson].entries()) {
      const subjects = new Set<unknown>();
      for (const [nth, { bapId, pubkey, profile }] of identities.entries()) {
        const { status, json } = await userinfo(server, await accessToken(server, nth, at));
        assert.equal(status, 200);
        const { sub, name, bap_id, pubkey: key, bap, email } = json;
        assert.deepEqual([name, bap_id, key], [profile?.alternateName, bapId, pubkey], label);
        assert.equal((JSON.parse(String(bap)) as { idKey: string }).idKey, bapId);
        assert.equal(email, undefined, 'the scope email is missing');
        subjects.add(sub);
      }
      assert.equal(subjects.size, 1, 'all identities of a person have one sub');
    }
  });

  it('gives the email with the scope email', async () => {
    const server = await sigmaServer();
    const code = await requestCode(server, 'openid profile email');
    await server.approve(code.user_code);
    const { json } = await poll(server, code);
    const claims = await userinfo(server, String(json.access_token));
    assert.equal(claims.json.email, demoPerson.email);
  });

  it('gives nulls for an identity without a published profile', async () => {
    const person = { ...demoPerson, identities: [identityWithoutProfile] };
    const server = await sigmaServer({ identityAtApproval: true, people: [person] });
    const { json } = await userinfo(server, await accessToken(server));
    assert.deepEqual([json.name, json.picture, json.bap], [null, null, null]);
    assert.equal(json.bap_id, identityWithoutProfile.bapId);
  });
});

describe('Sigma reference server: the end of a token', () => {
  it('answers 401 invalid_token to an unknown token', async () => {
    const { status, json } = await userinfo(await sigmaServer(), 'unknown');
    assert.deepEqual([status, json.error], [401, 'invalid_token']);
  });

  it('ends a token, and no other, at sign-out', async () => {
    const server = await sigmaServer();
    const [mine, other] = [await accessToken(server), await accessToken(server, 1, 1)];
    const answer = await post(`${server.url}/api/auth/sign-out`, {}, mine);
    assert.deepEqual(answer, { status: 200, json: { success: true } });
    assert.equal((await userinfo(server, mine)).status, 401);
    assert.equal((await userinfo(server, other)).status, 200);
  });

  it('ends a token at revocation, or answers 404 where that is not installed', async () => {
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
