import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { watchForLostSessions } from '../../../src/sessions/lostSessions.ts';
import { KnownSessions } from '../../../src/sessions/sessionIndex.ts';
import { keyOf } from '../../../src/sessions/sessionRecord.ts';
import { FakeMemento } from '../support/fakeMemento.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const PROVIDERS = ['sigma-identity', 'adom'];
const locked = new Error('The keyring is locked');

/** Starts of the application, each with as many windows as it is said. */
class Starts {
  readonly world = new SessionWorld();
  readonly memento = new FakeMemento();

  /** Closes what is open, opens these, and gives what the person is told at the start. */
  async start(count = 1): Promise<string[]> {
    const { world } = this;
    for (const each of [...world.windows]) world.close(each);
    // Claims are of no importance any more by the next start.
    world.clock.jump(3_600_000);
    await world.clock.run(Promise.all(Array.from({ length: count }, () => this.#watch(world.open()))));
    return world.told();
  }

  get one(): Window {
    const [first] = this.world.windows;
    assert.ok(first);
    return first;
  }

  get known(): string[] {
    return new KnownSessions(this.memento).read().map(({ id }) => this.world.nameOf(id));
  }

  async signIn(scopes?: string[]): Promise<void> {
    const { world } = this;
    await world.clock.run(world.signIn(this.one, world.service.grant(), scopes));
    await world.quiet();
  }

  async signOut(id: string): Promise<void> {
    await this.world.clock.run(this.one.sessions.signOut(id));
    await this.world.quiet();
  }

  #watch({ store, notices }: Window): Promise<void> {
    return watchForLostSessions(
      PROVIDERS,
      store,
      new KnownSessions(this.memento),
      this.world.claims,
      notices,
    );
  }
}

/** An application that has been started once with the sessions `a` and `b`. */
async function withTwo(): Promise<Starts> {
  const starts = new Starts();
  starts.world.have('a', starts.world.service.grant());
  starts.world.have('b', starts.world.service.grant(), { scopes: ['email'] });
  assert.deepEqual(await starts.start(), [], 'nothing was known before');
  return starts;
}

describe('lost sessions', () => {
  it('are told of once, at the start that finds them gone', async () => {
    const starts = await withTwo();
    starts.world.secrets.stored.clear();
    assert.deepEqual(await starts.start(), ['lost a+b']);
    assert.deepEqual(await starts.start(), []);
  });

  it('are told of in one of all windows that open together', async () => {
    const starts = await withTwo();
    starts.world.secrets.stored.clear();
    starts.world.secrets.readMs = 100;
    assert.deepEqual(await starts.start(4), ['lost a+b']);
  });

  it('are those that are gone, and no others', async () => {
    const starts = await withTwo();
    starts.world.secrets.stored.delete(keyOf('a'));
    assert.deepEqual(await starts.start(), ['lost a']);
    assert.deepEqual(starts.known, ['b']);
  });

  it('are told of service by service', async () => {
    const starts = await withTwo();
    starts.world.have('c', starts.world.service.grant(), { provider: 'adom' });
    await starts.start();
    starts.world.secrets.stored.clear();
    assert.deepEqual(await starts.start(), ['lost a+b', 'lost c']);
  });

  it('are told of again when it happens again', async () => {
    const starts = await withTwo();
    starts.world.secrets.stored.clear();
    await starts.start();
    await starts.signIn();
    assert.deepEqual(starts.known, ['new 1']);
    starts.world.secrets.stored.clear();
    const [told, ...others] = await starts.start();
    assert.match(told ?? '', /^lost /);
    assert.deepEqual(others, []);
  });

  it('are none while all are there', async () => {
    const starts = await withTwo();
    assert.deepEqual(await starts.start(3), []);
    assert.deepEqual(starts.known, ['a', 'b']);
  });

  it('are none after a sign-out', async () => {
    const starts = await withTwo();
    await starts.signOut('a');
    assert.deepEqual(starts.known, ['b']);
    assert.deepEqual(await starts.start(), []);
  });

  it('are none after a sign-out in another window', async () => {
    const starts = await withTwo();
    await starts.start(2);
    await starts.signOut('a');
    await starts.signOut('b');
    assert.deepEqual(await starts.start(2), []);
    assert.deepEqual(starts.known, []);
  });

  it('are none that have ended, before the start or at it', async () => {
    const starts = await withTwo();
    starts.world.service.reject('access 1');
    await starts.world.clock.run(starts.one.sessions.verify('a', starts.one.closed.signal));
    assert.deepEqual(starts.known, ['b']);
    assert.deepEqual(await starts.start(), []);
    starts.world.have('b', starts.world.service.grant(), { accessToken: '', ended: 'expired' });
    assert.deepEqual(await starts.start(), []);
  });

  it('are unknown while storage cannot be read: the next start knows', async () => {
    const starts = await withTwo();
    starts.world.secrets.readFailure = locked;
    assert.deepEqual(await starts.start(), []);
    assert.deepEqual(starts.known, ['a', 'b']);
    starts.world.secrets.readFailure = undefined;
    assert.deepEqual(await starts.start(), []);
    starts.world.secrets.readFailure = locked;
    await starts.start();
    starts.world.secrets.readFailure = undefined;
    starts.world.secrets.stored.clear();
    assert.deepEqual(await starts.start(), ['lost a+b']);
  });

  it('are none after a sign-out in a window that could read storage only later', async () => {
    const starts = await withTwo();
    starts.world.secrets.readFailure = locked;
    await starts.start();
    starts.world.secrets.readFailure = undefined;
    await starts.signOut('a');
    assert.deepEqual(await starts.start(), []);
  });

  it('cost nothing else when the account of them cannot be kept', async () => {
    const starts = await withTwo();
    starts.memento.writeFailure = new Error('full');
    assert.deepEqual(await starts.start(), []);
    await starts.signIn(['profile']);
    assert.deepEqual(starts.known, ['a', 'b']);
  });
});
