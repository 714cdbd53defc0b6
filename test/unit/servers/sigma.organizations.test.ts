import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  demoPerson,
  identityWithoutProfile,
  personWithoutIdentity,
  secondPerson,
} from '../../servers/sigma.ts';
import { accessToken, get, organizations, session, setActive, sigmaServer, userinfo } from './sigmaApi.ts';

const [satoshi = assert.fail()] = demoPerson.identities;
const SECOND = 1;

describe('Sigma reference server: identities are organizations', () => {
  it('lists them with BAP ID and name, and without metadata', async () => {
    const server = await sigmaServer();
    const list = await organizations(server, await accessToken(server, 0, SECOND));
    for (const [at, { bapId, profile }] of secondPerson.identities.entries()) {
      const { createdAt, ...rest } = list[at] ?? assert.fail();
      assert.deepEqual(rest, { id: bapId, slug: bapId, name: profile?.alternateName });
      assert.ok(!Number.isNaN(Date.parse(String(createdAt))));
    }
    assert.equal(list.length, 2);
  });

  it('lists one for a user with one identity and none for a user without one', async () => {
    const server = await sigmaServer({ people: [demoPerson, personWithoutIdentity] });
    const list = await organizations(server, await accessToken(server, 0, 0));
    assert.deepEqual(
      list.map(({ id }) => id),
      [satoshi.bapId],
    );
    assert.deepEqual(await organizations(server, await accessToken(server, 0, 1)), []);
  });

  it('names an identity without a published profile by its BAP id', async () => {
    const server = await sigmaServer({ people: [{ ...demoPerson, identities: [identityWithoutProfile] }] });
    const [one] = await organizations(server, await accessToken(server));
    assert.equal(one?.name, identityWithoutProfile.bapId);
  });

  for (const [name, metadata] of [
    ['a JSON string', '{"type":"bap_identity"}'],
    ['an object', { type: 'bap_identity' }],
  ] as const) {
    it(`lists metadata that is ${name} as it is`, async () => {
      const server = await sigmaServer({
        people: [{ ...demoPerson, identities: [{ ...satoshi, metadata }] }],
      });
      const [one] = await organizations(server, await accessToken(server));
      assert.deepEqual(one?.metadata, metadata);
    });
  }

  it('lists an organization that is no identity first, with a random id of better-auth', async () => {
    const server = await sigmaServer({ people: [{ ...demoPerson, otherOrganizations: ['Readers'] }] });
    const token = await accessToken(server);
    const [other, ...rest] = await organizations(server, token);
    assert.match(String(other?.id), /^[A-Za-z0-9]{32}$/);
    assert.deepEqual([other?.name, rest.map(({ id }) => id)], ['Readers', [satoshi.bapId]]);
    assert.equal((await setActive(server, token, String(other?.id))).status, 200);
    assert.equal('bap_id' in (await userinfo(server, token)).json, false);
  });

  it('answers 401 to an unknown token', async () => {
    const server = await sigmaServer();
    const unauthorized = { status: 401, json: { message: 'Unauthorized', code: 'UNAUTHORIZED' } };
    assert.deepEqual(await get(`${server.url}/api/auth/organization/list`, 'unknown'), unauthorized);
    assert.deepEqual(await setActive(server, 'unknown', satoshi.bapId), unauthorized);
  });

  it('has no such endpoints without organizations, and a token then never names an identity', async () => {
    const server = await sigmaServer({ organizations: false });
    const token = await accessToken(server);
    for (const path of ['list', 'set-active'])
      assert.equal((await fetch(`${server.url}/api/auth/organization/${path}`)).status, 404);
    assert.equal('activeOrganizationId' in (await session(server, token)), false);
    assert.equal('bap_id' in (await userinfo(server, token)).json, false);
  });

  it('does not allow other origins there', async () => {
    const { url } = await sigmaServer();
    const headers = { origin: 'https://example.com', 'access-control-request-method': 'GET' };
    const preflight = (path: string): Promise<Response> =>
      fetch(`${url}/api/auth/${path}`, { method: 'OPTIONS', headers });
    for (const path of ['organization/list', 'organization/set-active', 'get-session'])
      assert.equal((await preflight(path)).headers.get('access-control-allow-origin'), null, path);
    assert.equal((await preflight('oauth2/userinfo')).headers.get('access-control-allow-origin'), '*');
  });
});
