import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { sessionKey } from '../../../../src/storage/node/sessionKey.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { FakeSecrets } from '../../support/fakeSecrets.ts';
import { LockWorld } from '../../support/lockWorld.ts';

const STORED = Buffer.alloc(32, 5);

async function setUp(t: Parameters<typeof LockWorld.create>[0]): Promise<{
  world: LockWorld;
  secrets: FakeSecrets;
  open: () => Promise<Uint8Array>;
}> {
  const world = await LockWorld.create(t);
  const secrets = new FakeSecrets(world.clock);
  const open = (): Promise<Uint8Array> =>
    sessionKey(secrets.window(), new FakeMemento(), world.open(), {
      clock: world.clock,
      log: world.log,
      closed: NEVER,
    });
  return { world, secrets, open };
}

describe('the key of the stored sessions', () => {
  it('is read from SecretStorage', async (t) => {
    const { world, secrets, open } = await setUp(t);
    secrets.stored.set('sessionKey', STORED.toString('base64'));
    assert.deepEqual(Buffer.from(await open()), STORED);
    assert.deepEqual(world.log.lines, []);
  });

  it('is made by the first window, and is the same for the windows after it', async (t) => {
    const { world, secrets, open } = await setUp(t);
    const key = await open();
    assert.equal(key.length, 32);
    assert.deepEqual([...secrets.stored], [['sessionKey', Buffer.from(key).toString('base64')]]);
    assert.deepEqual(Buffer.from(await open()), Buffer.from(key));
    assert.deepEqual(world.log.lines, ['info No key for stored sessions yet: making one.']);
  });

  it('is one key for windows that start together for the first time', async (t) => {
    const { world, secrets, open } = await setUp(t);
    Object.assign(secrets, { readMs: 30, writeMs: 700 });
    const keys = await world.clock.run(Promise.all([open(), open(), open()]));
    const texts = new Set(keys.map((key) => Buffer.from(key).toString('base64')));
    assert.deepEqual([...texts], [secrets.stored.get('sessionKey')]);
    assert.equal(world.log.lines.length, 1);
  });

  it('is another one for another person', async (t) => {
    const [one, two] = [await setUp(t), await setUp(t)];
    assert.notDeepEqual(Buffer.from(await one.open()), Buffer.from(await two.open()));
  });

  const malformed = {
    empty: '',
    'no base64': '%%% this is no key %%%',
    'too short': Buffer.alloc(31).toString('base64'),
    'too long': Buffer.alloc(33).toString('base64'),
  };
  for (const [what, text] of Object.entries(malformed))
    it(`is replaced when the stored one is malformed: ${what}`, async (t) => {
      const { secrets, open } = await setUp(t);
      secrets.stored.set('sessionKey', text);
      const key = Buffer.from(await open());
      assert.equal(key.length, 32);
      assert.equal(secrets.stored.get('sessionKey'), key.toString('base64'));
    });

  it("rejects with VS Code's error when it cannot be read or stored, and can be had after that", async (t) => {
    const { world, secrets, open } = await setUp(t);
    secrets.readFailure = new Error('cannot be read');
    await assert.rejects(open(), (error) => error === secrets.readFailure);
    secrets.readFailure = undefined;
    secrets.writeFailure = new Error('cannot be stored');
    await assert.rejects(open(), (error) => error === secrets.writeFailure);
    secrets.writeFailure = undefined;
    // The key that could not be stored looks like one of another window, which this one asks first.
    const key = await world.clock.run(open());
    assert.equal(secrets.stored.get('sessionKey'), Buffer.from(key).toString('base64'));
    assert.ok(world.clock.ranMs < 7_000, 'the lock was released each time');
  });
});

describe('a window that cannot read the key that another window has made', () => {
  /** A window of a browser. It has read SecretStorage before the other window stored the key. */
  const openIn = (
    world: LockWorld,
    browser: FakeMemento,
    closed = new AbortController(),
  ): Promise<Uint8Array> =>
    sessionKey(new FakeSecrets(world.clock).window(), browser, world.open(), {
      clock: world.clock,
      log: world.log,
      closed: closed.signal,
    });

  it('gets it, also minutes later', async (t) => {
    const world = await LockWorld.create(t);
    const browser = new FakeMemento();
    const key = await world.clock.run(openIn(world, browser));
    for (const laterMs of [0, 15_000, 200_000]) {
      await world.clock.advance(laterMs);
      assert.deepEqual(await world.clock.run(openIn(world, browser)), key);
    }
  });

  it('makes its own at once when that window has closed', async (t) => {
    const world = await LockWorld.create(t);
    const browser = new FakeMemento();
    const closed = new AbortController();
    const key = await world.clock.run(openIn(world, browser, closed));
    closed.abort();
    await world.clock.advance(1_000);
    const { ranMs } = world.clock;
    assert.notDeepEqual(await world.clock.run(openIn(world, browser)), key);
    assert.ok(world.clock.ranMs - ranMs < 1_000, `${world.clock.ranMs - ranMs} ms`);
  });

  it('makes its own in another browser, and the next window there gets that one', async (t) => {
    const world = await LockWorld.create(t);
    const [one, other] = [new FakeMemento(), new FakeMemento()];
    const key = await world.clock.run(openIn(world, one));
    const ofOther = await world.clock.run(openIn(world, other));
    assert.notDeepEqual(ofOther, key);
    assert.deepEqual(await world.clock.run(openIn(world, other)), ofOther);
    assert.deepEqual(await world.clock.run(openIn(world, one)), key);
  });
});
