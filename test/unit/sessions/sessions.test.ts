import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';

import { openSessions, type Sessions } from '../../../src/sessions/sessions.ts';
import { StoreError } from '../../../src/sessions/storedSessions.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeLocks } from '../support/fakeLocks.ts';
import { FakeMemento } from '../support/fakeMemento.ts';
import { FakeService } from '../support/fakeService.ts';
import { FakeStorage } from '../support/fakeStorage.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { revocationParts } from '../support/revocationParts.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const HOUR_MS = 3_600_000;

/** A window with two services. Their ids are `sigma-identity` and `adom`. */
function twoServices(): {
  clock: FakeClock;
  storage: FakeStorage;
  revocations: FakeStorage;
  sessions: Sessions;
  services: FakeService[];
  close: () => void;
} {
  const [clock, closed] = [new FakeClock(), new AbortController()];
  const [storage, revocations] = [new FakeStorage(clock), new FakeStorage(clock)];
  const services = [new FakeService(clock), Object.assign(new FakeService(clock), { id: 'adom' })];
  const sessions = openSessions(
    {
      services,
      storage: storage.window(),
      locks: new FakeLocks(clock).window(),
      memento: new FakeMemento(),
      isFocused: () => false,
      ...revocationParts(clock),
      revocations: revocations.workWindow(),
    },
    { clock, log: new RecordingLog(), closed: closed.signal },
  );
  const close = (): void => {
    closed.abort(new Error('closed'));
    sessions.dispose();
  };
  return { clock, storage, revocations, sessions, services, close };
}

describe('openSessions', () => {
  it('opens the sessions of each service, in the order of the services', () => {
    const { sessions, close } = twoServices();
    assert.deepEqual(
      sessions.byService.map(({ service }) => service.id),
      ['sigma-identity', 'adom'],
    );
    close();
  });

  it('lists usable sessions service by service', async () => {
    const { clock, sessions, close } = twoServices();
    await clock.run(sessions.load());
    await clock.run(sessions.store.replace(recordOf('b', { serviceId: 'adom', signedInAtMs: 1 })));
    await clock.run(sessions.store.replace(recordOf('a', { signedInAtMs: 2 })));
    assert.deepEqual(
      sessions.usable().map(({ id }) => id),
      ['a', 'b'],
    );
    close();
  });

  it('lists usable sessions without the network, and none before a load', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
    world.have('b', world.service.grant());
    const one = world.open();
    assert.deepEqual(one.all.usable(), [], 'nothing before a load');
    await world.clock.run(one.all.load());
    const current = (): string[] => one.all.usable().map(({ id }) => id);
    assert.deepEqual(current(), ['a', 'b']);
    world.clock.jump(HOUR_MS);
    assert.deepEqual(current(), ['b']);
    await world.quiet();
    assert.deepEqual([world.service.asked, world.changesOf(one)], [[], []]);
  });

  it('finds a live session of any service, with the sessions of its service', async () => {
    const { clock, sessions, close } = twoServices();
    await clock.run(sessions.load());
    await clock.run(sessions.store.replace(recordOf('a')));
    await clock.run(sessions.store.replace(recordOf('b', { serviceId: 'adom' })));
    await clock.run(sessions.store.replace(recordOf('c', { server: 'https://other.example' })));
    await clock.run(sessions.store.replace(endedOf('d')));
    const found = ['a', 'b', 'c', 'd', 'e'].map((id) => sessions.find(id)?.sessions.service.id);
    assert.deepEqual(found, ['sigma-identity', 'adom', undefined, undefined, undefined]);
    assert.equal(sessions.find('b')?.record, sessions.store.get('b'));
    close();
  });

  it('cannot load while the storage cannot be read: a StoreError', async () => {
    const world = new SessionWorld();
    world.storage.readFailure = new Error('locked');
    await assert.rejects(world.clock.run(world.open().all.load()), StoreError);
  });

  it('tells a listener about changes of all services, until it is disposed', async () => {
    const { clock, sessions, close } = twoServices();
    await clock.run(sessions.load());
    const heard: string[] = [];
    const listening = sessions.onDidChange(({ kind, record, isSignIn }) => {
      heard.push(`${kind} ${record.id}${isSignIn ? ' by a sign-in' : ''}`);
    });
    await clock.run(sessions.store.replace(recordOf('a')));
    await clock.run(sessions.store.replace(recordOf('b', { serviceId: 'adom' })));
    listening.dispose();
    await clock.run(sessions.store.replace(removedOf('a')));
    assert.deepEqual(heard, ['added a by a sign-in', 'added b by a sign-in']);
    close();
  });

  it('revokes a grant at its own service and no other when another window signs out of a newer one', async () => {
    const { clock, sessions, services, close } = twoServices();
    await clock.run(sessions.load());
    const newer = recordOf('a', { version: { signIn: 2, revision: 0, amendment: 0 } });
    await clock.run(sessions.store.replace(newer));
    await clock.run(sessions.store.replace(removedOf('a')));
    await clock.advance(60_000); // the other window may keep it as another session
    assert.deepEqual(
      services.map(({ asked }) => asked),
      [['revoke token of a'], []],
    );
    close();
  });

  it('sends no request when a window opens', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant({ lifeMs: 60_000, refreshable: true }));
    await world.ready();
    await world.clock.advance(HOUR_MS);
    assert.deepEqual(world.service.asked, []);
  });

  it('checks the sessions when the window gets the focus', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    await world.comeBackTo(await world.ready());
    assert.deepEqual(world.service.asked, ['verify access 1']);
  });

  it('fires no change in a closed window', async () => {
    const { clock, sessions, close } = twoServices();
    await clock.run(sessions.load());
    const heard: string[] = [];
    sessions.onDidChange(({ kind }) => heard.push(kind));
    close();
    await clock.run(sessions.store.replace(recordOf('a')));
    assert.deepEqual(heard, []);
  });

  it('disposes its storage with the window', async () => {
    const { clock, storage, close } = twoServices();
    const window = storage.window();
    const dispose = mock.method(window, 'dispose');
    const [locks, memento] = [new FakeLocks(clock).window(), new FakeMemento()];
    const parts = { services: [], storage: window, locks, memento, ...revocationParts(clock) };
    const closed = AbortSignal.abort(new Error('closed'));
    openSessions({ ...parts, isFocused: () => false }, { clock, log: new RecordingLog(), closed }).dispose();
    assert.equal(dispose.mock.callCount(), 1);
    close();
    await clock.settle();
  });

  it('leaves no timer and no listener in a closed window', async () => {
    const { clock, storage, revocations, close } = twoServices();
    await clock.settle();
    assert.deepEqual([storage.listeners, revocations.listeners], [1, 1]);
    close();
    await clock.settle();
    assert.deepEqual([clock.pending, storage.listeners, revocations.listeners], [0, 0, 0]);
  });
});
