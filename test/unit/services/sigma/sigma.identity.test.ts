import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { Grant, IdentifyResult } from '../../../../src/services/service.ts';
import { html, json, networkError, never, redirect, type Reply, text } from '../../support/conversation.ts';
import { assertCancels, sigmaWorld, type World } from '../../support/serviceKit.ts';

const GRANT: Grant = { server: 'https://auth.example', accessToken: 'token' };
const ANN = '4U5eEMQSUdmPXeqmyQJtvELPNE8E';
const BOB = '3wcztPg44xCLKi7pAt9qQHeb74Pr';
/** An id of better-auth's own making, for an organization that is no BAP identity. */
const TEAM = 'Ab3dEf6hIjKlMn0pQrStUvWxYz123456';
const PUBKEY = `02${'ab'.repeat(32)}`;

const userinfo = (claims: object = {}): Reply => json(200, { sub: 'user-1', name: 'User', ...claims });
const organization = (id: string, more: object = {}): object => ({
  id,
  slug: id,
  name: `Name of ${id.slice(0, 3)}`,
  createdAt: '2026-11-24T00:00:00.000Z',
  ...more,
});
const list = (...ids: string[]): Reply =>
  json(
    200,
    ids.map((id) => organization(id)),
  );
const active = (id: string): Reply => json(200, organization(id));
const notAMember = json(403, { message: 'No', code: 'USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION' });

/** Identifies, and answers each choice with the next id of `choices`. */
async function identify(replies: Reply[], choices: (string | undefined)[] = []) {
  const world = sigmaWorld(replies);
  const { clock, conversation, service } = world;
  let identified = await clock.run(service.identify(GRANT, NEVER));
  const asked: string[][] = [];
  const refused: (string | undefined)[] = [];
  for (const id of choices) {
    assert.ok(identified.kind === 'choice');
    asked.push(identified.choice.identities.map((each) => each.id));
    refused.push(identified.choice.refused?.id);
    identified = await clock.run(identified.choice.choose(id, NEVER));
  }
  conversation.assertOver();
  return { identified, asked, refused, world, requests: requestsOf(world) };
}

function requestsOf({ conversation }: World): string[] {
  return conversation.requests.map(({ method, url, body }) => {
    assert.ok(url.startsWith('https://auth.example/api/auth/'), url);
    return [method, url.slice('https://auth.example/api/auth/'.length), body && JSON.stringify(body)]
      .filter(Boolean)
      .join(' ');
  });
}

/** The requests in the log. */
function namesIn({ conversation }: World): string[] {
  return conversation.log.lines.map((line) => /^\w+ (.+): \d+ /.exec(line)?.[1] ?? line);
}

function bapIdOf(identified: IdentifyResult): string | undefined {
  assert.ok(identified.kind === 'identified', identified.kind);
  assert.equal(identified.person.subject, 'user-1');
  assert.deepEqual(identified.grant, GRANT);
  return identified.person.bap?.bapId;
}

const USERINFO = 'GET oauth2/userinfo';
const LIST = 'GET organization/list';
const setActive = (id: string): string => `POST organization/set-active {"organizationId":"${id}"}`;

describe('the identity behind a new token', () => {
  it('is the one of userinfo, and becomes the active one for other servers', async () => {
    const { identified, requests } = await identify([userinfo({ bap_id: ANN }), active(ANN)]);
    assert.equal(bapIdOf(identified), ANN);
    assert.deepEqual(requests, [USERINFO, setActive(ANN)]);
  });

  it('is the only one of the person, once it is active', async () => {
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

  it('is the one that the person chooses of several', async () => {
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

  it('is none when the person goes on without one after a refusal', async () => {
    const { identified } = await identify([userinfo(), list(ANN, BOB), notAMember], [BOB, undefined]);
    assert.equal(bapIdOf(identified), undefined);
    assert.ok(identified.kind === 'identified' && identified.hasNoBapIdentity !== true);
  });

  it('is none, and is said to be none, for a person without one', async () => {
    const { identified, requests, world } = await identify([userinfo(), list()]);
    assert.equal(bapIdOf(identified), undefined);
    assert.deepEqual(namesIn(world), ['userinfo', 'organization/list']);
    assert.ok(identified.kind === 'identified' && identified.hasNoBapIdentity);
    assert.equal(identified.person.accountId, 'user-1');
    assert.deepEqual(requests, [USERINFO, LIST]);
  });

  it('is never an organization that is no BAP identity', async () => {
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
    ['fails', text(503, '')],
    ['has no network', networkError('ECONNRESET')],
  ] as const) {
    it(`costs nothing when it ${how}: the id of the organization is the BAP id`, async () => {
      const { identified } = await identify([userinfo({ pubkey: PUBKEY }), list(ANN), active(ANN), reply]);
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

  it('leaves the name of the account where the identity is named by its id', async () => {
    const listed = json(200, [organization(ANN, { name: ANN })]);
    const { identified } = await identify([userinfo(), listed, active(ANN), userinfo()]);
    assert.ok(identified.kind === 'identified');
    assert.equal(identified.person.name, 'User');
  });

  it('makes no BAP id of an id without its form', async () => {
    const listed = json(200, [organization(TEAM, { metadata: { type: 'bap_identity' } })]);
    const { identified } = await identify([userinfo(), listed, active(TEAM), userinfo()]);
    assert.equal(bapIdOf(identified), undefined);
  });
});

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

  it('has the name and the picture of each, if the picture may be shown', async () => {
    const { clock, service } = sigmaWorld([
      userinfo(),
      json(200, [
        organization(ANN, { name: 'Ann', logo: '/ann.png' }),
        organization(BOB, { name: null, logo: 'https://tracker.example/bob.png' }),
      ]),
    ]);
    const identified = await clock.run(service.identify(GRANT, NEVER));
    assert.ok(identified.kind === 'choice');
    assert.deepEqual(identified.choice.identities, [
      { id: ANN, name: 'Ann', picture: 'https://auth.example/ann.png' },
      { id: BOB, name: undefined, picture: undefined },
    ]);
  });
});

describe('a server that does not help', () => {
  const failures: [what: string, reply: Reply, listMs: number, setActiveMs: number][] = [
    ['404', html(404), 0, 0],
    ['a 404 in JSON', json(404, {}), 0, 0],
    ['401', json(401, { message: 'No', code: 'UNAUTHORIZED' }), 0, 0],
    ['500', text(500, ''), 0, 0],
    ['429', json(429, {}), 0, 0],
    ['a login page', html(200), 0, 0],
    ['a redirect', redirect('https://elsewhere.example/'), 0, 0],
    ['another organization', active(BOB), 0, 0],
    ['a failure of CORS', networkError('ERR_FAILED'), 0, 0],
    ['no answer', never(), 8_000, 6_000],
  ];
  for (const [what, reply, listMs, setActiveMs] of failures) {
    it(`does not end the sign-in with ${what} instead of a list`, async () => {
      const { identified, world } = await identify([userinfo(), reply]);
      assert.equal(bapIdOf(identified), undefined);
      assert.ok(identified.kind === 'identified' && identified.hasNoBapIdentity !== true, 'it is not known');
      assert.equal(world.clock.ranMs, listMs);
      const { lines } = world.conversation.log;
      assert.equal(lines.at(-1), 'info The server does not say which BAP identities this account has.');
      assert.equal(lines.includes('debug organization/list: no answer within 8000 ms'), listMs > 0);
      assert.equal(world.clock.pending, 0);
    });

    it(`does not end the sign-in, and makes no identity up, with ${what} to set-active`, async () => {
      const { identified, requests, world } = await identify([userinfo(), list(ANN), reply]);
      assert.equal(bapIdOf(identified), undefined);
      assert.deepEqual(requests, [USERINFO, LIST, setActive(ANN)]);
      assert.equal(world.clock.ranMs, setActiveMs);
    });

    it(`keeps the identity of userinfo with ${what} to set-active`, async () => {
      const { identified, world } = await identify([userinfo({ bap_id: ANN }), reply]);
      assert.equal(bapIdOf(identified), ANN);
      assert.equal(world.clock.ranMs, setActiveMs);
    });
  }

  it('is not believed when it sends a list with an error', async () => {
    const { identified } = await identify([userinfo(), json(500, [organization(ANN)])]);
    assert.equal(bapIdOf(identified), undefined);
  });

  it('is not asked again when it refuses the only identity', async () => {
    const { identified } = await identify([userinfo(), list(ANN), notAMember]);
    assert.equal(bapIdOf(identified), undefined);
    assert.ok(identified.kind === 'identified' && identified.hasNoBapIdentity !== true);
  });

  it('holds a sign-in up for 20 seconds at most', async () => {
    const slow = (reply: Reply, seconds: number): Reply => ({ ...reply, seconds });
    const { identified, world } = await identify([
      userinfo(),
      slow(list(ANN), 7.9),
      slow(active(ANN), 5.9),
      never(),
    ]);
    assert.equal(bapIdOf(identified), ANN);
    assert.equal(world.clock.ranMs, 19_800);
    assert.equal(world.clock.pending, 0);
  });

  for (const [step, replies] of [
    ['list', [userinfo(), never()]],
    ['set-active', [userinfo(), list(ANN), never()]],
    ['set-active after userinfo', [userinfo({ bap_id: ANN }), never()]],
    ['the second userinfo', [userinfo(), list(ANN), active(ANN), never()]],
  ] as const) {
    it(`is left at once when the person cancels: ${step}`, async () => {
      const world = sigmaWorld(replies);
      await assertCancels(world, 2, (signal) => world.service.identify(GRANT, signal));
    });
  }

  it('is left at once when the person cancels after a choice', async () => {
    const world = sigmaWorld([userinfo(), list(ANN, BOB), never()]);
    const identified = await world.clock.run(world.service.identify(GRANT, NEVER));
    assert.ok(identified.kind === 'choice');
    const { choice } = identified;
    await assertCancels(world, 2, (signal) => choice.choose(ANN, signal));
  });
});
