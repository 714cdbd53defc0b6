import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { itemOf, parseItem } from '../../../../src/sessions/items.ts';
import { SessionCipher } from '../../../../src/storage/cipher.ts';
import { StateItems, UndoneError } from '../../../../src/storage/web/stateItems.ts';
import { textOf } from '../../support/fakeStorage.ts';
import { put, textIn } from '../../support/folderWorld.ts';
import { AGREED_MS, type KeyWindow, KeyWorld, twoKeys } from '../../support/keyWorld.ts';
import { recordOf, removedOf } from '../../support/record.ts';
import { renewed } from '../../support/storeWorld.ts';

const A = recordOf('a');
const SECOND = renewed(A, 'second');
const MARK = removedOf('a');
const B = recordOf('b');
/** Long enough for a change to reach the other windows, and for them to read it. */
const A_MOMENT_MS = 2_000;

interface Window extends Pick<KeyWindow, 'memento' | 'log' | 'key'> {
  readonly items: StateItems;
  readonly closed: AbortController;
}

function open(world: KeyWorld): Window {
  const { memento, log, key } = world.open();
  const closed = new AbortController();
  const items = new StateItems(memento, 'item/', key, { clock: world.clock, log, closed: closed.signal });
  return { memento, log, key, items, closed };
}

/** A browser that has a key, and some windows that have looked at their items. */
async function withWindows(count: number): Promise<[KeyWorld, ...Window[]]> {
  const world = await KeyWorld.usedBefore();
  const windows = Array.from({ length: count }, () => open(world));
  for (const { items } of windows) await world.clock.run(items.names());
  return [world, ...windows];
}

async function waitUntil({ clock }: KeyWorld, isSo: () => boolean): Promise<void> {
  for (let waits = 0; !isSo(); waits++) {
    assert.ok(waits < 100);
    await clock.advance(50);
  }
}

const keyOf = async ({ key }: Window, name: string): Promise<string> =>
  `item/${name}.${await (await key.cipher()).tagOf(name)}`;

describe('items in the global state', () => {
  it('are apart from those with another prefix', async () => {
    const [world, one] = await withWindows(1);
    assert.ok(one);
    await world.clock.run(put(one.items, A));
    const { memento, key } = one;
    const runtime = { clock: world.clock, log: one.log, closed: one.closed.signal };
    const others = new StateItems(memento, 'else/', key, runtime);
    assert.deepEqual(await world.clock.run(others.names()), []);
    await world.clock.run(put(others, B));
    assert.deepEqual(await world.clock.run(one.items.names()), [itemOf(A).name]);
    assert.deepEqual(await world.clock.run(others.names()), [itemOf(B).name]);
  });

  it('are added, listed and read by every window, and a newer one replaces the older ones', async () => {
    const [world, one, two] = await withWindows(2);
    assert.ok(one && two);
    await world.clock.run(put(one.items, A));
    await world.clock.run(put(one.items, B));
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual((await two.items.names()).sort(), [itemOf(A).name, itemOf(B).name]);
    assert.equal(await textIn(two.items, A), textOf(A));
    for (const record of [SECOND, MARK]) {
      await world.clock.run(put(two.items, record));
      await world.clock.advance(A_MOMENT_MS);
      assert.deepEqual((await one.items.names()).sort(), [itemOf(B).name, itemOf(record).name].sort());
    }
    assert.deepEqual(one.log.lines, []);
  });

  it('take the place of older ones in one write, which no other write can come into', async () => {
    const [world, one] = await withWindows(1);
    assert.ok(one);
    for (const record of [A, SECOND, MARK]) await world.clock.run(put(one.items, record));
    await world.clock.advance(A_MOMENT_MS);
    const written = world.history.map((state) => state.match(/item\/a\.[^"]*/g)?.length ?? 0);
    assert.ok(written.includes(1));
    assert.equal(Math.max(...written), 1);
  });

  it('are each written once when one window adds many', async () => {
    const [world, one] = await withWindows(1);
    assert.ok(one);
    const records = Array.from({ length: 20 }, (_, at) => recordOf(`session-${at}`));
    const before = world.history.length;
    const adding: Promise<void>[] = [];
    for (const record of records) {
      adding.push(put(one.items, record));
      await world.clock.advance(300);
    }
    await world.clock.run(Promise.all(adding));
    await world.clock.advance(A_MOMENT_MS);
    assert.equal(world.history.length - before, records.length);
  });

  it('are deleted when nothing needs them any more', async () => {
    const [world, one, two] = await withWindows(2);
    assert.ok(one && two);
    await world.clock.run(put(one.items, MARK));
    await world.clock.run(put(one.items, B));
    await one.items.drop(itemOf(MARK).name);
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual(await two.items.names(), [itemOf(B).name]);
  });

  it('do not revert when an older version is written late', async () => {
    const [world, one, two] = await withWindows(2);
    assert.ok(one && two);
    await world.clock.run(put(one.items, SECOND));
    await world.clock.advance(A_MOMENT_MS);
    await world.clock.run(put(two.items, A));
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual(await one.items.names(), [itemOf(SECOND).name]);
  });

  it('are not written any more once there is a newer one', async () => {
    for (const newer of [SECOND, MARK]) {
      const [world, one, two] = await withWindows(2);
      assert.ok(one && two);
      await world.clock.run(put(two.items, newer));
      await world.clock.advance(A_MOMENT_MS);
      const written: string[] = [];
      const update = one.memento.update.bind(one.memento);
      one.memento.update = (key, value) => {
        written.push(key);
        return update(key, value);
      };
      await world.clock.run(put(one.items, A));
      assert.deepEqual(written, [], newer.state);
    }
  });

  it('are all there after windows have undone each other’s changes', async () => {
    const [world, one, two, three] = await withWindows(3);
    assert.ok(one && two && three);
    const records = [A, B, removedOf('c')];
    await world.clock.run(
      Promise.all([one, two, three].map(({ items }, at) => put(items, records[at] ?? A))),
    );
    await world.clock.advance(A_MOMENT_MS);
    for (const { items } of [one, two, three])
      assert.deepEqual((await items.names()).sort(), records.map((record) => itemOf(record).name).sort());
  });

  it('are written again when the write of an older copy has taken them away in between', async (context) => {
    context.mock.method(Math, 'random', () => 0);
    const [world, one, two, three] = await withWindows(3);
    assert.ok(one && two && three);
    const added = put(three.items, B);
    await world.clock.advance(50);
    await two.memento.update('other', 5); // the whole copy of a window that does not have B yet
    await world.clock.advance(90);
    await world.clock.run(Promise.all([added, put(one.items, A)]));
    await world.clock.advance(A_MOMENT_MS);
    for (const { items } of [one, two, three])
      assert.deepEqual((await items.names()).sort(), [itemOf(A).name, itemOf(B).name]);
  });

  it('reach all windows from one that closes while another one writes an older version', async () => {
    const [world, one, two, three] = await withWindows(3);
    assert.ok(one && two && three);
    const added = put(one.items, SECOND);
    await world.clock.advance(50);
    one.closed.abort();
    await world.clock.run(Promise.all([added, put(two.items, A)]));
    await world.clock.advance(A_MOMENT_MS);
    for (const { items } of [two, three]) assert.deepEqual(await items.names(), [itemOf(SECOND).name]);
  });

  it('are there after the second write, too, was undone', async () => {
    const [world, one, two] = await withWindows(2);
    assert.ok(one && two);
    const copy = new Map(two.memento.kept);
    const added = put(one.items, A);
    for (let undone = 0; undone < 2; undone++) {
      await waitUntil(world, () => two.memento.keys().some((key) => key.startsWith('item/')));
      world.write(copy);
    }
    await world.clock.run(added);
    await world.clock.advance(A_MOMENT_MS);
    for (const { items } of [one, two]) assert.deepEqual(await items.names(), [itemOf(A).name]);
  });

  it('reject when each write is undone', async () => {
    const [world, one] = await withWindows(1);
    assert.ok(one);
    let writes = 0;
    one.memento.update = (key) => {
      if (key.startsWith('item/')) writes += 1;
      return Promise.resolve();
    };
    await assert.rejects(world.clock.run(put(one.items, A)), UndoneError);
    assert.equal(writes, 5);
  });

  it("reject with VS Code's error", async () => {
    const [world, one] = await withWindows(1);
    assert.ok(one);
    const failure = new Error('cannot be written');
    one.memento.writeFailure = failure;
    await assert.rejects(world.clock.run(put(one.items, A)), (error) => error === failure);
  });

  it('fire changes of any window, and nothing else, until the end', async () => {
    const [world, one, two] = await withWindows(2);
    assert.ok(one && two);
    const heard: (string | undefined)[] = [];
    two.items.onDidChange((id) => heard.push(id));
    await world.clock.run(put(one.items, A));
    await one.memento.update('other', 5);
    await one.memento.update('item/letter', 5);
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual(heard, ['a']);
    two.items.dispose();
    await world.clock.run(put(one.items, SECOND));
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual(heard, ['a']);
  });

  it('fire a change for what a list did not have, although it is back before the next poll', async () => {
    const [world, one] = await withWindows(1);
    assert.ok(one);
    for (const record of [A, B]) await world.clock.run(put(one.items, record));
    await world.clock.advance(A_MOMENT_MS);
    const heard: (string | undefined)[] = [];
    one.items.onDidChange((id) => heard.push(id));
    const kept = [...one.memento.kept];
    one.memento.kept.delete(await keyOf(one, itemOf(B).name)); // another window's write, which is undone
    assert.deepEqual(await one.items.names(), [itemOf(A).name]);
    one.memento.replaceBy(new Map(kept));
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual(heard, ['b']);
  });
});

describe('another key that the windows of a browser agree on', () => {
  it('fires for all items of the window whose key has lost', async () => {
    const world = new KeyWorld();
    const { winner, loser } = await twoKeys();
    world.secrets.stored.set('sessionKey', winner.keyText);
    const one = open(world);
    await world.clock.run(one.items.names());
    world.secrets.stored.set('sessionKey', loser.keyText);
    const two = open(world);
    const heard: (string | undefined)[] = [];
    two.items.onDidChange((id) => heard.push(id));
    await world.clock.run(two.items.names());
    await world.clock.advance(AGREED_MS);
    assert.deepEqual(heard, [undefined]);
  });
});

describe('the text of an item that someone has changed in the global state', () => {
  const values: Record<string, (sealed: string, other: string) => unknown> = {
    'no text': () => 5,
    'an empty text': () => '',
    'no base64': () => '!',
    'one character less': (sealed) => sealed.slice(4),
    'another character': (sealed) => `${sealed.startsWith('A') ? 'B' : 'A'}${sealed.slice(1)}`,
    'the text of another item': (_, other) => other,
    'the text in the clear': () => textOf(A),
    'an object': () => ({ sealed: '' }),
  };
  for (const [what, valueOf] of Object.entries(values))
    it(`affects this item only, and is written again: ${what}`, async () => {
      const [world, one] = await withWindows(1);
      assert.ok(one);
      for (const record of [A, B]) await world.clock.run(put(one.items, record));
      const [key, other] = [await keyOf(one, itemOf(A).name), await keyOf(one, itemOf(B).name)];
      const [sealed, otherSealed] = [key, other].map((each) => String(one.memento.get(each)));
      await one.memento.update(key, valueOf(sealed ?? '', otherSealed ?? ''));
      assert.deepEqual([await textIn(one.items, A), await textIn(one.items, B)], [undefined, textOf(B)]);
      await world.clock.run(put(one.items, A));
      assert.equal(await textIn(one.items, A), textOf(A));
      assert.deepEqual(one.log.lines, []);
    });
});

describe('what others have put into the global state', () => {
  it('is not an item without the tag of the key, and is removed at the next start', async () => {
    const [world, one] = await withWindows(1);
    assert.ok(one);
    await world.clock.run(put(one.items, A));
    const other = await SessionCipher.create();
    const planted = [
      'item/a.9-0-0.removed.0123456789abcdef',
      `item/a.9-0-0.removed.${await other.tagOf('a.9-0-0.removed')}`,
      `item/a.9-0-0.removed.${await (await one.key.cipher()).tagOf(itemOf(A).name)}`,
    ];
    for (const key of planted) await one.memento.update(key, '-');
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual(await one.items.names(), [itemOf(A).name]);
    const next = open(world);
    assert.deepEqual(await world.clock.run(next.items.names()), [itemOf(A).name]);
    assert.equal(next.memento.keys().filter((key) => key.startsWith('item/')).length, 1);
  });

  it('is left alone if it has another form, such as a later format', async () => {
    const [world, one] = await withWindows(1);
    assert.ok(one);
    const later = [
      'item/',
      'item/a',
      'item/a.1-0-0-0.removed.0123456789abcdef',
      'items',
      'item2/a.1-0-0.removed',
    ];
    for (const key of later) await one.memento.update(key, 'later');
    await world.clock.advance(A_MOMENT_MS);
    const next = open(world);
    assert.deepEqual(await world.clock.run(next.items.names()), []);
    for (const record of [A, MARK]) await world.clock.run(put(next.items, record));
    for (const key of later) assert.equal(next.memento.get(key), 'later');
  });

  it('is not logged: 10,000 planted items', async () => {
    const [world, one] = await withWindows(1);
    assert.ok(one);
    await world.clock.run(put(one.items, A));
    for (let at = 0; at < 10_000; at++)
      one.memento.kept.set(`item/session-${at}.1-0-0.removed.0123456789abcdef`, '-');
    assert.deepEqual(await world.clock.run(one.items.names()), [itemOf(A).name]);
    assert.deepEqual(one.log.lines, []);
  });

  it('is removed at the next start if it belongs to a lost key, and an open window writes its own again', async () => {
    const [world, one] = await withWindows(1);
    assert.ok(one);
    const lost = await SessionCipher.create();
    const { name } = itemOf(B);
    await one.memento.update(`item/${name}.${await lost.tagOf(name)}`, '-');
    await world.clock.advance(A_MOMENT_MS);
    const next = open(world);
    await world.clock.run(next.items.names());
    assert.deepEqual(
      next.memento.keys().filter((key) => parseItem(key.slice('item/'.length, -17)) !== undefined),
      [],
    );
  });
});
