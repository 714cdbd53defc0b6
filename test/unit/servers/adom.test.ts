import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'node:test';

import { demoPerson, secondPerson } from '../../servers/adom.ts';
import { adomServer, createIntent, get, post, sessionToken, statusUrl } from './adomApi.ts';

const MINUTE_MS = 60_000;

describe('Adom stand-in: intents', () => {
  it('answers with everything that the documents name', async () => {
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

  it('makes a session of 90 days where nobody asks for another', async () => {
    const server = await adomServer();
    assert.equal((await createIntent(server)).requested_max_age, 7_776_000);
    const response = await fetch(`${server.url}/auth/intents`, { method: 'POST' });
    assert.equal(response.status, 201, 'no body at all');
    assert.equal((await post(`${server.url}/auth/intents`, { max_age: -1 })).status, 422);
  });

  it('tells updates_url in both of its forms or not at all, and leaves the code out', async () => {
    const bare = await adomServer({ updatesUrl: 'without-status', confirmationCode: false });
    const intent = await createIntent(bare);
    assert.equal(intent.updates_url, `${bare.url}/auth/intents/${intent.token}`);
    assert.equal('confirmation_code' in intent, false);
    const silent = await adomServer({ updatesUrl: 'absent' });
    assert.equal('updates_url' in (await createIntent(silent)), false);
  });

  it('is pending, then authenticated with the same token at every poll', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    assert.deepEqual(await get(statusUrl(server, intent)), { status: 200, json: { state: 'pending' } });
    server.approve();
    assert.equal((await get(`${server.url}/auth/intents/${intent.token}`)).json.completed, true);
    assert.equal(server.retrievals(intent.token), 0, 'looking at the intent takes no token');
    const first = await get(statusUrl(server, intent));
    assert.equal(first.json.state, 'authenticated');
    assert.match(String(first.json.session_token), /^tok_/);
    assert.deepEqual(await get(statusUrl(server, intent)), first);
    assert.equal(server.retrievals(), 2);
  });

  it('keeps the token to itself once its session is over', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    server.approve();
    server.endSession(String((await get(statusUrl(server, intent))).json.session_token));
    const { json } = await get(statusUrl(server, intent));
    assert.deepEqual(json, { state: 'authenticated', session_token: null });
  });

  it('does not know a token that it never gave', async () => {
    const server = await adomServer();
    for (const path of ['/auth/intents/unknown', '/auth/intents/unknown/status', '/auth/elsewhere'])
      assert.equal((await get(server.url + path)).status, 404, path);
  });

  it('is over after 15 minutes, approved or not, or as soon as a test says so', async () => {
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
    assert.throws(() => {
      server.approve(waiting.token);
    }, /over/);
    const next = await createIntent(server);
    server.expire();
    assert.equal((await get(statusUrl(server, next))).status, 410);
  });

  it('turns away who does not say what it is', async () => {
    const { url } = await adomServer();
    // fetch fills in a name of its own where none is given; plain http sends what it is told.
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

describe('Adom stand-in: sessions', () => {
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  const cookie = (token: string): Record<string, string> => ({ cookie: `a=b; session_token=${token}` });

  it('says who the person is, whichever way the token comes', async () => {
    const server = await adomServer();
    const token = await sessionToken(server);
    for (const headers of [bearer(token), cookie(token)])
      assert.deepEqual(await get(`${server.url}/user`, headers), { status: 200, json: demoPerson.user });
    for (const headers of [{}, bearer('tok_other'), cookie('tok_other')])
      assert.equal((await get(`${server.url}/user`, headers)).status, 401);
  });

  it('knows two people', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    server.approve(intent.token, 1);
    const token = String((await get(statusUrl(server, intent))).json.session_token);
    assert.deepEqual((await get(`${server.url}/user`, bearer(token))).json, secondPerson.user);
  });

  it('takes only the cookie where it is told to', async () => {
    const server = await adomServer({ bearer: false });
    const token = await sessionToken(server);
    assert.equal((await get(`${server.url}/user`, bearer(token))).status, 401);
    assert.equal((await get(`${server.url}/user`, cookie(token))).status, 200);
  });

  it('ends at max_age', async () => {
    let nowMs = Date.UTC(2024, 0, 1);
    const server = await adomServer({ now: () => nowMs });
    const token = await sessionToken(server, { max_age: 60 });
    nowMs += MINUTE_MS - 1;
    assert.equal((await get(`${server.url}/user`, bearer(token))).status, 200);
    nowMs += 1;
    assert.equal((await get(`${server.url}/user`, bearer(token))).status, 401);
  });

  for (const [name, headers] of Object.entries({ bearer, cookie })) {
    it(`ends at logout by ${name}, and no other with it`, async () => {
      const server = await adomServer();
      const [mine, other] = [await sessionToken(server), await sessionToken(server)];
      const logout = { method: 'DELETE', headers: headers(mine) };
      assert.equal((await fetch(`${server.url}/auth/logout`, logout)).status, 204);
      assert.equal((await get(`${server.url}/user`, bearer(mine))).status, 401);
      assert.equal((await get(`${server.url}/user`, bearer(other))).status, 200);
      assert.equal((await fetch(`${server.url}/auth/logout`, logout)).status, 401, 'already over');
    });
  }
});
