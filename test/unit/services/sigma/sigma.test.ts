import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { Grant } from '../../../../src/services/service.ts';
import { sigma } from '../../../../src/services/sigma/sigma.ts';
import { json } from '../../support/conversation.ts';
import { CODE } from '../../support/deviceGrantScenario.ts';
import { begin, sigmaWorld } from '../../support/serviceKit.ts';
import { serviceTexts } from '../../support/serviceTexts.ts';

const GRANT: Grant = { server: 'https://auth.example', clientId: 'editor', accessToken: 'token' };

describe('Sigma Identity: the service', () => {
  it('has the names that settings and other extensions use', () => {
    const { service } = sigmaWorld([]);
    assert.equal(service.id, 'sigma-identity');
    assert.equal(service.label, 'Sigma Identity');
    assert.equal(service.identitiesAt, 'https://sigmaidentity.com');
    assert.deepEqual(service.settingKeys, {
      server: 'bapIdentity.sigma.serverUrl',
      client: 'bapIdentity.sigma.clientId',
    });
  });
});

describe('Sigma Identity: begin', () => {
  it('uses the server and the client id of the settings', async () => {
    const it = sigmaWorld([json(200, CODE)], {
      serverUrl: ' https://auth.example/tenant/ ',
      clientId: 'mine',
    });
    await begin(it);
    const [request] = it.conversation.requests;
    assert.equal(request?.url, 'https://auth.example/tenant/api/auth/device/code');
    assert.deepEqual(request.body, { client_id: 'mine', scope: 'openid profile' });
  });

  it('returns the code and the addresses', async () => {
    const it = sigmaWorld([json(200, CODE)]);
    const pending = await begin(it);
    assert.equal(pending.userCode, 'ABCD-1234');
    assert.equal(pending.verificationUri, 'https://auth.example/device');
    assert.equal(pending.browserUri, 'https://auth.example/device?code=ABCD-1234');
    assert.equal(pending.deadlineMs, it.clock.now() + 900_000);
  });

  it('opens verification_uri if there is no verification_uri_complete', async () => {
    const pending = await begin(sigmaWorld([json(200, { ...CODE, verification_uri_complete: undefined })]));
    assert.equal(pending.browserUri, 'https://auth.example/device');
  });

  for (const serverUrl of [
    '',
    'auth.example',
    'http://auth.example',
    'https://u:p@auth.example',
    'file:///x',
  ]) {
    it(`sends no request when the setting is "${serverUrl}"`, async () => {
      const { clock, conversation, service } = sigmaWorld([], { serverUrl });
      assert.deepEqual(await clock.run(service.begin([], NEVER)), {
        kind: 'failed',
        failure: { kind: 'badServerSetting' },
      });
      conversation.assertOver();
    });
  }

  it('returns the failure of the request', async () => {
    const { clock, service } = sigmaWorld([json(401, { error: 'invalid_client' })]);
    assert.deepEqual(await clock.run(service.begin([], NEVER)), {
      kind: 'failed',
      failure: { kind: 'clientRefused', error: 'invalid_client' },
    });
  });
});

describe('Sigma Identity: wait', () => {
  it('returns a grant with its server and expiry', async () => {
    const granted = { access_token: 'token', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r' };
    const it = sigmaWorld([json(200, CODE), json(200, granted)]);
    const pending = await begin(it);
    const contact: boolean[] = [];
    const waited = await it.clock.run(pending.wait(NEVER, ({ kind }) => contact.push(kind === 'service')));
    assert.deepEqual(waited, {
      kind: 'granted',
      grant: {
        server: 'https://auth.example',
        clientId: 'editor',
        accessToken: 'token',
        refreshToken: 'r',
        expiresAtMs: it.clock.now() + 3_600_000,
      },
    });
    assert.deepEqual(contact, [true]);
    assert.equal(it.conversation.requests[1]?.url, 'https://auth.example/api/auth/device/token');
  });

  it('returns a grant that expires after 100 years at most', async () => {
    const it = sigmaWorld([json(200, CODE), json(200, { access_token: 'token', expires_in: 1e306 })]);
    const pending = await begin(it);
    const waited = await it.clock.run(pending.wait(NEVER, () => undefined));
    const expiresAtMs = it.clock.now() + 3_155_760_000_000;
    assert.deepEqual(waited, { kind: 'granted', grant: { ...GRANT, expiresAtMs } });
  });

  it('returns a grant without an expiry if the server names none', async () => {
    const it = sigmaWorld([json(200, CODE), json(200, { access_token: 'token' })]);
    const pending = await begin(it);
    const waited = await it.clock.run(pending.wait(NEVER, () => undefined));
    assert.deepEqual(waited, { kind: 'granted', grant: GRANT });
  });

  it('keeps the server of the code when the setting changes', async () => {
    const { clock, conversation } = sigmaWorld([json(200, CODE), json(200, { access_token: 'token' })]);
    let serverUrl = 'https://auth.example';
    const settings = { defaultServerUrl: serverUrl, clientId: 'editor' };
    const service = sigma(conversation.http, () => ({ ...settings, serverUrl }), serviceTexts);
    const begun = await clock.run(service.begin([], NEVER));
    serverUrl = 'https://elsewhere.example';
    assert.ok(begun.kind === 'pending');
    const waited = await clock.run(begun.pending.wait(NEVER, () => undefined));
    assert.deepEqual(waited, { kind: 'granted', grant: GRANT });
    assert.equal(conversation.requests[1]?.url, 'https://auth.example/api/auth/device/token');
  });

  it('returns the other results of the wait', async () => {
    for (const [error, waited] of [
      ['expired_token', { kind: 'expired' }],
      ['access_denied', { kind: 'failed', failure: { kind: 'denied' } }],
    ] as const) {
      const it = sigmaWorld([json(200, CODE), json(400, { error })]);
      const pending = await begin(it);
      assert.deepEqual(await it.clock.run(pending.wait(NEVER, () => undefined)), waited);
    }
  });
});
