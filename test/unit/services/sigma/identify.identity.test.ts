import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { json } from '../../support/conversation.ts';
import {
  active,
  ANN,
  bapIdOf,
  BOB,
  identify,
  list,
  LIST,
  namesIn,
  notAMember,
  organization,
  PUBKEY,
  setActive,
  TEAM,
  userinfo,
  USERINFO,
} from '../../support/sigmaIdentities.ts';

describe('the identity behind a new token', () => {
  it('is the one in userinfo, and becomes the active one for other servers', async () => {
    const { identified, requests } = await identify([userinfo({ bap_id: ANN }), active(ANN)]);
    assert.equal(bapIdOf(identified), ANN);
    assert.deepEqual(requests, [USERINFO, setActive(ANN)]);
  });

  it('is the user’s only one, once it is active', async () => {
    const { identified, requests } = await identify([
      userinfo(),
      list(ANN),
      active(ANN),
      userinfo({ bap_id: ANN, name: 'Ann', pubkey: PUBKEY }),
    ]);
    assert.equal(bapIdOf(identified), ANN);
    assert.ok(identified.kind === 'identified');
    assert.equal(identified.person.accountLabel, `Ann (${ANN})`);
    assert.equal(identified.person.bap?.pubkey, PUBKEY);
    assert.deepEqual(requests, [USERINFO, LIST, setActive(ANN), USERINFO]);
  });

  it('is the one that the user chooses from several', async () => {
    const { identified, asked, requests, world } = await identify(
      [userinfo(), list(ANN, BOB), active(BOB), userinfo({ bap_id: BOB })],
      [BOB],
    );
    assert.equal(bapIdOf(identified), BOB);
    assert.deepEqual(asked, [[ANN, BOB]]);
    assert.deepEqual(requests, [USERINFO, LIST, setActive(BOB), USERINFO]);
    assert.deepEqual(namesIn(world), [
      'userinfo',
      'organization/list',
      'organization/set-active',
      'userinfo',
    ]);
  });

  it('is chosen again when the server refuses the first choice', async () => {
    const { identified, asked, refused, requests } = await identify(
      [userinfo(), list(ANN, BOB), notAMember, active(ANN), userinfo({ bap_id: ANN })],
      [BOB, ANN],
    );
    assert.equal(bapIdOf(identified), ANN);
    assert.deepEqual(asked, [
      [ANN, BOB],
      [ANN, BOB],
    ]);
    assert.deepEqual(refused, [undefined, BOB]);
    assert.deepEqual(requests, [USERINFO, LIST, setActive(BOB), setActive(ANN), USERINFO]);
  });

  it('is none when the user continues without one after a refusal', async () => {
    const { identified } = await identify([userinfo(), list(ANN, BOB), notAMember], [BOB, undefined]);
    assert.equal(bapIdOf(identified), undefined);
    assert.ok(identified.kind === 'identified' && identified.hasNoBapIdentity !== true);
  });

  it('is none, and reported as none, for a user without one', async () => {
    const { identified, requests, world } = await identify([userinfo(), list()]);
    assert.equal(bapIdOf(identified), undefined);
    assert.deepEqual(namesIn(world), ['userinfo', 'organization/list']);
    assert.ok(identified.kind === 'identified' && identified.hasNoBapIdentity);
    assert.equal(identified.person.accountId, 'user-1');
    assert.deepEqual(requests, [USERINFO, LIST]);
  });

  it('is never an organization that is not a BAP identity', async () => {
    const { identified } = await identify([userinfo(), list(TEAM)]);
    assert.equal(bapIdOf(identified), undefined);
    assert.ok(identified.kind === 'identified' && identified.hasNoBapIdentity);
  });

  it('is the only BAP identity among other organizations', async () => {
    const { identified } = await identify([
      userinfo(),
      list(TEAM, ANN),
      active(ANN),
      userinfo({ bap_id: ANN }),
    ]);
    assert.equal(bapIdOf(identified), ANN);
  });

  for (const [what, claims] of [
    ['bap_id', { bap_id: PUBKEY }],
    ['idKey', { bap: { idKey: PUBKEY } }],
  ] as const) {
    it(`is never the public key that a server sends as ${what}`, async () => {
      const { identified, requests } = await identify([
        userinfo({ ...claims, pubkey: PUBKEY }),
        list(ANN),
        active(ANN),
        userinfo({ bap_id: ANN }),
      ]);
      assert.equal(bapIdOf(identified), ANN);
      assert.equal(requests.length, 4);
    });
  }
});

describe('a userinfo that does not follow the active identity', () => {
  for (const [how, reply] of [
    ['has no BAP id', userinfo({ pubkey: PUBKEY })],
    ['has a public key in its place', userinfo({ bap_id: PUBKEY })],
  ] as const) {
    it(`does no harm when it ${how}: the id of the organization is the BAP id`, async () => {
      const { identified } = await identify([
        userinfo({ pubkey: PUBKEY, bap: { rootAddress: '1Other', identity: { alternateName: 'Other' } } }),
        list(ANN),
        active(ANN),
        reply,
      ]);
      assert.equal(bapIdOf(identified), ANN);
      assert.ok(identified.kind === 'identified');
      assert.equal(identified.person.accountLabel, `Name of 4U5 (${ANN})`);
      assert.deepEqual(
        identified.person.bap,
        { bapId: ANN, rootAddressProven: false },
        'it has no key and no profile of another identity',
      );
    });
  }

  it('leaves the name of the account if the identity is named by its id', async () => {
    const listed = json(200, [organization(ANN, { name: ANN })]);
    const { identified } = await identify([userinfo(), listed, active(ANN), userinfo()]);
    assert.ok(identified.kind === 'identified');
    assert.equal(identified.person.name, 'User');
  });
});
