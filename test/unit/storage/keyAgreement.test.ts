import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SessionCipher } from '../../../src/storage/cipher.ts';
import { A_MOMENT_MS, AGREED_MS, KeyWorld, SMALLEST_NAME, twoKeys } from '../support/keyWorld.ts';

for (const client of ['browser', 'desktop'] as const)
  describe(`the key of the windows of a ${client}`, () => {
    it('is read from SecretStorage', async () => {
      const world = new KeyWorld(client);
      const stored = await SessionCipher.create();
      world.secrets.stored.set('sessionKey', stored.keyText);
      const window = world.open();
      assert.equal((await world.clock.run(window.key.cipher())).name, stored.name);
      await world.clock.advance(A_MOMENT_MS);
      assert.deepEqual([world.state.get('sessionKeyName'), window.log.lines], [stored.name, []]);
    });

    it('is created once by the first window, and is the same for later windows', async () => {
      const world = new KeyWorld(client);
      const one = world.open();
      const [cipher, same] = await world.clock.run(Promise.all([one.key.cipher(), one.key.cipher()]));
      assert.equal(cipher, same);
      assert.equal(world.storedKey, cipher.keyText);
      await world.clock.advance(A_MOMENT_MS);
      const two = await world.ready();
      one.close();
      two.close();
      assert.equal((await (await world.ready()).key.cipher()).name, cipher.name);
      assert.deepEqual(
        [one.log.lines, two.log.lines],
        [['info No key of stored sessions yet: making one.'], []],
      );
    });

    for (const count of [2, 3, 5])
      it(`becomes one key when ${count} windows start together for the first time`, async () => {
        const world = new KeyWorld(client);
        const windows = Array.from({ length: count }, () => world.open());
        const made = await world.clock.run(Promise.all(windows.map(({ key }) => key.cipher())));
        assert.equal(new Set(made.map(({ name }) => name)).size, count);
        await world.clock.advance(count * AGREED_MS);
        const [winner] = made.map(({ name }) => name).sort();
        assert.equal(await world.agreedName(), winner);
        for (const [at, { changes }] of windows.entries())
          assert.equal(changes.at(-1), made[at]?.name === winner ? undefined : winner);
        for (const window of windows) window.close();
        assert.equal((await (await world.ready()).key.cipher()).name, winner);
      });

    it('is the same again once windows with different stored keys have met', async () => {
      const world = new KeyWorld(client);
      const { winner, loser } = await twoKeys();
      world.secrets.stored.set('sessionKey', loser.keyText);
      const one = await world.ready();
      world.secrets.stored.set('sessionKey', winner.keyText);
      const two = await world.ready();
      await world.clock.advance(AGREED_MS);
      assert.deepEqual([one.changes, two.changes], [[winner.name], []]);
      assert.equal(await world.agreedName(), winner.name);
      await world.clock.run(one.key.keep());
      assert.equal(world.storedKey, winner.keyText);
    });
  });

describe('a window that cannot read the key of another one', () => {
  it('gets the key and stores it, and the key is never in the global state', async () => {
    const world = new KeyWorld();
    const one = await world.ready();
    const { keyText } = await one.key.cipher();
    await world.clock.advance(A_MOMENT_MS);
    world.secrets.stored.clear(); // another extension in an older window has written its secrets
    const seen: string[] = [];
    for (let ms = 0; ms < 8_000; ms += 50)
      world.clock.at(world.clock.ranMs + ms, () => seen.push(JSON.stringify([...one.memento.kept])));
    const two = await world.ready();
    assert.equal((await two.key.cipher()).keyText, keyText);
    assert.equal(world.storedKey, keyText);
    await world.clock.advance(8_000);
    assert.ok(seen.some((state) => state.includes('sealed')));
    assert.ok(seen.every((state) => !state.includes(keyText)));
    assert.deepEqual([...world.state.keys()], ['sessionKeyName']);
    assert.deepEqual(one.changes.concat(two.changes, one.warnings, two.warnings), []);
  });

  it('creates its own after five seconds when no other window is open', async () => {
    const world = new KeyWorld();
    const one = await world.ready();
    const { name } = await one.key.cipher();
    await world.clock.advance(A_MOMENT_MS);
    one.close();
    world.secrets.stored.clear();
    const { ranMs } = world.clock;
    const two = await world.ready();
    assert.equal(world.clock.ranMs - ranMs, 5_000);
    const own = await two.key.cipher();
    assert.notEqual(own.name, name);
    await world.clock.advance(AGREED_MS);
    assert.deepEqual([...world.state], [['sessionKeyName', own.name]]);
    assert.deepEqual(two.changes, []);
  });

  for (const odd of ['', 'garbage', '0'.repeat(31), 5, null, { name: '0'.repeat(32) }])
    it(`asks nobody if the name of the agreed key is ${JSON.stringify(odd)}`, async () => {
      const world = new KeyWorld();
      world.state.set('sessionKeyName', odd);
      const one = await world.ready();
      assert.equal(world.clock.ranMs, 0);
      await world.clock.advance(A_MOMENT_MS);
      assert.deepEqual([...world.state], [['sessionKeyName', await one.name()]]);
    });

  it('keeps its own key when no window has the one with the smaller name', async () => {
    const world = new KeyWorld();
    const stored = await SessionCipher.create();
    world.secrets.stored.set('sessionKey', stored.keyText);
    world.state.set('sessionKeyName', SMALLEST_NAME);
    const [one, two] = [await world.ready(), await world.ready()];
    await world.clock.advance(AGREED_MS);
    assert.equal(await world.agreedName(), stored.name);
    assert.deepEqual([one.changes, two.changes], [[], []]);
    assert.deepEqual([...world.state], [['sessionKeyName', stored.name]]);
  });
});

describe('the agreement on a key', () => {
  it('accepts no key that the window’s own key beats', async () => {
    const world = new KeyWorld();
    const { winner, loser } = await twoKeys();
    world.secrets.stored.set('sessionKey', loser.keyText);
    const one = await world.ready();
    await world.clock.advance(A_MOMENT_MS);
    world.write(new Map([['sessionKeyName', SMALLEST_NAME]])); // the first window asks, and gives up first
    await world.clock.advance(A_MOMENT_MS);
    world.secrets.stored.set('sessionKey', winner.keyText);
    const two = await world.ready();
    await world.clock.advance(AGREED_MS);
    assert.ok(one.log.lines.includes('info Gave the key of stored sessions to another window.'));
    assert.deepEqual([one.changes, two.changes], [[winner.name], []]);
  });

  for (const wins of [true, false])
    it(`includes a window of another profile of a desktop app, whose key ${wins ? 'wins' : 'loses'}`, async () => {
      const world = new KeyWorld('desktop');
      const { winner, loser } = await twoKeys();
      const [own, other] = wins ? [loser, winner] : [winner, loser];
      world.secrets.stored.set('sessionKey', own.keyText);
      const one = await world.ready();
      await world.clock.advance(A_MOMENT_MS);
      world.secrets.readFailure = new Error('cannot be read for a moment');
      await world.secrets.window().store('sessionKey', other.keyText);
      await world.clock.advance(A_MOMENT_MS);
      world.secrets.readFailure = undefined;
      await world.clock.advance(A_MOMENT_MS);
      assert.deepEqual([await one.name(), world.storedKey], [winner.name, winner.keyText]);
      assert.deepEqual(one.changes, wins ? [winner.name] : []);
      assert.equal(world.state.get('sessionKeyName'), winner.name);
    });

  it('does not store the key every second if SecretStorage forgets it', async () => {
    const world = new KeyWorld('desktop');
    let stores = 0;
    world.secrets.window().onDidChange(() => {
      stores += 1;
      world.secrets.stored.clear();
    });
    await world.ready();
    await world.clock.advance(AGREED_MS);
    assert.equal(stores, 1);
  });

  it('is reached by windows that ask for a lost key at the same moments', async () => {
    const world = new KeyWorld();
    for (let count = 0; count < 2; count++) world.asking();
    await world.clock.advance(2_331);
    world.write(new Map([['sessionKeyName', SMALLEST_NAME]]));
    await world.clock.advance(AGREED_MS);
    assert.deepEqual([...world.state], [['sessionKeyName', await world.agreedName()]]);
  });

  it('fires nothing after it is disposed', async () => {
    const world = new KeyWorld();
    const { winner, loser } = await twoKeys();
    world.secrets.stored.set('sessionKey', winner.keyText);
    await world.ready();
    world.secrets.stored.set('sessionKey', loser.keyText);
    const two = await world.ready();
    two.key.dispose();
    await world.clock.advance(AGREED_MS);
    assert.deepEqual([await two.name(), two.changes], [winner.name, []]);
  });
});
