import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { json } from '../../support/conversation.ts';
import { sigmaWorld } from '../../support/serviceKit.ts';
import {
  active,
  ANN,
  bapIdOf,
  BOB,
  GRANT,
  identify,
  organization,
  TEAM,
  userinfo,
} from '../../support/sigmaIdentities.ts';

describe('the list of identities', () => {
  for (const [what, metadata] of [
    ['an object', { type: 'bap_identity' }],
    ['JSON in a string', '{"type":"bap_identity"}'],
  ] as const) {
    it(`has an identity whose metadata, ${what}, says so`, async () => {
      const { identified } = await identify([
        userinfo(),
        json(200, [organization(TEAM, { metadata })]),
        active(TEAM),
        userinfo({ bap_id: ANN }),
      ]);
      assert.equal(bapIdOf(identified), ANN);
    });
  }

  for (const metadata of [null, '', '{', '[]', 'bap_identity', '{"type":"team"}', 7, { type: 7 }]) {
    it(`ignores the metadata ${JSON.stringify(metadata)}`, async () => {
      const { identified } = await identify([userinfo(), json(200, [organization(TEAM, { metadata })])]);
      assert.ok(identified.kind === 'identified' && identified.hasNoBapIdentity);
    });
  }

  it('leaves out what cannot be read', async () => {
    const odd = [null, 7, 'x', {}, { id: 7 }, { id: '' }, organization(ANN)];
    const { identified } = await identify([userinfo(), json(200, odd), active(ANN), userinfo()]);
    assert.equal(bapIdOf(identified), ANN);
  });

  it('has the name of each, and its picture if that may be shown', async () => {
    const { clock, service } = sigmaWorld([
      userinfo(),
      json(200, [
        organization(ANN, { name: 'Ann', logo: '/ann.png' }),
        organization(BOB, { name: null, logo: 'https://tracker.example/bob.png' }),
        organization(TEAM, {
          name: 'Team',
          metadata: { type: 'bap_identity' },
          logo: `data:image/png;base64,${'A'.repeat(1_200_000)}`,
        }),
      ]),
    ]);
    const identified = await clock.run(service.identify(GRANT, NEVER));
    assert.ok(identified.kind === 'choice');
    assert.deepEqual(identified.choice.identities, [
      { id: ANN, name: 'Ann', picture: 'https://auth.example/ann.png' },
      { id: BOB, name: undefined, picture: undefined },
      { id: TEAM, name: 'Team', picture: undefined },
    ]);
  });
});
