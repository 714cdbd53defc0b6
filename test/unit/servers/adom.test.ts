import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'node:test';

import { demoPerson } from '../../servers/adom.ts';
import { adomServer, createIntent, get, post, sessionToken, statusUrl } from './adomApi.ts';

const MINUTE_MS = 60_000;

/** The endpoints as Adom's AuthenticationIntent guide and its newer pages document them. */
describe('Adom reference server: intents', () => {
  it('answers with all documented members', async () => {
    const server = await adomServer({ now: () => Date.UTC(2024, 0, 1) });
    const { token, confirmation_code: code, ...rest } = await createIntent(server, { max_age: 2_592_000 });
    assert.match(code ?? '', /^[B-DF-HJ-NP-TV-Z]{4}-[B-DF-HJ-NP-TV-Z]{4}$/);
    assert.deepEqual(rest, {
      created_at: '2024-01-01T00:00:00.000Z',
      expires_at: '2024-01-01T00:15:00.000Z',
      requested_max_age: 2_592_000,
      auth_url: `${server.url}/auth/intent?token=${token}`,
      updates_url: `${server.url}/auth/intents/${token}/status`,
      completed: false,
    });
  });

  it('uses a max_age of 90 days by default', async () => {
    const server = await adomServer();
    assert.equal((await createIntent(server)).requested_max_age, 7_776_000);
    const response = await fetch(`${server.url}/auth/intents`, { method: 'POST' });
    assert.equal(response.status, 201, 'without a body');
    assert.equal((await post(`${server.url}/auth/intents`, { max_age: -1 })).status, 422);
  });

  it('can leave out updates_url, its /status, and the confirmation code', async () => {
    const bare = await adomServer({ updatesUrl: 'without-status', confirmationCode: false });
    const intent = await createIntent(bare);
    assert.equal(intent.updates_url, `${bare.url}/auth/intents/${intent.token}`);
    assert.equal('confirmation_code' in intent, false);
    const silent = await adomServer({ updatesUrl: 'absent' });
    assert.equal('updates_url' in (await createIntent(silent)), false);
  });

  it('is pending, then returns the same token to every poll after approval', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    assert.deepEqual(await get(statusUrl(server, intent)), { status: 200, json: { state: 'pending' } });
    server.approve();
    assert.equal((await get(`${server.url}/auth/intents/${intent.token}`)).json.completed, true);
    assert.equal(server.retrievals(), 0, 'a request for the intent does not retrieve the token');
    const first = await get(statusUrl(server, intent));
    assert.equal(first.json.state, 'authenticated');
    assert.match(String(first.json.session_token), /^tok_/);
    assert.deepEqual(await get(statusUrl(server, intent)), first);
    assert.equal(server.retrievals(), 2);
  });

  it('gives no token after the session has ended', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    server.approve();
    server.endSession(String((await get(statusUrl(server, intent))).json.session_token));
    const { json } = await get(statusUrl(server, intent));
    assert.deepEqual(json, { state: 'authenticated', session_token: null });
  });

  it('answers 404 for an unknown token', async () => {
    const server = await adomServer();
    for (const path of ['/auth/intents/unknown', '/auth/intents/unknown/status', '/auth/elsewhere'])
      assert.equal((await get(server.url + path)).status, 404, path);
  });

  it('answers 410 after 15 minutes, approved or not', async () => {
    let nowMs = Date.UTC(2024, 0, 1);
    const server = await adomServer({ now: () => nowMs });
    const [waiting, approved] = [await createIntent(server), await createIntent(server)];
    server.approve(approved.token);
    nowMs += 15 * MINUTE_MS - 1;
    assert.equal((await get(statusUrl(server, waiting))).status, 200);
    nowMs += 1;
    for (const intent of [waiting, approved]) {
      assert.equal((await get(statusUrl(server, intent))).status, 410);
      assert.equal((await get(`${server.url}/auth/intents/${intent.token}`)).status, 410);
    }
  });

  it('accepts one PATCH by a logged-in user and answers the next with 409', async () => {
    const server = await adomServer();
    const { token, confirmation_code } = await createIntent(server);
    const form = new URLSearchParams({ token, person: demoPerson.user.id });
    const login = { method: 'POST', body: form, redirect: 'manual' } as const;
    const loggedIn = await fetch(`${server.url}/auth/login`, login);
    const cookie = loggedIn.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
    const patch = async (headers: Record<string, string>): Promise<number> => {
      const body = JSON.stringify({ confirmation_code });
      return (await fetch(`${server.url}/auth/intents/${token}`, { method: 'PATCH', headers, body })).status;
    };
    assert.deepEqual([await patch({}), await patch({ cookie }), await patch({ cookie })], [401, 200, 409]);
  });

  it('refuses a blank User-Agent', async () => {
    const { url } = await adomServer();
    // fetch sends a User-Agent of its own; node:http sends what it gets.
    const status = await new Promise((resolve, reject) => {
      const options = { method: 'POST', headers: { 'user-agent': ' ' } };
      request(`${url}/auth/intents`, options, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    assert.equal(status, 403);
  });
});

describe('Adom reference server: sessions', () => {
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  const cookie = (token: string): Record<string, string> => ({ cookie: `a=b; session_token=${token}` });

  it('returns the user for a token in a header or cookie, otherwise 401', async () => {
    const server = await adomServer();
    const token = await sessionToken(server);
    for (const headers of [bearer(token), cookie(token)])
      assert.deepEqual(await get(`${server.url}/user`, headers), { status: 200, json: demoPerson.user });
    for (const headers of [{}, bearer('tok_other'), cookie('tok_other')])
      assert.equal((await get(`${server.url}/user`, headers)).status, 401);
  });

  it('ends a session at max_age', async () => {
    let nowMs = Date.UTC(2024, 0, 1);
    const server = await adomServer({ now: () => nowMs });
    const token = await sessionToken(server, { max_age: 60 });
    nowMs += MINUTE_MS - 1;
    assert.equal((await get(`${server.url}/user`, bearer(token))).status, 200);
    nowMs += 1;
    assert.equal((await get(`${server.url}/user`, bearer(token))).status, 401);
  });

  it('rotates the token with each user response if configured to', async () => {
    let nowMs = Date.UTC(2024, 0, 1);
    const server = await adomServer({ rotatesTokens: true, now: () => nowMs });
    const token = await sessionToken(server, { max_age: 60 });
    const response = await fetch(`${server.url}/user`, { headers: bearer(token) });
    const [, rotated = ''] = /^session_token=([^;]+);/.exec(response.headers.getSetCookie()[0] ?? '') ?? [];
    assert.ok(rotated !== '' && rotated !== token);
    nowMs += MINUTE_MS - 1;
    assert.equal((await get(`${server.url}/user`, bearer(token))).status, 401);
    assert.equal((await fetch(`${server.url}/user`, { headers: bearer(rotated) })).status, 200);
    nowMs += 1;
    assert.equal((await get(`${server.url}/user`, bearer(rotated))).status, 401, 'its end stays');
  });

  for (const [name, headers] of Object.entries({ bearer, cookie })) {
    it(`ends only one session on logout by ${name}`, async () => {
      const server = await adomServer();
      const [mine, other] = [await sessionToken(server), await sessionToken(server)];
      const logout = { method: 'DELETE', headers: headers(mine) };
      assert.equal((await fetch(`${server.url}/auth/logout`, logout)).status, 204);
      assert.equal((await get(`${server.url}/user`, bearer(mine))).status, 401);
      assert.equal((await get(`${server.url}/user`, bearer(other))).status, 200);
    });
  }
});
