import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readSessionIndex } from '../../../src/sessions/sessionIndex.ts';
import { endedOf } from '../support/record.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const HOUR_MS = 3_600_000;
const locked = new Error('The keyring is locked');

/** Starts of the application. */
class Starts {
  readonly world = new SessionWorld();

  /** Closes all windows, opens new ones, and returns the notices of this start. */
  async start(windows = 1): Promise<string[]> {
    const { world } = this;
    for (const each of [...world.windows]) await world.close(each);
    world.clock.jump(HOUR_MS);
    for (let count = 0; count < windows; count++) world.open();
    await world.clock.advance(10_000);
    return world.notices();
  }

  get one(): Window {
    return this.world.windows[0] ?? assert.fail();
  }

  /** The sessions that the next start expects to find. */
  get expected(): string[] {
    return readSessionIndex(this.world.memento).map(({ id }) => this.world.nameOf(id));
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
}

/** An application that has been started once, with the sessions `a` and `b`. */
async function withTwo(): Promise<Starts> {
  const starts = new Starts();
  starts.world.have('a', starts.world.service.grant());
  starts.world.have('b', starts.world.service.grant(), { scopes: ['email'] });
  assert.deepEqual(await starts.start(), [], 'the first start expects no session');
  return starts;
}

describe('lost sessions', () => {
  it('are reported once, at the start that finds them gone', async () => {
    const starts = await withTwo();
    starts.world.storage.stored.clear();
    assert.deepEqual(await starts.start(), ['lost a+b']);
    assert.deepEqual(await starts.start(), []);
  });

  it('are reported in one of several windows that open together', async () => {
    const starts = await withTwo();
    starts.world.storage.stored.clear();
    starts.world.storage.readMs = 100;
    assert.deepEqual(await starts.start(4), ['lost a+b']);
  });

  it('are reported without the sessions that are still there', async () => {
    const starts = await withTwo();
    starts.world.storage.drop('a');
    assert.deepEqual(await starts.start(), ['lost a']);
    assert.deepEqual(starts.expected, ['b']);
  });

  it('are reported in one message per service', async () => {
    const starts = await withTwo();
    starts.world.have('c', starts.world.service.grant(), { serviceId: 'adom' });
    await starts.start();
    starts.world.storage.stored.clear();
    assert.deepEqual((await starts.start()).sort(), ['lost a+b', 'lost c']);
  });

  it('are reported in one message per service even when each has lost one session', async () => {
    const starts = await withTwo();
    await starts.signOut('b');
    starts.world.have('c', starts.world.service.grant(), { serviceId: 'adom' });
    await starts.start();
    starts.world.storage.stored.clear();
    assert.deepEqual((await starts.start()).sort(), ['lost a', 'lost c']);
  });

  it('are reported again when it happens again', async () => {
    const starts = await withTwo();
    starts.world.storage.stored.clear();
    await starts.start();
    await starts.signIn();
    assert.deepEqual(starts.expected, ['new 1']);
    starts.world.storage.stored.clear();
    const [told, ...others] = await starts.start();
    assert.match(told ?? '', /^lost /);
    assert.deepEqual(others, []);
  });

  it('are not reported while all sessions are there', async () => {
    const starts = await withTwo();
    assert.deepEqual(await starts.start(3), []);
    assert.deepEqual(starts.expected, ['a', 'b']);
  });

  it('do not include a session that was signed out', async () => {
    const starts = await withTwo();
    await starts.signOut('a');
    assert.deepEqual(starts.expected, ['b']);
    assert.deepEqual(await starts.start(), []);
  });

  it('do not include a session that was signed out in another window', async () => {
    const starts = await withTwo();
    await starts.start(2);
    await starts.signOut('a');
    await starts.signOut('b');
    assert.deepEqual(await starts.start(2), []);
    assert.deepEqual(starts.expected, []);
  });

  it('do not include one that cannot be read, which is back as soon as it can, and the others work', async () => {
    const starts = await withTwo();
    const { world } = starts;
    world.storage.unreadable.add('a');
    assert.deepEqual(await starts.start(), []);
    assert.deepEqual(await world.sessionsOf(starts.one), ['b: access 2']);
    world.storage.unreadable.clear();
    await world.clock.advance(HOUR_MS);
    assert.deepEqual((await world.sessionsOf(starts.one)).sort(), ['a: access 1', 'b: access 2']);
    assert.deepEqual(await starts.start(), []);
  });

  it('do not include a session that ended before the start or at it', async () => {
    const starts = await withTwo();
    const { world, one } = starts;
    world.service.reject('access 1');
    await world.clock.run(one.sessions.verification.verify('a', one.closed.signal));
    await world.quiet();
    assert.deepEqual(starts.expected, ['b']);
    assert.deepEqual(await starts.start(), []);
    await world.close(starts.one);
    world.store(endedOf('b', { version: { signIn: 1, revision: 0, amendment: 1 } }));
    assert.deepEqual(await starts.start(), []);
  });

  it('are reported at the next start when this one cannot read the storage', async () => {
    const starts = await withTwo();
    const { storage } = starts.world;
    storage.readFailure = locked;
    assert.deepEqual(await starts.start(), []);
    assert.deepEqual(starts.expected, ['a', 'b']);
    assert.match(
      starts.one.log.lines.join('\n'),
      /The sessions cannot be read now: StoreError \(cause: Error\)\./,
    );
    storage.readFailure = undefined;
    assert.deepEqual(await starts.start(), []);
    storage.readFailure = locked;
    await starts.start();
    storage.readFailure = undefined;
    storage.stored.clear();
    assert.deepEqual(await starts.start(), ['lost a+b']);
  });

  it('do not include a session that was signed out in a window that could read the storage only later', async () => {
    const starts = await withTwo();
    starts.world.storage.readFailure = locked;
    await starts.start();
    starts.world.storage.readFailure = undefined;
    await starts.signOut('a');
    assert.deepEqual(await starts.start(), []);
  });

  it('are counted, and so are the sessions that there should have been', async () => {
    const starts = await withTwo();
    const kept = () => starts.world.clock.run(starts.one.all.startupCheck);
    assert.deepEqual(await kept(), { expected: 0, lost: 0 });
    await starts.start();
    assert.deepEqual(await kept(), { expected: 2, lost: 0 });
    starts.world.storage.drop('a');
    await starts.start();
    assert.deepEqual(await kept(), { expected: 2, lost: 1 });
    starts.world.storage.readFailure = locked;
    await starts.start();
    assert.equal(await kept(), undefined, 'nobody knows');
  });

  it('do not break sign-in when their index cannot be written, which is logged', async () => {
    const starts = await withTwo();
    const { world } = starts;
    world.memento.writeFailure = new Error('full');
    assert.deepEqual(await starts.start(), []);
    await starts.signIn(['profile']);
    assert.deepEqual(starts.expected, ['a', 'b']);
    assert.match(starts.one.log.lines.join('\n'), /The index of sessions could not be written: Error\./);
    world.memento.writeFailure = undefined;
    await starts.signIn(['address']);
    assert.deepEqual(starts.expected, ['a', 'b', 'new 1', 'new 2'], 'the next change tries again');
  });
});
