import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';

import { HandedOutTokens } from '../../../../src/sharing/mcp/handedOut.ts';
import { McpChoices } from '../../../../src/sharing/mcp/choices.ts';
import type { McpServer } from '../../../../src/sharing/mcp/servers.ts';
import { SessionWorld, type Window } from '../../support/sessionWorld.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const serverAt = (label: string): McpServer => ({
  label,
  url: `https://${label}.example/mcp`,
  provider: 'sigma-identity',
});
const [one, two, other] = ['one', 'two', 'other'].map(serverAt) as [McpServer, McpServer, McpServer];

describe('servers that run with a token', () => {
  let world: SessionWorld;
  let window: Window;
  let choices: McpChoices;
  let handedOut: HandedOutTokens;
  /** The labels of the servers that stop, a text for each time. */
  let stops: string[];

  beforeEach(async () => {
    world = new SessionWorld();
    world.service.rotates = true;
    world.have('a', world.service.grant({ lifeMs: 48 * HOUR_MS }));
    const { person } = world.have('b', world.service.grant());
    world.have('b', world.service.grant(), { person: { ...person, accountId: 'bap-2' } });
    window = await world.ready();
    stops = [];
    choices = new McpChoices(world.memento, () => {
      handedOut.update();
    });
    const runtime = { clock: world.clock, log: window.log, closed: window.closed.signal };
    const stop = (servers: readonly McpServer[]): void => {
      stops.push(servers.map(({ label }) => label).join(' '));
    };
    handedOut = new HandedOutTokens({ sessions: window.all, choices, stop }, runtime);
    window.all.onDidChange(() => {
      handedOut.update();
    });
    await choices.keep(one, 'a');
    await choices.keep(two, 'a');
    await choices.keep(other, 'b');
    start(one, two, other);
    world.service.asked.length = 0;
  });

  const current = (id = 'a') => window.store.liveSession(id) ?? assert.fail(`no session ${id}`);
  const start = (...servers: McpServer[]): void => {
    for (const server of servers)
      handedOut.add({ server, session: current(choices.sessionIdFor(server) ?? assert.fail()) });
  };
  /** The session gets a new token without a question about the old one. */
  const getNewToken = (): void => {
    const session = current();
    const version = { ...session.version, revision: 9 };
    window.store.publish({ ...session, version, grant: world.service.grant() });
  };
  const rotate = async (): Promise<void> => {
    await world.clock.run(window.sessions.verification.verify('a', window.closed.signal));
    await world.clock.advance(SECOND_MS);
  };
  const askedAbout = (token: string): number =>
    world.service.asked.filter((each) => each === `verify ${token}`).length;

  it('go on with an earlier token that the service still accepts', async () => {
    world.service.keepsRotated = true;
    await rotate();
    await world.clock.advance(HOUR_MS);
    assert.deepEqual(stops, []);
  });

  it('stop together and once when the service no longer accepts it', async () => {
    await rotate();
    await world.clock.advance(HOUR_MS);
    assert.deepEqual(stops, ['one two']);
    assert.equal(askedAbout('access 1'), 2, 'the rotation itself, and one question about the earlier token');
  });

  it('stop together and once when it stops working later', async () => {
    world.service.keepsRotated = true;
    await rotate();
    await world.clock.advance(10 * SECOND_MS);
    world.service.reject('access 1');
    await world.clock.advance(45 * SECOND_MS);
    assert.deepEqual(stops, []);
    await world.clock.advance(5 * SECOND_MS);
    await world.clock.advance(HOUR_MS);
    assert.deepEqual(stops, ['one two']);
  });

  it('cost ever fewer questions while an earlier token works', async () => {
    world.service.keepsRotated = true;
    await rotate();
    for (const [minutes, questions] of [
      [0, 1],
      [1, 2],
      [2, 3],
      [4, 4],
      [8, 5],
      [8, 6],
      [8, 7],
    ] as const) {
      await world.clock.advance(minutes * MINUTE_MS);
      assert.equal(askedAbout('access 1'), 1 + questions);
    }
  });

  it('cost no further question while one is being asked, or after a stop', async () => {
    world.service.keepsRotated = true;
    await rotate();
    handedOut.update();
    handedOut.update();
    await world.clock.settle();
    assert.equal(askedAbout('access 1'), 2);
    handedOut.delete(one);
    handedOut.delete(two);
    await world.clock.advance(HOUR_MS);
    assert.equal(askedAbout('access 1'), 2);
  });

  it('leave the newest token with the session, wherever it comes from', async () => {
    world.service.keepsRotated = true;
    await rotate();
    const { accessToken } = current().grant;
    assert.equal(accessToken, 'access 5', 'the answer about the earlier token brought another one');
    assert.equal(world.storedLive().find(({ id }) => id === 'a')?.grant.accessToken, accessToken);
  });

  it('leave the session its own token when the answer about the earlier one brings none', async () => {
    world.service.rotates = false;
    getNewToken();
    await world.clock.advance(HOUR_MS);
    assert.equal(askedAbout('access 1') > 5, true);
    assert.equal(current().grant.accessToken, 'access 4');
    assert.deepEqual(stops, []);
  });

  it('stop alone when the user takes back what one server may, also with an earlier token', async () => {
    world.service.keepsRotated = true;
    await rotate();
    await choices.forget([two]);
    assert.deepEqual(stops, ['two']);
  });

  it('do not end the session when the earlier token is rejected', async () => {
    await rotate();
    await world.clock.advance(HOUR_MS);
    assert.deepEqual(window.notices, []);
    assert.equal(current().accessTokenRejected, undefined);
    assert.equal(current().grant.accessToken, 'access 4');
  });

  it('go on while the service does not answer', async () => {
    getNewToken();
    world.service.reject('access 1');
    world.service.offline = true;
    await world.clock.advance(HOUR_MS);
    assert.deepEqual(stops, []);
  });

  it('stop without a question when the earlier token expires', async () => {
    world.service.keepsRotated = true;
    world.service.rotates = false;
    const session = current();
    const soon = { ...session.grant, expiresAtMs: world.clock.now() + 90_000 };
    for (const server of [one, two])
      handedOut.add({ server, session: { ...session, grant: soon, grantedAtMs: world.clock.now() } });
    getNewToken();
    await world.clock.advance(72_000 - 1);
    assert.deepEqual(stops, []);
    await world.clock.advance(1);
    assert.deepEqual(stops, ['one two']);
    assert.equal(askedAbout('access 1'), 2);
  });

  it('stop at once at a new sign-in, whose predecessor is revoked', async () => {
    world.service.keepsRotated = true;
    const grant = world.service.grant();
    await world.clock.run(world.signIn(window, grant, current().scopes, current().person.accountId));
    await world.clock.advance(HOUR_MS);
    assert.deepEqual(stops, ['one two']);
    assert.equal(askedAbout('access 1'), 0);
  });

  it('stop at once when the session is signed out, or its token rejected', async () => {
    await world.clock.run(window.sessions.signOut('a'));
    assert.deepEqual(stops, ['one two']);
    world.service.reject(current('b').grant.accessToken);
    await world.clock.run(window.sessions.verification.verify('b', window.closed.signal));
    assert.deepEqual(stops, ['one two', 'other']);
  });

  it('stop at once when the token is rejected and its renewal has to wait', async () => {
    const session = current();
    const grant = { ...session.grant, refreshToken: 'unknown' };
    const version = { ...session.version, amendment: 9 };
    window.store.publish({ ...session, version, grant, accessTokenRejected: true });
    await world.clock.settle();
    assert.deepEqual(stops, ['one two']);
  });

  it('stop alone when the user takes back what one server may', async () => {
    await choices.forget([two]);
    assert.deepEqual(stops, ['two']);
    handedOut.update();
    assert.deepEqual(stops, ['two']);
  });

  it('cause no question once the window closes', async () => {
    world.service.keepsRotated = true;
    await rotate();
    const asked = world.service.asked.length;
    await world.close(window);
    await world.clock.advance(HOUR_MS);
    assert.equal(world.service.asked.length, asked);
  });
});
