import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SignInResult } from '../../../src/signIn/signIn.ts';
import { provisionalPerson } from '../../../src/services/person.ts';
import type { LiveSession } from '../../../src/sessions/record.ts';
import { html, json, networkError, type Reply } from '../support/conversation.ts';
import type { FakeClock } from '../support/fakeClock.ts';
import { recordOf } from '../support/record.ts';
import { sigmaWorld } from '../support/serviceKit.ts';
import { active, ANN, BOB, GRANT, list, userinfo } from '../support/sigmaIdentities.ts';
import { SignInWorld } from '../support/signInWorld.ts';

const CHOICE = [userinfo(), list(ANN, BOB)];
/** The service is asked in the background, too: in ten minutes, five times. */
const WHILE_WAITING = Array.from({ length: 5 }, () => CHOICE).flat();
const SIGNED_OUT = [json(200, {}), html(404), json(200, null), json(401, { error: 'invalid_token' })];

interface Chosen {
  readonly result: SignInResult;
  readonly world: SignInWorld;
  /** The sessions at the end. */
  readonly sessions: LiveSession[];
  readonly sent: string[];
}

/** The user of a provisional session `a` is asked which of their identities it stands for. */
async function choose(
  replies: Reply[],
  answers: (string | undefined)[],
  during: (world: SignInWorld, clock: FakeClock) => void = () => undefined,
): Promise<Chosen> {
  const { clock, conversation, service } = sigmaWorld(replies);
  const world = new SignInWorld(clock, service);
  world.storage.have(recordOf('a', { person: provisionalPerson(), grant: GRANT }));
  await world.all.store.rereadAll();
  world.screen.answers.push(...answers);
  const [provisional] = world.sessions.records.configured();
  assert.ok(provisional !== undefined);
  during(world, clock);
  const result = await clock.run(world.signIn(provisional.scopes, undefined, { grant: GRANT, provisional }));
  await clock.advance(10_000);
  conversation.assertOver();
  const sent = conversation.requests.map(({ url }) => url.slice(url.lastIndexOf('/') + 1));
  return { result, world, sessions: world.sessions.records.configured(), sent };
}

describe('the choice of an identity for a provisional session', () => {
  it('completes that session', async () => {
    const replies = [...CHOICE, active(BOB), userinfo({ bap_id: BOB })];
    const { result, sessions, world } = await choose(replies, [BOB]);
    assert.equal(result.kind, 'signedIn');
    assert.deepEqual(
      sessions.map(({ id, person, grant }) => [id, person.accountId, grant.accessToken]),
      [['a', BOB, GRANT.accessToken]],
    );
    assert.deepEqual(world.screen.asked, [[ANN, BOB]]);
  });

  it('completes it without an identity when the user does not choose in time', async () => {
    const { result, sessions } = await choose([...CHOICE, ...WHILE_WAITING], []);
    assert.ok(result.kind === 'signedIn' && result.withoutIdentity === 'choseNone');
    assert.deepEqual(
      sessions.map(({ id, person }) => [id, person.accountId]),
      [['a', 'user-1']],
    );
  });

  it('changes nothing when the user cancels it, and the token stays good', async () => {
    const { result, sessions, sent } = await choose(CHOICE, [], (world, clock) => {
      clock.at(5_000, () => {
        world.screen.cancel();
      });
    });
    assert.equal(result.kind, 'canceled');
    assert.equal(sessions[0]?.person.provisional, 'user');
    assert.deepEqual(sent, ['userinfo', 'list']);
  });

  it('brings nothing back when the user has signed out meanwhile', async () => {
    const { result, sessions, world } = await choose([...CHOICE, ...SIGNED_OUT], [], (world, clock) => {
      clock.at(3_000, () => void world.sessions.signOut('a'));
    });
    assert.equal(result.kind, 'canceled');
    assert.deepEqual(sessions, []);
    assert.deepEqual(world.screen.seen.slice(-2), ['choice withdrawn', 'closed']);
    assert.equal(world.kept.stored.size, 0, 'nothing that the next window could continue');
  });

  it('is withdrawn when another window completes the session, and changes nothing at the service', async () => {
    const { result, sessions, sent } = await choose(CHOICE, [], (world, clock) => {
      clock.at(3_000, () => {
        const version = { signIn: 1, revision: 1, amendment: 0 };
        world.storage.put(recordOf('a', { version, grant: GRANT }));
      });
    });
    assert.equal(result.kind, 'canceled');
    assert.deepEqual(sent, ['userinfo', 'list']);
    assert.equal(sessions[0]?.person.accountId, 'bap-1');
  });

  it('changes nothing when another window has completed the session, and no event has told of it', async () => {
    const replies = [...CHOICE, active(BOB), userinfo({ bap_id: BOB })];
    const { result, sessions, world } = await choose(replies, [BOB], ({ storage }) => {
      const version = { signIn: 1, revision: 1, amendment: 0 };
      storage.have(recordOf('a', { version, grant: GRANT }));
    });
    assert.deepEqual(result, { kind: 'canceled' });
    assert.equal(sessions[0]?.person.accountId, 'bap-1');
    assert.ok(!world.log.lines.some((line) => line.startsWith('info Signed in')));
  });

  it('fails with a message when the service still does not answer', async () => {
    const nothing = Array.from({ length: 60 }, () => networkError('ENOTFOUND'));
    const { clock, service } = sigmaWorld(nothing);
    const world = new SignInWorld(clock, service);
    world.storage.have(recordOf('a', { person: provisionalPerson(), grant: GRANT }));
    await world.all.store.rereadAll();
    const [provisional] = world.sessions.records.configured();
    assert.ok(provisional !== undefined);
    const result = await clock.run(
      world.signIn(provisional.scopes, undefined, { grant: GRANT, provisional }),
    );
    assert.deepEqual(result, { kind: 'failed', failure: { kind: 'unreachable', problem: 'timeout' } });
    assert.equal(world.sessions.records.configured()[0]?.person.provisional, 'user');
  });
});
