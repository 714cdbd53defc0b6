import assert from 'node:assert/strict';
import { createDecipheriv, createECDH, hkdfSync } from 'node:crypto';
import { describe, it } from 'node:test';

import { A_MOMENT_MS, KeyWorld, SMALLEST_NAME, strangersPair } from '../support/keyWorld.ts';

const OLDER = 'warn A request for the key of stored sessions is older than this window: no answer.';
const WRONG = 'warn A request for the key of stored sessions has no public key: no answer.';

interface Answer {
  readonly to: string;
  readonly from: string;
  readonly sealed: string;
}

async function answerOfAnotherClient(publicKey: string): Promise<Answer> {
  const world = new KeyWorld();
  const window = await world.ready();
  world.write(new Map([...window.memento.kept, ['keyRequest', { publicKey }]]));
  await world.clock.advance(A_MOMENT_MS);
  return world.state.get('keyAnswer') as Answer;
}

describe('a window that asks for the key', () => {
  it('has no key that can be exported', async (t) => {
    const { mock } = t.mock.method(crypto.subtle, 'deriveBits');
    const world = await KeyWorld.usedBefore();
    await world.ready();
    await world.clock.run(world.asking().key.cipher());
    const used = mock.calls.flatMap(({ arguments: [algorithm, secret] }) => [
      secret.extractable,
      ...(typeof algorithm === 'object' && 'public' in algorithm ? [algorithm.public.extractable] : []),
    ]);
    assert.deepEqual([...new Set(used)], [false]);
    assert.ok(mock.calls.some(({ arguments: [, { type }] }) => type === 'private'));
  });

  it('asks again with another public key when a window that starts removes its request', async () => {
    const world = await KeyWorld.usedBefore();
    const one = await world.ready();
    const two = world.asking();
    await world.clock.advance(150);
    const first = one.request;
    const three = await world.ready(); // finds the request, and never answers it
    assert.deepEqual(three.warnings, [OLDER]);
    one.close();
    await world.clock.advance(900);
    const second = three.request;
    assert.ok(first !== undefined && second !== undefined && first !== second);
    await world.clock.run(two.key.cipher());
    assert.equal(await two.name(), await three.name());
    assert.deepEqual(three.log.lines.slice(1), ['info Gave the key of stored sessions to another window.']);
  });

  it('gets the key when another window asks at the same time', async () => {
    const world = await KeyWorld.usedBefore();
    const one = await world.ready();
    const [two, three] = [world.asking(), world.asking()];
    await world.clock.run(Promise.all([two.key.cipher(), three.key.cipher()]));
    assert.deepEqual([await two.name(), await three.name()], [await one.name(), await one.name()]);
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual([...world.state.keys()], ['sessionKeyName']);
  });

  it('gets the key even if other changes of the global state overwrite its request', async () => {
    const world = await KeyWorld.usedBefore();
    const one = await world.ready();
    for (let ms = 0; ms < 3_000; ms += 150)
      world.clock.at(world.clock.ranMs + ms, () => void one.memento.update('sessionIndex', ms));
    const two = world.asking();
    await world.clock.run(two.key.cipher());
    assert.equal(await two.name(), await one.name());
  });

  it('leaves a request behind when it closes, which does not keep others from the key', async () => {
    const world = await KeyWorld.usedBefore();
    const one = await world.ready();
    const two = world.asking();
    const never = assert.rejects(two.key.cipher(), { name: 'AbortError' });
    await world.clock.advance(150);
    two.close();
    await never;
    await world.clock.advance(A_MOMENT_MS);
    const three = world.asking();
    await world.clock.run(three.key.cipher());
    assert.equal(await three.name(), await one.name());
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual([[...world.state.keys()], two.warnings], [['sessionKeyName'], []]);
  });

  it('does not answer itself when a stale window brings its request back', async () => {
    const world = await KeyWorld.usedBefore();
    const one = await world.ready();
    const two = world.asking();
    await world.clock.advance(150);
    const stale = new Map(one.memento.kept);
    await world.clock.run(two.key.cipher());
    await world.clock.advance(A_MOMENT_MS);
    one.close();
    world.answered.clear();
    world.write(stale);
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual([[...world.answered], [...world.state.keys()]], [[], ['sessionKeyName']]);
  });

  it('keeps waiting for a valid answer after an invalid one', async () => {
    const world = await KeyWorld.usedBefore();
    const one = await world.ready();
    const { publicKey: from } = await strangersPair();
    for (const wrong of [
      { from: 'garbage', sealed: 'AAAA' },
      { from, sealed: 'no base64!' },
      { from, sealed: 'AAAA'.repeat(10) },
    ]) {
      const two = world.asking();
      await world.clock.advance(150);
      await two.memento.update('keyAnswer', { to: two.request, ...wrong });
      await world.clock.run(two.key.cipher());
      assert.equal(await two.name(), await one.name());
    }
  });

  it('accepts no answer to another window, or to its own earlier request', async () => {
    const world = await KeyWorld.usedBefore();
    const two = world.asking();
    await world.clock.advance(150);
    const first = two.request ?? '';
    world.write(new Map([['sessionKeyName', SMALLEST_NAME]])); // another change undoes the request
    await world.clock.advance(800);
    const second = two.request ?? '';
    assert.ok(first !== '' && second !== '' && first !== second);
    const ofFirst = await answerOfAnotherClient(first);
    const ofAnother = await answerOfAnotherClient((await strangersPair()).publicKey);
    for (const answer of [ofFirst, ofAnother, { ...ofFirst, to: second }, { ...ofAnother, to: second }]) {
      world.write(new Map([...two.memento.kept, ['keyAnswer', answer]]));
      await world.clock.advance(300);
      const isStillThere = two.memento.get('keyAnswer') !== undefined;
      assert.equal(isStillThere, answer.to !== second, 'only a wrong answer to its request makes way');
    }
    assert.deepEqual(two.log.lines, []);
    world.write(new Map([...two.memento.kept, ['keyAnswer', await answerOfAnotherClient(second)]]));
    await world.clock.advance(300);
    assert.deepEqual(two.log.lines, ['info Another window gave its key of stored sessions.']);
  });
});

describe('a request that appears while a window is open', () => {
  it('is answered for its public key alone, by ECDH, HKDF with both public keys, and AES-256-GCM', async () => {
    const world = await KeyWorld.usedBefore();
    const one = await world.ready();
    const asking = createECDH('prime256v1');
    const publicKey = asking.generateKeys('base64');
    world.write(new Map([...one.memento.kept, ['keyRequest', { publicKey }]]));
    await world.clock.advance(A_MOMENT_MS);
    const { from, sealed } = world.state.get('keyAnswer') as Answer;
    const info = `bap-identity: key exchange ${publicKey} ${from}`;
    const key = Buffer.from(hkdfSync('sha256', asking.computeSecret(from, 'base64'), '', info, 32));
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      .setAAD(Buffer.from('bap-identity: key exchange'))
      .setAuthTag(bytes.subarray(-16));
    const text = decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
    assert.equal(text, (await one.key.cipher()).keyText);
  });

  it('is answered once', async () => {
    const world = await KeyWorld.usedBefore();
    const one = await world.ready();
    const { publicKey } = await strangersPair();
    world.write(new Map([...one.memento.kept, ['keyRequest', { publicKey }]]));
    await world.clock.advance(20_000);
    assert.deepEqual([...world.answered], [publicKey]);
    assert.deepEqual(one.log.lines, ['info Gave the key of stored sessions to another window.']);
    assert.ok(!JSON.stringify([...world.state]).includes((await one.key.cipher()).keyText));
  });

  for (const odd of [
    '',
    'garbage',
    Buffer.alloc(65, 4).toString('base64'),
    Buffer.alloc(65).toString('base64'),
  ])
    it(`is removed and logged when its public key is invalid: ${odd.slice(0, 10)}`, async () => {
      const world = await KeyWorld.usedBefore();
      const one = await world.ready();
      world.write(new Map([...one.memento.kept, ['keyRequest', { publicKey: odd }]]));
      await world.clock.advance(A_MOMENT_MS);
      assert.deepEqual([[...world.answered], one.log.lines], [[], [WRONG]]);
      assert.deepEqual([...world.state.keys()], ['sessionKeyName']);
      const two = world.asking();
      await world.clock.run(two.key.cipher());
      assert.equal(await two.name(), await one.name());
    });
});
