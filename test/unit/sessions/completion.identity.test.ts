import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Person } from '../../../src/services/person.ts';
import { ACCOUNT, CompletionWorld } from '../support/completionWorld.ts';
import { json, type Reply } from '../support/conversation.ts';
import { SECOND_MS, UNREACHABLE } from '../support/revocationWorld.ts';
import { active, ANN, BOB, list, userinfo } from '../support/sigmaIdentities.ts';

const LIST = '/organization/list';
/** The service has said who the user is, and could not list their BAP identities. */
const ANN_WITHOUT_IDENTITY: Person = {
  ...{ accountId: ACCOUNT, subject: ACCOUNT, accountLabel: `Ann (${ACCOUNT})`, name: 'Ann' },
  provisional: 'identity',
};

/** The service lists these identities from now on. */
function listing(world: CompletionWorld, reply: Reply): CompletionWorld {
  world.server.replies.set(LIST, reply);
  world.server.replies.set('/organization/set-active', active(ANN));
  return world;
}

describe('a provisional account without its BAP identity', () => {
  it('is completed as soon as the service lists the identity', async () => {
    const world = listing(new CompletionWorld('sigma', ANN_WITHOUT_IDENTITY), UNREACHABLE);
    const { window, told } = await world.watched();
    for (let n = 0; n < 4; n++) await world.tick();
    assert.deepEqual([told, window.notices], [[], []]);
    listing(world, list(ANN));
    for (let n = 0; n < 4; n++) await world.tick();
    assert.equal(world.sessionOf(window, 'a').person.bap?.bapId, ANN);
    assert.deepEqual(told, [`removed a: ${ACCOUNT}`, `added a: ${ANN}`]);
    assert.equal(window.notices.length, 1);
  });

  it('stays the same account when the user has no identity, and nobody loses access', async () => {
    const world = listing(new CompletionWorld('sigma', ANN_WITHOUT_IDENTITY), list());
    const { window, told } = await world.watched();
    await world.tick();
    assert.equal(world.sessionOf(window, 'a').person.provisional, undefined);
    assert.deepEqual([told, window.notices], [[`changed a: ${ACCOUNT}`], []]);
  });

  it('does not believe an answer about somebody else', async () => {
    const world = listing(new CompletionWorld('sigma', ANN_WITHOUT_IDENTITY), list());
    world.server.replies.set('/userinfo', userinfo({ sub: 'user-2' }));
    const { window, told } = await world.watched();
    await world.tick();
    assert.deepEqual([told, window.notices], [[], []]);
    assert.match(window.log.lines.join('\n'), /^warn .+ somebody else, so it does not count\.$/m);
  });
});

describe('a provisional account whose user the service does not name', () => {
  it('is not completed by half, because each new account costs extensions their access', async () => {
    const world = listing(new CompletionWorld('sigma'), json(503, {}));
    const { window, told } = await world.watched();
    for (let n = 0; n < 4; n++) await world.tick();
    assert.deepEqual([told, window.notices, world.asked() > 1], [[], [], true]);
    listing(world, list(ANN));
    for (let n = 0; n < 8; n++) await world.tick();
    assert.deepEqual(told, [`removed a: ${world.person.accountId}`, `added a: ${ANN}`]);
  });
});

describe('a provisional account of a user with several identities', () => {
  it('waits for their choice, which one window offers once', async () => {
    const world = listing(new CompletionWorld('sigma'), list(ANN, BOB));
    const { window, told } = await world.watched();
    const other = await world.open();
    for (let n = 0; n < 20; n++) await world.tick();
    assert.deepEqual([...window.notices, ...other.notices], ['identity choice a']);
    assert.deepEqual(told, []);
  });

  it('is offered again by a later window', async () => {
    const world = listing(new CompletionWorld('sigma'), list(ANN, BOB));
    const { window } = await world.watched();
    await world.tick();
    await world.kill(window);
    await world.clock.advance(3_600 * SECOND_MS);
    const next = await world.open();
    await world.tick();
    assert.deepEqual(next.notices, ['identity choice a']);
  });
});
