import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { Person } from '../../../../src/services/person.ts';
import type { Grant } from '../../../../src/services/service.ts';
import { html, json } from '../../support/conversation.ts';
import { sigmaWorld } from '../../support/serviceKit.ts';

const GRANT: Grant = { server: 'https://auth.example', accessToken: 'token' };
const BAP_ID = 'Go8vCHAa4S6AhXKTABGpANiz35J';

/** The person behind these claims, from a server without organizations. */
async function personOf(claims: Record<string, unknown>): Promise<Person> {
  const { clock, conversation, service } = sigmaWorld([json(200, { sub: 'user-1', ...claims }), html(404)]);
  const identified = await clock.run(service.identify(GRANT, NEVER));
  conversation.assertOver();
  assert.ok(identified.kind === 'identified');
  return identified.person;
}

describe('the claims of userinfo', () => {
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

  it('accepts a sub that is not well-formed', async () => {
    const person = await personOf({ sub: 'half a pair \ud800' });
    assert.equal(person.subject, 'half a pair \ud800');
  });
});
