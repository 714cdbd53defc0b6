import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { IdentifyResult, IdentityChoice } from '../../../../src/services/service.ts';
import { sigma } from '../../../../src/services/sigma/sigma.ts';
import { html, json, networkError, never, redirect, type Reply, text } from '../../support/conversation.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { RoutedServer } from '../../support/routedServer.ts';
import { serviceTexts } from '../../support/serviceTexts.ts';
import {
  active,
  ANN,
  BOB,
  GRANT,
  list,
  notAMember,
  organization,
  TEAM,
  userinfo,
} from '../../support/sigmaIdentities.ts';

const SET_ACTIVE = 'set-active';
const USERINFO = 'userinfo';
const LIMIT_SECONDS = 20;

const bob = userinfo({ bap_id: BOB, name: 'Bob' });
const ann = userinfo({ bap_id: ANN, name: 'Ann' });
const otherUser = json(200, { sub: 'user-2', name: 'Carol', bap_id: BOB });
const busy = (seconds: number): Reply =>
  json(429, { message: 'Too many requests.' }, { 'x-retry-after': `${seconds}` });

/** What becomes of the user: `Bob` is the identity that they chose. */
type End = 'Bob' | 'asked: refused' | 'asked: unconfirmed';
/** What userinfo says after set-active. */
const SAYS = {
  'the chosen identity': [bob],
  'another identity': [ann],
  'no identity': [userinfo()],
  'another user': [otherUser],
  'nothing: 503': [text(503, '')],
  'nothing: a page': [html(200)],
  'nothing, without an answer': [never()],
  'another identity once, then the chosen one': [ann, bob],
  'another identity once, then none': [ann, userinfo()],
  'another identity once, then nothing': [ann, text(503, '')],
  'another user once, then the chosen identity': [otherUser, bob],
  'nothing once, then another identity': [networkError('ECONNRESET'), ann],
  'nothing once, then the chosen identity': [networkError('ECONNRESET'), bob],
} satisfies Record<string, Reply[]>;
type Says = keyof typeof SAYS;

const CONFIRMED: Record<Says, End> = {
  'the chosen identity': 'Bob',
  'another identity': 'asked: unconfirmed',
  'no identity': 'Bob',
  'another user': 'asked: unconfirmed',
  'nothing: 503': 'Bob',
  'nothing: a page': 'Bob',
  'nothing, without an answer': 'Bob',
  'another identity once, then the chosen one': 'Bob',
  'another identity once, then none': 'Bob',
  'another identity once, then nothing': 'asked: unconfirmed',
  'another user once, then the chosen identity': 'Bob',
  'nothing once, then another identity': 'asked: unconfirmed',
  'nothing once, then the chosen identity': 'Bob',
};
/** Only userinfo can confirm the choice then. */
const UNCONFIRMED: Record<Says, End> = {
  ...CONFIRMED,
  'no identity': 'asked: unconfirmed',
  'nothing: 503': 'asked: unconfirmed',
  'nothing: a page': 'asked: unconfirmed',
  'nothing, without an answer': 'asked: unconfirmed',
  'another identity once, then none': 'asked: unconfirmed',
};
const REFUSED = Object.fromEntries(Object.keys(SAYS).map((says) => [says, 'asked: refused'])) as Record<
  Says,
  End
>;

const ROWS: [setActive: string, replies: Reply[], ends: Record<Says, End>][] = [
  ['is confirmed', [active(BOB)], CONFIRMED],
  ['is confirmed for another identity', [active(ANN)], UNCONFIRMED],
  ['is refused: not a member', [notAMember], REFUSED],
  ['is refused: not found', [json(400, { code: 'ORGANIZATION_NOT_FOUND', message: 'No' })], REFUSED],
  ['is refused: denied', [json(403, { error: 'access_denied' })], REFUSED],
  ['is answered by a firewall’s 403 page', [html(403)], UNCONFIRMED],
  ['is answered by a page', [html(200)], UNCONFIRMED],
  ['is answered by 401', [json(401, { code: 'UNAUTHORIZED', message: 'No' })], UNCONFIRMED],
  ['is answered by 404', [html(404)], UNCONFIRMED],
  ['is answered by null', [json(200, null)], UNCONFIRMED],
  ['is redirected', [redirect('https://elsewhere.example/')], UNCONFIRMED],
  ['is always answered by 429', [busy(5)], UNCONFIRMED],
  ['is always answered by 503', [text(503, '')], UNCONFIRMED],
  ['is never answered', [never()], UNCONFIRMED],
  ['is not answered once, then confirmed', [never(), active(BOB)], CONFIRMED],
  ['breaks once, then is confirmed', [networkError('ECONNRESET'), active(BOB)], CONFIRMED],
  ['is answered by 429 once, then confirmed', [busy(10), active(BOB)], CONFIRMED],
  ['is answered by 503 twice, then confirmed', [text(503, ''), text(503, ''), active(BOB)], CONFIRMED],
  ['is answered by a page once, then confirmed', [html(403), active(BOB)], CONFIRMED],
  [
    'is answered by 401 once, then confirmed',
    [json(401, { code: 'UNAUTHORIZED', message: 'No' }), active(BOB)],
    CONFIRMED,
  ],
  ['is confirmed for another one once, then for this', [active(ANN), active(BOB)], CONFIRMED],
  ['is answered by a page once, then refused', [html(403), notAMember], REFUSED],
];

function worldOf(listed: Reply, setActive: Reply[], says: readonly Reply[]) {
  const clock = new FakeClock();
  const server = new RoutedServer(clock, {
    list: [listed],
    [SET_ACTIVE]: setActive,
    [USERINFO]: [userinfo(), ...says],
  });
  const settings = { serverUrl: GRANT.server, defaultServerUrl: GRANT.server, clientId: 'editor' };
  const service = sigma(
    { fetch: server.fetch, clock, log: new RecordingLog() },
    () => settings,
    serviceTexts,
  );
  return { clock, server, service };
}

/** Signs in as Bob: chosen among several, or as the only identity. */
async function signInAsBob(ids: readonly string[], setActive: Reply[], says: readonly Reply[]) {
  const { clock, server, service } = worldOf(list(...ids), setActive, says);
  let identified = await clock.run(service.identify(GRANT, NEVER));
  if (ids.length > 1) {
    const choice = choiceIn(identified);
    assert.deepEqual([choice.identities.map(({ id }) => id), choice.failed], [ids, undefined]);
    identified = await clock.run(choice.choose(BOB, NEVER));
  }
  assert.equal(clock.pending, 0, 'no timer is left');
  assert.ok(clock.ranMs <= LIMIT_SECONDS * 1000, `${clock.ranMs} ms`);
  return { clock, server, identified };
}

function choiceIn(identified: IdentifyResult): IdentityChoice {
  assert.ok(identified.kind === 'choice', identified.kind);
  return identified.choice;
}

function endOf(identified: IdentifyResult, ids: readonly string[]): End {
  if (identified.kind === 'choice') {
    const { identities, failed } = identified.choice;
    assert.deepEqual([identities.map(({ id }) => id), failed?.identity.id], [ids, BOB]);
    return `asked: ${failed?.reason ?? assert.fail()}`;
  }
  assert.ok(identified.kind === 'identified');
  const { subject, bap, accountId } = identified.person;
  assert.deepEqual([subject, bap?.bapId, accountId, identified.grant], ['user-1', BOB, BOB, GRANT]);
  return 'Bob';
}

for (const [who, ids] of [
  ['chosen among several', [ANN, BOB]],
  ['the only one', [BOB]],
] as const)
  describe(`an identity that is ${who}`, () => {
    for (const [setActive, replies, ends] of ROWS)
      for (const [says, userinfos] of Object.entries(SAYS) as [Says, Reply[]][])
        it(`${setActive}, userinfo says ${says}: ${ends[says]}`, async () => {
          const { clock, server, identified } = await signInAsBob(ids, replies, userinfos);
          assert.equal(endOf(identified, ids), ends[says]);
          if (identified.kind !== 'choice') return;

          const without = await clock.run(identified.choice.choose(undefined, NEVER));
          assert.ok(without.kind === 'identified');
          assert.deepEqual([without.person.accountId, without.person.bap], ['user-1', undefined]);
          assert.notEqual(without.hasNoBapIdentity, true);

          server.reply(SET_ACTIVE, [active(BOB)]);
          server.reply(USERINFO, [bob]);
          assert.equal(endOf(await clock.run(identified.choice.choose(BOB, NEVER)), ids), 'Bob');
        });
  });

describe('an identity that is chosen', () => {
  const times = async (setActive: Reply[], says: Reply[]) => {
    const { server, clock } = await signInAsBob([BOB], setActive, says);
    const [, ...userinfos] = server.timesOf(USERINFO);
    return { setActive: server.timesOf(SET_ACTIVE), userinfos, endedAt: clock.ranMs / 1000 };
  };

  it('is tried again with growing delays, and then asked about', async () => {
    const tried = await times([text(503, '')], [text(503, '')]);
    assert.deepEqual(tried, { setActive: [0, 1, 3, 7, 10], userinfos: [10, 11, 13, 14], endedAt: 14 });
  });

  it('is tried again when the server wants it', async () => {
    const tried = await times([busy(10), active(BOB)], [busy(4), bob]);
    assert.deepEqual(tried, { setActive: [0, 10], userinfos: [10, 14], endedAt: 14 });
  });

  it('is tried twice without an answer, and never takes more than 20 seconds', async () => {
    const tried = await times([never()], [never()]);
    assert.deepEqual(tried, { setActive: [0, 7.5], userinfos: [13], endedAt: 20 });
  });

  it('is not asked about when the service refuses it', async () => {
    const tried = await times([notAMember], [bob]);
    assert.deepEqual(tried, { setActive: [0], userinfos: [], endedAt: 0 });
  });

  it('is not tried again at a server without set-active', async () => {
    const tried = await times([html(404)], [userinfo()]);
    assert.deepEqual(tried, { setActive: [0], userinfos: [0], endedAt: 0 });
  });
});

describe('an organization without a BAP ID of its own', () => {
  const metadata = { type: 'bap_identity' };
  for (const [what, setActive, says, ends] of [
    ['is the identity that userinfo names', active(TEAM), bob, BOB],
    ['is not an identity that another one has', active(TEAM), ann, 'unconfirmed'],
    ['is unconfirmed without set-active', html(404), bob, 'unconfirmed'],
    ['is unconfirmed when userinfo names none', active(TEAM), userinfo(), 'unconfirmed'],
  ] as const)
    it(what, async () => {
      const listed = json(200, [organization(ANN), organization(TEAM, { metadata })]);
      const { clock, service } = worldOf(listed, [setActive], [says]);
      const choice = choiceIn(await clock.run(service.identify(GRANT, NEVER)));
      const identified = await clock.run(choice.choose(TEAM, NEVER));
      if (identified.kind === 'identified') assert.equal(identified.person.bap?.bapId, ends);
      else assert.equal(choiceIn(identified).failed?.reason, ends);
    });
});
