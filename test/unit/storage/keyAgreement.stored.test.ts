import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { A_MOMENT_MS, AGREED_MS, KeyWorld, twoKeys } from '../support/keyWorld.ts';

describe('the stored key', () => {
  it('is not stored again while nothing changes', async () => {
    const world = new KeyWorld();
    const one = await world.ready();
    one.secrets.writeFailure = new Error('cannot be stored');
    await world.clock.advance(AGREED_MS);
    assert.deepEqual(one.warnings, []);
  });

  it('is not read again when another secret changes', async () => {
    const world = new KeyWorld();
    const one = await world.ready();
    one.secrets.readFailure = new Error('cannot be read');
    await one.secrets.window().store('another', 'text');
    await world.clock.advance(AGREED_MS);
    assert.deepEqual(one.warnings, []);
  });

  it('is not stored again by itself when the store forgets it, which it might do every second', async () => {
    const world = new KeyWorld();
    const one = await world.ready();
    await one.secrets.window().delete('sessionKey');
    await world.clock.advance(AGREED_MS);
    assert.deepEqual([one.secrets.stored.get('sessionKey'), one.warnings], [undefined, []]);
  });

  it('is stored again when it was overwritten', async () => {
    const world = new KeyWorld();
    const one = await world.ready();
    world.secrets.stored.clear();
    await world.clock.run(one.key.keep());
    assert.equal(world.storedKey, (await one.key.cipher()).keyText);
  });

  it('is stored by the window whose own key lost, even if that fails at first', async () => {
    const world = new KeyWorld();
    const { winner, loser } = await twoKeys();
    world.secrets.stored.set('sessionKey', winner.keyText);
    await world.ready();
    world.secrets.stored.set('sessionKey', loser.keyText);
    const two = await world.ready();
    two.secrets.writeFailure = new Error('cannot be stored');
    await world.clock.advance(AGREED_MS);
    assert.deepEqual(two.changes, [winner.name]);
    assert.equal(two.secrets.stored.get('sessionKey'), loser.keyText);
    assert.deepEqual(two.warnings, ['warn Other windows may miss the key of stored sessions: Error.']);
    two.secrets.writeFailure = undefined;
    await world.clock.advance(A_MOMENT_MS);
    assert.equal(two.secrets.stored.get('sessionKey'), winner.keyText);
    assert.equal(world.storedKey, winner.keyText);
  });

  const damaged = {
    empty: '',
    'no base64': '%%% this is no key %%%',
    'too short': Buffer.alloc(31).toString('base64'),
    'too long': Buffer.alloc(33).toString('base64'),
  };
  for (const [what, text] of Object.entries(damaged))
    it(`is replaced when it is damaged: ${what}`, async () => {
      const world = new KeyWorld();
      world.secrets.stored.set('sessionKey', text);
      const one = await world.ready();
      assert.equal(world.storedKey, (await one.key.cipher()).keyText);
      assert.deepEqual(one.warnings, ['warn The key of stored sessions is damaged.']);
    });

  it('is requested when it is damaged and another window has it', async () => {
    const world = new KeyWorld();
    const one = await world.ready();
    await world.clock.advance(A_MOMENT_MS);
    world.secrets.stored.set('sessionKey', 'damaged');
    await world.ready();
    assert.equal(await world.agreedName(), await one.name());
  });
});
