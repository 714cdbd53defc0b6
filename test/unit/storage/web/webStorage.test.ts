import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { itemOf } from '../../../../src/sessions/items.ts';
import { afterRenewal } from '../../../../src/sessions/record.ts';
import { openWebStorage } from '../../../../src/storage/web/webStorage.ts';
import { BrowserWorld, type BrowserWindow } from '../../support/browserWorld.ts';
import { CryptoClock } from '../../support/cryptoClock.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { FakeSecrets } from '../../support/fakeSecrets.ts';
import { put } from '../../support/folderWorld.ts';
import { recordOf, removedOf } from '../../support/record.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { renewed } from '../../support/storeWorld.ts';

/** Long enough for a window to poll the global state, and for what it writes to reach the others. */
const A_MOMENT_MS = 3_000;
/** Longer than a window waits for the key of another one. */
const KEY_AGREED_MS = 10_000;

async function ready(world: BrowserWorld): Promise<BrowserWindow> {
  const window = world.open();
  await world.clock.run(window.store.load());
  return window;
}

const live = ({ store }: BrowserWindow): string[] =>
  store
    .sessions()
    .flatMap(({ id, state }) => (state === 'live' ? [id] : []))
    .sort();

describe('the sessions of a browser', () => {
  it('are known in every open window a moment later, and in the next one that opens', async () => {
    const world = new BrowserWorld();
    const [one, two] = [await ready(world), await ready(world)];
    await world.clock.run(one.store.replace(recordOf('a')));
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual([live(two), live(await ready(world))], [['a'], ['a']]);
  });

  it('are not in the global state in clear text, and the key is not there at all', async () => {
    const world = new BrowserWorld();
    const one = await ready(world);
    const record = recordOf('a');
    await world.clock.run(one.store.replace(record));
    await world.clock.advance(A_MOMENT_MS);
    const state = JSON.stringify([...world.state]);
    assert.ok(state.includes(`item/${itemOf(record).name}.`));
    assert.ok(!state.includes(record.grant.accessToken) && !state.includes(record.person.name), state);
    assert.deepEqual([...world.secrets.keys()].sort(), [`session/${itemOf(record).name}`, 'sessionKey']);
    assert.ok(!state.includes(world.secrets.get('sessionKey') ?? '?'));
  });

  it('leave revocations that wait there, encrypted, until another window ends them', async () => {
    const world = new BrowserWorld();
    const [one, two] = [await ready(world), await ready(world)];
    const grant = { server: 'https://auth.example', accessToken: 'canary' };
    const adding = one.revocations.add('adom', grant, 0);
    await world.clock.advance(A_MOMENT_MS);
    const id = await adding;
    assert.deepEqual(
      (await two.revocations.list()).map((each) => [each.id, each.grant.accessToken]),
      [[id, 'canary']],
    );
    const everything = (): string => JSON.stringify([[...world.state], [...world.secrets]]);
    assert.match(everything(), new RegExp(`revocation/${id}\\.1-0-0\\.[0-9a-f]{16}\\.`));
    assert.ok(!everything().includes('canary'));
    const ending = two.revocations.end(id);
    await world.clock.advance(A_MOMENT_MS);
    await ending;
    assert.deepEqual([await one.revocations.list(), await two.revocations.list()], [[], []]);
    assert.doesNotMatch(everything(), new RegExp(`revocation/${id}\\.1-0-0\\.[0-9a-f]{16}\\.`));
  });

  it('are all there after two windows have written at the same moment', async () => {
    const world = new BrowserWorld();
    const [one, two] = [await ready(world), await ready(world)];
    await world.clock.run(Promise.all([one.store.replace(recordOf('a')), two.store.replace(recordOf('b'))]));
    await world.clock.advance(2 * A_MOMENT_MS);
    assert.deepEqual(
      [live(one), live(two), live(await ready(world))],
      [
        ['a', 'b'],
        ['a', 'b'],
        ['a', 'b'],
      ],
    );
  });

  it('do not come back after a sign-out, even when another window renews at the same moment', async () => {
    const world = new BrowserWorld();
    const [one, two] = [await ready(world), await ready(world)];
    const record = recordOf('a');
    await world.clock.run(one.store.replace(record));
    await world.clock.advance(A_MOMENT_MS);
    const { version } = record;
    await world.clock.run(
      Promise.all([
        one.store.replace(removedOf('a', { version })),
        two.store.replace({ ...record, version: afterRenewal(version) }),
      ]),
    );
    await world.clock.advance(2 * A_MOMENT_MS);
    assert.deepEqual([live(one), live(two), live(await ready(world))], [[], [], []]);
  });

  it('are lost with their key, and leave nothing behind', async () => {
    const world = new BrowserWorld();
    const one = await ready(world);
    await world.clock.run(one.store.replace(recordOf('a')));
    await world.clock.advance(A_MOMENT_MS);
    one.close();
    world.secrets.clear();
    const next = await ready(world);
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual(live(next), []);
    assert.ok(![...world.state.keys()].some((key) => key.startsWith('item/')));
  });

  it('are renewed in the global state alone, and signed out in SecretStorage as well', async () => {
    const world = new BrowserWorld();
    const one = await ready(world);
    const record = recordOf('a');
    const inSecrets = (): string[] => [...world.secrets.keys()].filter((key) => key !== 'sessionKey');
    await world.clock.run(one.store.replace(record));
    await world.clock.run(one.store.replace(renewed(record, 'second')));
    assert.deepEqual(inSecrets(), [`session/${itemOf(record).name}`]);
    await world.clock.run(one.store.replace(removedOf('a')));
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual(inSecrets(), ['session/a.1-0-0.removed']);
  });

  it('survive the loss of the global state', async () => {
    const world = new BrowserWorld();
    const one = await ready(world);
    await world.clock.run(one.store.replace(recordOf('a')));
    await world.clock.advance(A_MOMENT_MS);
    one.close();
    world.state.clear();
    const next = await ready(world);
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual(live(next), ['a']);
    assert.ok([...world.state.keys()].some((key) => key.startsWith('item/a.')));
  });

  it('survive a foreign text in the global state, which causes no error in any window', async () => {
    const world = new BrowserWorld();
    for (const [at, value] of ['garbage', 5, null, {}].entries())
      world.state.set(`item/${itemOf(recordOf(`session-${at}`)).name}.0123456789abcdef`, value);
    const one = await ready(world);
    assert.deepEqual([live(one), one.log.lines], [[], ['info No key of stored sessions yet: making one.']]);
  });
});

describe('the key of the sessions of a browser', () => {
  it('becomes one key when two windows start together for the first time', async () => {
    const world = new BrowserWorld();
    const [one, two] = [world.open(), world.open()];
    await world.clock.run(Promise.all([one.store.load(), two.store.load()]));
    await world.clock.run(Promise.all([one.store.replace(recordOf('a')), two.store.replace(recordOf('b'))]));
    await world.clock.advance(2 * KEY_AGREED_MS);
    assert.deepEqual(
      [live(one), live(two)],
      [
        ['a', 'b'],
        ['a', 'b'],
      ],
    );
    for (const window of [one, two]) window.close();
    assert.deepEqual(live(await ready(world)), ['a', 'b']);
  });

  it('is also stored by a window that made another one, even if it has no session to store', async () => {
    const world = new BrowserWorld();
    const [one, two] = [world.open(), world.open()];
    await world.clock.run(Promise.all([one.store.load(), two.store.load()]));
    assert.notEqual(await one.key(), await two.key());
    await world.clock.advance(KEY_AGREED_MS);
    assert.equal(await one.key(), await two.key());
  });

  it('is given to a window that cannot read it, and to nobody who reads the global state', async () => {
    const world = new BrowserWorld();
    const one = await ready(world);
    await world.clock.run(one.store.replace(recordOf('a')));
    await world.clock.advance(A_MOMENT_MS);
    const key = world.secrets.get('sessionKey') ?? '?';
    world.secrets.clear(); // another extension in an older window has written its secrets
    const seen: string[] = [];
    for (let ms = 0; ms < 8_000; ms += 100)
      world.clock.at(world.clock.ranMs + ms, () => seen.push(JSON.stringify([...one.memento.kept])));
    const two = await ready(world);
    assert.deepEqual(live(two), ['a']);
    assert.equal(world.secrets.get('sessionKey'), key);
    assert.ok(seen.some((state) => state.includes('sealed')));
    assert.ok(seen.every((state) => !state.includes(key)));
  });

  it('is stored again with each session, because another window may have overwritten it', async () => {
    const world = new BrowserWorld();
    const one = await ready(world);
    const key = world.secrets.get('sessionKey');
    world.secrets.clear();
    await world.clock.run(one.store.replace(recordOf('a')));
    assert.equal(world.secrets.get('sessionKey'), key);
  });
});

describe('the storage of a browser', () => {
  it('has a status, and is heard of no more after the end', async () => {
    const clock = new CryptoClock();
    const secrets = new FakeSecrets(clock);
    const globalState = Object.assign(new FakeMemento(), { setKeysForSync: () => undefined });
    const closed = new AbortController();
    const runtime = { clock, log: new RecordingLog(), closed: closed.signal };
    const opened = openWebStorage({ secrets: secrets.window(), globalState }, runtime);
    const unused = { secrets: 'unused', shared: 'unused', sharedPlace: 'globalState' };
    assert.deepEqual(await opened.status(), unused);
    await clock.run(opened.storage.names());
    assert.deepEqual(await opened.status(), { ...unused, secrets: 'works', shared: 'works' });
    secrets.writeMs = 1_000;
    void put(opened.storage, recordOf('a'));
    await clock.run(opened.finish());
    assert.ok([...globalState.kept.keys()].some((key) => key.startsWith('item/')));
    secrets.writeMs = 0;
    void put(opened.signIns, recordOf('b'));
    await clock.advance(A_MOMENT_MS);
    const prefixes = [...globalState.kept.keys()].map((key) => /^\w+\//.exec(key)?.[0]);
    assert.deepEqual(new Set(prefixes), new Set([undefined, 'item/', 'signIn/']));
    assert.ok(secrets.listeners > 0);
    opened.storage.dispose();
    opened.dispose();
    assert.equal(secrets.listeners, 0);
    closed.abort(new Error('closed'));
  });
});
