import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { itemOf } from '../../../src/sessions/items.ts';
import { SecretItems } from '../../../src/storage/secretItems.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeSecrets } from '../support/fakeSecrets.ts';
import { textOf } from '../support/fakeStorage.ts';
import { put, textIn } from '../support/folderWorld.ts';
import { recordOf, removedOf } from '../support/record.ts';
import { renewed } from '../support/storeWorld.ts';

const A = recordOf('a');
const SECOND = renewed(A, 'second');
const MARK = removedOf('a');
const B = recordOf('b');

function twoWindows(): [FakeSecrets, SecretItems, SecretItems] {
  const secrets = new FakeSecrets(new FakeClock());
  return [secrets, new SecretItems(secrets.window()), new SecretItems(secrets.window())];
}

describe('items in SecretStorage', () => {
  it('are added, listed and read by every window, and a newer one replaces the older ones', async () => {
    const [, one, two] = twoWindows();
    assert.deepEqual(await one.names(), []);
    assert.equal(await textIn(one, A), undefined);
    await put(one, A);
    await put(two, B);
    assert.deepEqual(await one.names(), [itemOf(A).name, itemOf(B).name]);
    assert.equal(await textIn(two, A), textOf(A));
    await put(two, SECOND);
    assert.deepEqual(await one.names(), [itemOf(B).name, itemOf(SECOND).name]);
    assert.equal(await textIn(one, SECOND), textOf(SECOND));
    await put(one, MARK);
    assert.deepEqual(await two.names(), [itemOf(B).name, itemOf(MARK).name]);
  });

  it('do not revert when an older version is written late', async () => {
    for (const newer of [SECOND, MARK]) {
      const [, one, two] = twoWindows();
      await put(one, newer);
      await put(two, A);
      assert.deepEqual(await one.names(), [itemOf(newer).name]);
    }
  });

  it('are written once', async () => {
    const [secrets, one, two] = twoWindows();
    for (const record of [SECOND, MARK]) {
      await put(one, record);
      secrets.writeFailure = new Error('it is there already');
      await put(two, record);
      secrets.writeFailure = undefined;
    }
  });

  it('have one key each, beside other secrets, and never an empty text', async () => {
    const [secrets, one] = twoWindows();
    const others: [string, string][] = [
      ['sessionKey', 'another secret'],
      ['session/a', 'an older format'],
      ['session/a.1-0-0-0.removed', 'a later format'],
      [itemOf(A).name, 'without the prefix'],
    ];
    for (const each of others) secrets.stored.set(...each);
    for (const record of [A, SECOND, removedOf('b')]) await put(one, record);
    assert.deepEqual(
      [...secrets.stored],
      [
        ...others,
        [`session/${itemOf(SECOND).name}`, textOf(SECOND)],
        [`session/${itemOf(removedOf('b')).name}`, '-'],
      ],
    );
  });

  it('fire each change of any window to each listener, and no change of other secrets', async () => {
    const [secrets, one, two] = twoWindows();
    const heard: string[] = [];
    one.onDidChange((id) => heard.push(`one ${id}`));
    const subscription = one.onDidChange((id) => heard.push(`removed ${id}`));
    two.onDidChange((id) => heard.push(`two ${id}`));
    subscription.dispose();
    await put(one, A);
    for (const key of ['sessionKey', 'session/a', itemOf(B).name]) await secrets.window().store(key, 'other');
    await put(two, MARK);
    const both = ['one a', 'two a'];
    assert.deepEqual(heard, [...both, ...both, ...both]); // added, marked, and the older one deleted
  });

  it('fire nothing after the end', async () => {
    const [secrets, one, two] = twoWindows();
    one.onDidChange(() => assert.fail('it was disposed'));
    one.onDidChange(() => assert.fail('it was disposed'));
    one.dispose();
    await put(two, A);
    assert.equal(secrets.listeners, 0);
  });

  it("reject with VS Code's error", async () => {
    const [secrets, one] = twoWindows();
    const [readFailure, writeFailure] = [new Error('cannot be read'), new Error('cannot be written')];
    secrets.writeFailure = writeFailure;
    await assert.rejects(put(one, A), (error) => error === writeFailure);
    secrets.readFailure = readFailure;
    await assert.rejects(one.names(), (error) => error === readFailure);
    await assert.rejects(textIn(one, A), (error) => error === readFailure);
    await assert.rejects(put(one, A), (error) => error === readFailure);
  });
});
