import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { Person } from '../../../../src/services/person.ts';
import type { Grant, IdentifyResult, ServiceFailure } from '../../../../src/services/service.ts';
import { sigma } from '../../../../src/services/sigma/sigma.ts';
import { html, json, networkError, never, redirect, type Reply, text } from '../../support/conversation.ts';
import { CODE } from '../../support/deviceGrantRow.ts';
import { assertCancels, begin, sigmaWorld } from '../../support/serviceKit.ts';
import { serviceTexts } from '../../support/serviceTexts.ts';
import { unreachable } from '../../support/unreachable.ts';

const GRANT: Grant = { server: 'https://auth.example', accessToken: 'token' };
const BAP_ID = 'Go8vCHAa4S6AhXKTABGpANiz35J';

/** The server answers userinfo with `reply`, and has no organizations. */
async function identify(reply: Reply): Promise<IdentifyResult> {
  const { clock, conversation, service } = sigmaWorld([reply, html(404)]);
  const identified = await clock.run(service.identify(GRANT, NEVER));
  conversation.assertOver();
  return identified;
}

async function personOf(claims: Record<string, unknown>): Promise<Person> {
  const identified = await identify(json(200, { sub: 'user-1', ...claims }));
  assert.ok(identified.kind === 'identified');
  return identified.person;
}

describe('Sigma Identity: the service', () => {
  it('has names that the settings and other extensions know', () => {
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

  it('gives the code and the addresses', async () => {
    const it = sigmaWorld([json(200, CODE)]);
    const pending = await begin(it);
    assert.equal(pending.userCode, 'ABCD-1234');
    assert.equal(pending.verificationUri, 'https://auth.example/device');
    assert.equal(pending.browserUri, 'https://auth.example/device?code=ABCD-1234');
    assert.equal(pending.deadlineMs, it.clock.now() + 900_000);
  });

  it('opens verification_uri when there is no complete address', async () => {
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

  it('gives the failure of the request', async () => {
    const { clock, service } = sigmaWorld([json(401, { error: 'invalid_client' })]);
    assert.deepEqual(await clock.run(service.begin([], NEVER)), {
      kind: 'failed',
      failure: { kind: 'clientRefused', error: 'invalid_client' },
    });
  });
});

describe('Sigma Identity: wait', () => {
  it('gives a grant with its server and the time of expiry', async () => {
    const granted = { access_token: 'token', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r' };
    const it = sigmaWorld([json(200, CODE), json(200, granted)]);
    const pending = await begin(it);
    const contact: boolean[] = [];
    const waited = await it.clock.run(pending.wait(NEVER, (reached) => contact.push(reached)));
    assert.deepEqual(waited, {
      kind: 'granted',
      grant: {
        server: 'https://auth.example',
        accessToken: 'token',
        refreshToken: 'r',
        expiresAtMs: it.clock.now() + 3_600_000,
      },
    });
    assert.deepEqual(contact, [true]);
    assert.equal(it.conversation.requests[1]?.url, 'https://auth.example/api/auth/device/token');
  });

  it('gives a grant that expires after 100 years at most', async () => {
    const it = sigmaWorld([json(200, CODE), json(200, { access_token: 'token', expires_in: 1e306 })]);
    const pending = await begin(it);
    const waited = await it.clock.run(pending.wait(NEVER, () => undefined));
    const expiresAtMs = it.clock.now() + 3_155_760_000_000;
    assert.deepEqual(waited, { kind: 'granted', grant: { ...GRANT, expiresAtMs } });
  });

  it('gives a grant without a time of expiry when the server names none', async () => {
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

  it('gives the other results of the wait', async () => {
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

describe('Sigma Identity: identify', () => {
  it('sends the token in a header to userinfo of the server of the grant', async () => {
    const { clock, conversation, service } = sigmaWorld([json(200, { sub: 'user-1' }), html(404)], {
      serverUrl: 'https://changed.example',
    });
    await clock.run(service.identify(GRANT, NEVER));
    const [request] = conversation.requests;
    assert.equal(`${request?.method} ${request?.url}`, 'GET https://auth.example/api/auth/oauth2/userinfo');
    assert.equal(request?.headers.authorization, 'Bearer token');
    assert.equal(request.body, undefined);
  });

  it('gives the grant with the person', async () => {
    const identified = await identify(json(200, { sub: 'user-1' }));
    assert.ok(identified.kind === 'identified');
    assert.deepEqual(identified.grant, GRANT);
  });

  it('reads all claims', async () => {
    assert.deepEqual(
      await personOf({
        name: 'Ann Example',
        email: 'ann@example.org',
        picture: 'https://img.example/ann.png',
        bap_id: BAP_ID,
        pubkey: `02${'ab'.repeat(32)}`,
        bap: JSON.stringify({ idKey: BAP_ID, identity: { alternateName: 'ann' } }),
        extra: 'dropped',
      }),
      {
        accountId: BAP_ID,
        accountLabel: `Ann Example (${BAP_ID})`,
        subject: 'user-1',
        name: 'Ann Example',
        email: 'ann@example.org',
        picture: 'https://img.example/ann.png',
        bap: {
          bapId: BAP_ID,
          rootAddressProven: false,
          pubkey: `02${'ab'.repeat(32)}`,
          profile: { alternateName: 'ann' },
        },
      },
    );
  });

  it('accepts claims with a sub only', async () => {
    assert.deepEqual(await personOf({}), {
      accountId: 'user-1',
      accountLabel: 'user-1',
      subject: 'user-1',
      name: 'user-1',
    });
  });

  it('ignores claims that are null or of the wrong type', async () => {
    const nothing = await personOf({});
    for (const value of [null, 7, {}, [], true]) {
      const names = { name: value, given_name: value, family_name: value };
      const claims = { ...names, email: value, picture: value, bap_id: value, pubkey: value, bap: value };
      assert.deepEqual(await personOf(claims), nothing);
    }
  });

  it('drops the profile when bap is malformed', async () => {
    const person = await personOf({ bap_id: BAP_ID, name: 'Ann', bap: '{"idKey":"' });
    assert.deepEqual(person.bap, { bapId: BAP_ID, rootAddressProven: false });
    assert.equal(person.accountLabel, `Ann (${BAP_ID})`);
  });

  it('takes the idKey as the account when bap_id is absent', async () => {
    const person = await personOf({ bap: { idKey: BAP_ID } });
    assert.equal(person.accountId, BAP_ID);
    assert.deepEqual(person.bap, { bapId: BAP_ID, rootAddressProven: false });
  });

  const identity = { alternateName: 'alt', givenName: 'Given', familyName: 'Family' };
  for (const [what, claims, name, label] of [
    ['name claim', { name: 'Name', bap: { identity } }, 'Name', `Name (${BAP_ID})`],
    ['alternate name of the profile', { name: ' ', bap: { identity } }, 'alt', `alt (${BAP_ID})`],
    [
      'given and family name',
      { bap: { identity: { ...identity, alternateName: '' } } },
      'Given Family',
      `Given Family (${BAP_ID})`,
    ],
    ['family name', { bap: { identity: { familyName: 'Family' } } }, 'Family', `Family (${BAP_ID})`],
    [
      "profile's names before those of the claims",
      { given_name: 'Claimed', family_name: 'Name', bap: { identity: { givenName: 'Given' } } },
      'Given',
      `Given (${BAP_ID})`,
    ],
    [
      'given and family name of the claims',
      { given_name: 'Claimed', family_name: 'Name', bap: { identity: { givenName: ' ' } } },
      'Claimed Name',
      `Claimed Name (${BAP_ID})`,
    ],
    ['given name of the claims', { given_name: 'Claimed' }, 'Claimed', `Claimed (${BAP_ID})`],
    ['family name of the claims', { family_name: 'Name' }, 'Name', `Name (${BAP_ID})`],
    ['name claim before its parts', { name: 'Ann', given_name: 'Claimed' }, 'Ann', `Ann (${BAP_ID})`],
    ['shortened BAP id', { name: '\u202e\n' }, 'Go8vCH…z35J', BAP_ID],
  ] as const) {
    it(`takes the ${what} as the name`, async () => {
      const person = await personOf({ bap_id: BAP_ID, ...claims });
      assert.equal(person.name, name);
      assert.equal(person.accountLabel, label);
    });
  }

  it('gives two identities of one person different accounts and labels', async () => {
    const [one, two] = [
      await personOf({ name: 'Ann', bap_id: `${BAP_ID}1` }),
      await personOf({ name: 'Ann', bap_id: `${BAP_ID}2` }),
    ];
    assert.equal(one.subject, two.subject);
    assert.notEqual(one.accountId, two.accountId);
    assert.notEqual(one.accountLabel, two.accountLabel);
    assert.equal(one.name, two.name);
  });

  it('keeps the account when the name changes', async () => {
    const [before, later] = [
      await personOf({ name: 'Ann', bap_id: BAP_ID }),
      await personOf({ name: 'Anna', bap_id: BAP_ID }),
    ];
    assert.equal(before.accountId, later.accountId);
  });

  for (const [email, kept] of [
    ['ann@example.org', true],
    ['ann@sigma.local.example', true],
    ['ann@sigmaXlocal', true],
    ['ann@not-sigma.local', true],
    [`${BAP_ID}@sigma.local`, false],
    ['ANN@SIGMA.LOCAL', false],
    ['ann@sigma.local \n', false],
  ] as const) {
    it(`${kept ? 'keeps' : 'drops'} the email ${JSON.stringify(email)}`, async () => {
      assert.equal((await personOf({ email })).email, kept ? email : undefined);
    });
  }

  it('reads a picture on the blockchain as its address on ordfs.network', async () => {
    const file = `${'a1'.repeat(32)}_0`;
    assert.equal((await personOf({ picture: `/${file}` })).picture, `https://ordfs.network/${file}`);
  });

  it('drops pictures in data: URIs', async () => {
    const data = `data:image/png;base64,${'A'.repeat(52_000)}`;
    const person = await personOf({
      bap_id: BAP_ID,
      picture: data,
      bap: { identity: { image: data, givenName: 'A' } },
    });
    assert.ok(!('picture' in person));
    assert.deepEqual(person.bap?.profile, { givenName: 'A' });
    assert.ok(JSON.stringify(person).length < 500);
  });

  it('makes all texts safe to show', async () => {
    const evil = '[free coins](command:x) $(verified)\n\u202e' + 'a'.repeat(500);
    const person = await personOf({ name: evil, email: evil, sub: '[s](command:y)$(eye)' });
    for (const shown of [person.name, person.email ?? '', person.accountLabel]) {
      assert.doesNotMatch(shown, /\]\(|\$\(|[\n\u202e]/);
      assert.ok(shown.length < 200);
    }
  });

  for (const [name, reply, failure, ranMs = 0] of [
    ['401', json(401, { error: 'invalid_token' }), { kind: 'grantRejected' }],
    ['404', html(404), unreachable('notFound')],
    ['401 with HTML', html(401), unreachable('loginPage')],
    ['200 with HTML', html(200), unreachable('loginPage')],
    ['no sub', json(200, { name: 'Ann' }), { kind: 'notTheService' }],
    ['a sub of more than 255 characters', json(200, { sub: 'a'.repeat(256) }), { kind: 'notTheService' }],
    ['an empty sub', json(200, { sub: '' }), { kind: 'notTheService' }],
    ['claims with an error status', json(403, { sub: 'user-1' }), { kind: 'grantRejected' }],
    ['a redirect', redirect('https://elsewhere.example/'), unreachable('loginPage')],
  ] satisfies [string, Reply, ServiceFailure, number?][]) {
    it(`fails: ${name}`, async () => {
      const { clock, conversation, service } = sigmaWorld([reply]);
      assert.deepEqual(await clock.run(service.identify(GRANT, NEVER)), { kind: 'failed', failure });
      assert.equal(clock.ranMs, ranMs);
      conversation.assertOver();
    });
  }

  it('accepts a sub that is not well-formed', async () => {
    const person = await personOf({ sub: 'half a pair \ud800' });
    assert.equal(person.subject, 'half a pair \ud800');
  });

  it('repeats the request after a transient failure, and gives up after five retries', async () => {
    const recovered = sigmaWorld([
      networkError('ENOTFOUND'),
      text(503, ''),
      json(429, {}),
      json(200, { sub: 'user-1' }),
      html(404),
    ]);
    assert.equal((await recovered.clock.run(recovered.service.identify(GRANT, NEVER))).kind, 'identified');
    assert.deepEqual(recovered.conversation.times, [0, 1, 3, 7, 7]);
    const lost = sigmaWorld(Array<Reply>(6).fill(text(503, '')));
    assert.deepEqual(await lost.clock.run(lost.service.identify(GRANT, NEVER)), {
      kind: 'failed',
      failure: unreachable('serverFault'),
    });
    lost.conversation.assertOver();
  });

  it('rejects at once when it is cancelled', async () => {
    const world = sigmaWorld([never()]);
    await assertCancels(world, 2, (signal) => world.service.identify(GRANT, signal));
  });
});

describe('Sigma Identity: revoke', () => {
  for (const [name, replies, ranMs = 0] of [
    ['when both succeed', [json(200, { success: true }), text(200, '')]],
    ['when sign-out gets 401', [json(401, {}), text(200, '')]],
    ['when revoke gets 404', [json(200, { success: true }), html(404)]],
    ['without network', [networkError('ECONNREFUSED'), networkError('ECONNREFUSED')]],
    ['when sign-out does not answer for 2.5 s', [never(), text(200, '')], 2_500],
  ] satisfies [string, Reply[], number?][]) {
    it(`calls sign-out and revoke ${name}`, async () => {
      const { clock, conversation, service } = sigmaWorld(replies, { serverUrl: 'https://changed.example' });
      await clock.run(service.revoke(GRANT, NEVER));
      const [signOut, revoke] = conversation.requests;
      assert.equal(`${signOut?.method} ${signOut?.url}`, 'POST https://auth.example/api/auth/sign-out');
      assert.equal(signOut?.headers.authorization, 'Bearer token');
      assert.equal(`${revoke?.method} ${revoke?.url}`, 'POST https://auth.example/api/auth/oauth2/revoke');
      assert.deepEqual(revoke?.body, { token: 'token', client_id: 'editor' });
      assert.match(conversation.log.lines.at(-1) ?? '', /^\w+ revoke: /);
      assert.equal(clock.ranMs, ranMs);
      conversation.assertOver();
    });
  }

  it('revokes the refresh token when there is one', async () => {
    const { clock, conversation, service } = sigmaWorld([json(200, { success: true }), text(200, '')]);
    await clock.run(service.revoke({ ...GRANT, refreshToken: 'refresh' }, NEVER));
    assert.deepEqual(conversation.requests[1]?.body, { token: 'refresh', client_id: 'editor' });
    conversation.assertOver();
  });
});
