import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { A_MOMENT_MS, AGREED_MS, KeyWorld, SMALLEST_NAME } from '../support/keyWorld.ts';

describe('the key when VS Code refuses', () => {
  it("rejects with VS Code's error while secrets cannot be read or stored, and works at the next call", async () => {
    const world = new KeyWorld();
    const { key, secrets } = world.open();
    secrets.readFailure = new Error('cannot be read');
    await assert.rejects(key.cipher(), (error) => error === secrets.readFailure);
    await assert.rejects(key.keep(), (error) => error === secrets.readFailure);
    secrets.readFailure = undefined;
    secrets.writeFailure = new Error('cannot be stored');
    await assert.rejects(world.clock.run(key.cipher()), (error) => error === secrets.writeFailure);
    assert.equal(world.clock.pending, 0, 'nothing goes on');
    secrets.writeFailure = undefined;
    const { keyText } = await world.clock.run(key.cipher());
    assert.equal(world.storedKey, keyText);
    secrets.writeFailure = new Error('cannot be stored');
    await assert.rejects(key.keep(), (error) => error === secrets.writeFailure);
    assert.equal((await key.cipher()).keyText, keyText);
  });

  it('is available while the global state cannot be written, which is logged once, and is agreed on later', async () => {
    const world = new KeyWorld();
    const one = world.open();
    one.memento.writeFailure = new Error('cannot be written');
    const { name } = await world.clock.run(one.key.cipher());
    await world.clock.advance(AGREED_MS);
    assert.deepEqual(one.warnings, ['warn Other windows may miss the key of stored sessions: Error.']);
    one.memento.writeFailure = undefined;
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual([...world.state], [['sessionKeyName', name]]);
    one.memento.writeFailure = new Error('cannot be written');
    one.memento.kept.clear();
    await world.clock.advance(AGREED_MS);
    assert.equal(one.warnings.length, 2);
  });

  it('is not created again while no other window can be asked, and is read at the next call', async () => {
    const world = new KeyWorld();
    const one = await world.ready();
    await world.clock.advance(A_MOMENT_MS);
    world.secrets.stored.clear();
    const two = world.open();
    two.memento.writeFailure = new Error('cannot be written');
    await assert.rejects(world.clock.run(two.key.cipher()), (error) => error === two.memento.writeFailure);
    assert.equal(world.storedKey, undefined);
    two.memento.writeFailure = undefined;
    await world.clock.run(two.key.cipher());
    assert.equal(await two.name(), await one.name());
  });

  it('leaves nothing in the global state if it cannot be stored after an exchange', async () => {
    const world = await KeyWorld.usedBefore();
    await world.ready();
    const two = world.asking();
    two.secrets.writeFailure = new Error('cannot be stored');
    await assert.rejects(world.clock.run(two.key.cipher()), (error) => error === two.secrets.writeFailure);
    await world.clock.advance(200);
    assert.deepEqual([...world.state.keys()], ['sessionKeyName']);
  });

  it('ends a request to another window without a log line', async () => {
    const world = new KeyWorld();
    const one = await world.ready();
    world.write(new Map([['sessionKeyName', SMALLEST_NAME]]));
    await world.clock.advance(A_MOMENT_MS);
    assert.notEqual(one.request, undefined);
    one.close();
    await world.clock.settle();
    assert.deepEqual([world.clock.pending, one.warnings], [0, []]);
  });

  it('ends all its work with the window', async () => {
    const world = new KeyWorld();
    const one = await world.ready();
    await world.clock.advance(A_MOMENT_MS);
    world.secrets.stored.clear();
    const two = world.open();
    const asking = two.key.cipher();
    await world.clock.advance(500);
    two.close();
    one.close();
    await assert.rejects(world.clock.run(asking), { name: 'AbortError' });
    await world.clock.settle();
    assert.deepEqual([world.clock.pending, one.warnings, two.warnings], [0, [], []]);
  });
});
