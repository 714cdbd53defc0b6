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
  LIST,
  notAMember,
  organization,
  setActive,
  userinfo,
  USERINFO,
} from '../../support/sigmaIdentities.ts';

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

    it(`does not end the sign-in, and invents no identity, with ${what} from set-active`, async () => {
      const { identified, requests, world } = await identify([userinfo(), list(ANN), reply]);
      assert.equal(bapIdOf(identified), undefined);
      assert.deepEqual(requests, [USERINFO, LIST, setActive(ANN)]);
      assert.equal(world.clock.ranMs, setActiveMs);
    });

    it(`keeps the identity of userinfo with ${what} from set-active`, async () => {
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

  it('delays a sign-in for 20 seconds at most', async () => {
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
