import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { itemFor, parseItem } from '../../../src/sessions/items.ts';
import { AGAIN, KINDS, kindsOf, KeptWorld, seenIn } from '../support/keptWorld.ts';

describe('a stored sign-in that cannot be read', () => {
  const texts: Record<string, (text: string) => string> = {
    'is of a later version of the extension': (text) => text.replace('"format":1', '"format":2'),
    'has another progress': (text) => text.replace('"kind":"waiting"', '"kind":"dreaming"'),
    'is no JSON': () => '{',
  };
  for (const [what, change] of Object.entries(texts))
    it(`is left alone: it ${what}`, async () => {
      const world = new KeptWorld('sigma');
      await world.close(await world.begun());
      const [name, text] = [...world.kept.stored][0] ?? assert.fail();
      const changed = change(text);
      assert.notEqual(changed, text);
      const item = itemFor(parseItem(name)?.id ?? '', { signIn: 1, revision: 5, amendment: 0 }, changed);
      world.kept.stored.clear();
      world.kept.stored.set(item.name, changed);
      const next = await world.started();
      await world.clock.advance(60_000);
      assert.deepEqual([next.screens, next.results], [[], []]);
      assert.deepEqual([...world.kept.stored.values()], [changed]);
      await world.end();
    });

  it('is left alone: its text is damaged', async () => {
    const world = new KeptWorld('sigma');
    await world.close(await world.begun());
    const [name, text] = [...world.kept.stored][0] ?? assert.fail();
    world.kept.stored.set(name, text.replace('openid', 'email'));
    const next = await world.started();
    await world.clock.advance(60_000);
    assert.deepEqual([next.screens, [...world.kept.stored.keys()]], [[], [name]]);
    await world.end();
  });

  it('is asked about nowhere if its service finds nothing in it', async () => {
    const world = new KeptWorld('sigma');
    await world.close(await world.begun());
    const [name, text] = [...world.kept.stored][0] ?? assert.fail();
    const changed = text.replace('"deviceCode"', '"otherCode"');
    const item = itemFor(parseItem(name)?.id ?? '', { signIn: 1, revision: 5, amendment: 0 }, changed);
    world.kept.stored.clear();
    world.kept.stored.set(item.name, changed);
    const next = await world.started();
    await world.clock.advance(60_000);
    assert.deepEqual([next.screens, kindsOf(next), world.inProgress()], [[], ['over'], []]);
    await world.end();
  });

  it('stays for a later start if the storage cannot be read', async () => {
    const world = new KeptWorld('sigma');
    await world.close(await world.begun());
    world.kept.readFailure = new Error('a message');
    const next = await world.started();
    await world.clock.advance(60_000);
    assert.deepEqual(next.screens, []);
    assert.match(next.log.lines.join('\n'), /warn Sign-ins in progress cannot be read: Error\.$/m);
    world.kept.readFailure = undefined;
    world.takeOver(next);
    await world.clock.advance(1_000);
    assert.deepEqual(seenIn(next), AGAIN);
    await world.end();
  });
});

describe('a sign-in that cannot be stored', () => {
  for (const [what, breaks] of [
    ['the storage throws', (world: KeptWorld) => (world.kept.writeFailure = new Error('a message'))],
    ['the storage hangs', (world: KeptWorld) => (world.kept.hangs = true)],
    ['the windows cannot lock each other out', (world: KeptWorld) => (world.locks.isUsable = false)],
  ] as const)
    for (const kind of KINDS) {
      it(`${kind}: works in its window: ${what}`, async () => {
        const world = new KeptWorld(kind);
        breaks(world);
        const window = await world.begun();
        await world.clock.advance(21_000);
        world.service.decide('approved');
        await world.clock.advance(10_000);
        assert.deepEqual(kindsOf(window), ['signedIn']);
        assert.deepEqual(world.inProgress(), []);
        await world.end();
      });

      it(`${kind}: has its token revoked when its window closes before it is complete: ${what}`, async () => {
        const world = new KeptWorld(kind);
        breaks(world);
        world.service.takes.identify = 10_000;
        const window = await world.begun();
        world.service.decide('approved');
        while (!seenIn(window).includes('finishing')) await world.clock.advance(100);
        await world.clock.advance(2_000);
        await world.close(window);
        assert.deepEqual([...world.service.revoked], world.service.granted);
        await world.end();
      });
    }
});
