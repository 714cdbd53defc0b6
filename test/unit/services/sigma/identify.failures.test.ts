import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { html, json, networkError, never, redirect, type Reply, text } from '../../support/conversation.ts';
import { assertCancels, sigmaWorld } from '../../support/serviceKit.ts';
import {
  active,
  ANN,
  bapIdOf,
  BOB,
  GRANT,
  identify,
  list,
  notAMember,
  organization,
  setActive,
  userinfo,
  USERINFO,
} from '../../support/sigmaIdentities.ts';

describe('a server that does not help', () => {
  /** `listMs` and `setActiveMs`: how long the sign-in waits. `hasNoList`: the server says so, for good. */
  const failures: [what: string, reply: Reply, listMs: number, setActiveMs: number, hasNoList: boolean][] = [
    ['404', html(404), 0, 0, true],
    ['a 404 in JSON', json(404, {}), 0, 0, true],
    ['401', json(401, { message: 'No', code: 'UNAUTHORIZED' }), 0, 0, true],
    ['500', text(500, ''), 0, 3_000, false],
    ['429', json(429, {}), 0, 3_000, false],
    ['a login page', html(200), 0, 3_000, false],
    ['a redirect', redirect('https://elsewhere.example/'), 0, 3_000, false],
    ['another organization', active(BOB), 0, 3_000, false],
    ['a failure of CORS', networkError('ERR_FAILED'), 0, 3_000, false],
    ['no answer', never(), 8_000, 6_000, false],
    ['a refusal', notAMember, 0, 0, true],
  ];
  for (const [what, reply, listMs, setActiveMs, hasNoList] of failures) {
    it(`does not end the sign-in with ${what} instead of a list`, async () => {
      const { identified, world } = await identify([userinfo(), reply]);
      assert.equal(bapIdOf(identified), undefined);
      assert.ok(identified.kind === 'identified' && identified.hasNoBapIdentity !== true, 'it is not known');
      const { accountId, provisional } = identified.person;
      assert.deepEqual([accountId, provisional], ['user-1', hasNoList ? undefined : 'identity']);
      assert.equal(world.clock.ranMs, listMs);
      const { lines } = world.conversation.log;
      assert.equal(lines.at(-1), 'info The server does not say which BAP identities this account has.');
      assert.equal(lines.includes('debug organization/list: no answer within 8000 ms'), listMs > 0);
      assert.equal(world.clock.pending, 0);
    });

    it(`keeps the identity of userinfo with ${what} to set-active`, async () => {
      const attempts = { 0: 1, 3_000: 3, 6_000: 2 }[setActiveMs] ?? assert.fail();
      const replies = Array<Reply>(attempts).fill(reply);
      const { identified, world } = await identify([userinfo({ bap_id: ANN }), ...replies]);
      assert.equal(bapIdOf(identified), ANN);
      assert.equal(world.clock.ranMs, setActiveMs);
      assert.equal(world.clock.pending, 0);
    });
  }

  it('gets a second attempt to make the identity of userinfo active', async () => {
    const { identified, requests } = await identify([userinfo({ bap_id: ANN }), text(503, ''), active(ANN)]);
    assert.equal(bapIdOf(identified), ANN);
    assert.deepEqual(requests, [USERINFO, setActive(ANN), setActive(ANN)]);
  });

  it('is not believed when it sends a list with an error', async () => {
    const { identified } = await identify([userinfo(), json(500, [organization(ANN)])]);
    assert.equal(bapIdOf(identified), undefined);
  });

  for (const [step, replies] of [
    ['list', [userinfo(), never()]],
    ['set-active', [userinfo(), list(ANN), never()]],
    ['set-active after userinfo', [userinfo({ bap_id: ANN }), never()]],
    ['the second userinfo', [userinfo(), list(ANN), active(ANN), never()]],
  ] as const) {
    it(`is abandoned at once when the user cancels: ${step}`, async () => {
      const world = sigmaWorld(replies);
      await assertCancels(world, 2, (signal) => world.service.identify(GRANT, signal));
    });
  }

  it('is abandoned at once when the user cancels after a choice', async () => {
    const world = sigmaWorld([userinfo(), list(ANN, BOB), never()]);
    const identified = await world.clock.run(world.service.identify(GRANT, NEVER));
    assert.ok(identified.kind === 'choice');
    const { choice } = identified;
    await assertCancels(world, 2, (signal) => choice.choose(ANN, signal));
  });
});
