import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';

import {
  isNewerItem,
  itemOf,
  newestItems,
  parseItem,
  recordOf as read,
  olderNames,
} from '../../../src/sessions/items.ts';
import { FIRST_VERSION, serialize } from '../../../src/sessions/record.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';
import { renewed } from '../support/storeWorld.ts';

const HASH = '0123456789abcdef';
const A = recordOf('a');
const SECOND = renewed(A, 'second');

describe('the name of an item', () => {
  it('says which version of which session it is', () => {
    const version = { signIn: 2, revision: 13, amendment: 1 };
    const item = itemOf(recordOf('0b-_9', { version }));
    assert.match(item.name, /^0b-_9\.2-13-1\.[0-9a-f]{16}$/);
    assert.deepEqual(item, { name: item.name, id: '0b-_9', version, isMark: false });
    assert.deepEqual(parseItem(item.name), item);
  });

  it('says that the session was signed out', () => {
    const item = itemOf(removedOf('a'));
    assert.equal(item.name, 'a.1-0-0.removed');
    assert.deepEqual(parseItem(item.name), { ...item, isMark: true });
  });

  it('depends on the text alone', () => {
    const one = itemOf(A).name;
    assert.equal(itemOf({ ...A }).name, one);
    for (const other of [recordOf('a', { grantedAtMs: 5 }), endedOf('a'), recordOf('b')])
      assert.notEqual(itemOf(other).name, one);
  });

  it('can hold the largest id and version', () => {
    const name = `${'x'.repeat(64)}.${'9'.repeat(15)}-0-${'9'.repeat(15)}.${HASH}`;
    const version = { signIn: 999_999_999_999_999, revision: 0, amendment: 999_999_999_999_999 };
    assert.deepEqual(parseItem(name), { name, id: 'x'.repeat(64), version, isMark: false });
  });

  const foreign: Record<string, string> = {
    empty: '',
    'an id alone': 'a',
    'a session of an older format': 'c8f4f0c2-0b7e-4a7e-9f55-2f6f1f3a9d10',
    'no id': `.1-0-0.${HASH}`,
    'a path': `../a.1-0-0.${HASH}`,
    'an id with a dot': `a.b.1-0-0.${HASH}`,
    'an id that is too long': `${'x'.repeat(65)}.1-0-0.${HASH}`,
    'an id of other letters': `ä.1-0-0.${HASH}`,
    'a version of two numbers': `a.1-0.${HASH}`,
    'a version of four numbers': `a.1-0-0-0.${HASH}`,
    'a negative number': `a.1--1-0.${HASH}`,
    'a fraction': `a.1.5-0-0.${HASH}`,
    'a number that is not exact': `a.${'9'.repeat(16)}-0-0.${HASH}`,
    'digits of another script': `a.١-0-0.${HASH}`,
    'no hash': 'a.1-0-0',
    'a hash that is too short': `a.1-0-0.${HASH.slice(1)}`,
    'a hash that is too long': `a.1-0-0.${HASH}0`,
    'a hash in capitals': `a.1-0-0.${HASH.toUpperCase()}`,
    'another word than removed': 'a.1-0-0.revoked',
    'something in front': ` a.1-0-0.${HASH}`,
    'a line break at the end': `a.1-0-0.${HASH}\n`,
    'a tag': `a.1-0-0.${HASH}.${HASH}`,
    'an unfinished file': `a.1-0-0.${HASH}.0123abcd.tmp`,
  };
  for (const [what, name] of Object.entries(foreign))
    it(`is not valid: ${what}`, () => {
      assert.equal(parseItem(name), undefined);
      assert.deepEqual([...newestItems([name, itemOf(A).name]).values()], [itemOf(A)]);
      assert.deepEqual(olderNames('a', [name, itemOf(A).name, itemOf(SECOND).name]), [itemOf(A).name]);
    });
});

describe('the text of an item', () => {
  it('is read as the record that was stored', () => {
    for (const record of [A, SECOND, endedOf('a')])
      assert.deepEqual(read(itemOf(record), serialize(record)), record);
    for (const text of ['', '-', serialize(A)])
      assert.deepEqual(read(itemOf(removedOf('a')), text), removedOf('a'));
  });

  const others: Record<string, string> = {
    'an older text': serialize(A),
    'a newer text': serialize(renewed(SECOND, 'third')),
    'the text of another session': serialize({ ...SECOND, id: 'b' }),
    'a text with one more space': `${serialize(SECOND)} `,
    'an empty text': '',
  };
  for (const [what, text] of Object.entries(others))
    it(`is not ${what}`, () => {
      assert.equal(read(itemOf(SECOND), text), undefined);
    });

  it('is not read if it has a later format, even if its name fits', () => {
    const text = JSON.stringify({ ...A, format: 2 });
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
    assert.equal(read({ ...itemOf(A), name: `a.1-0-0.${hash}` }, text), undefined);
  });
});

describe('the newest item', () => {
  /** Each row is newer than all rows above it. */
  const oldestFirst = [
    `a.1-0-0.${HASH}`,
    'a.1-0-0.f123456789abcdef', // two windows made the same version: the names decide
    `a.1-0-1.${HASH}`,
    `a.1-1-0.${HASH}`,
    `a.1-10-0.${HASH}`, // numbers, not texts
    `a.2-0-0.${HASH}`,
    `a.10-0-0.${HASH}`,
    'a.1-0-0.removed', // a sign-out beats every version
    'a.2-0-0.removed',
  ];
  const items = oldestFirst.map((name) => parseItem(name)).filter((item) => item !== undefined);

  it('is the same in every window', () => {
    assert.equal(items.length, oldestFirst.length);
    for (const [at, item] of items.entries())
      for (const [other, otherItem] of items.entries())
        assert.equal(isNewerItem(item, otherItem), at > other, `${item.name} ${otherItem.name}`);
  });

  it('is found among many sessions, in any order, and all others count as older', () => {
    for (const names of [oldestFirst, oldestFirst.toReversed()]) {
      const all = [...names, `b.1-0-0.${HASH}`, `b.1-2-0.${HASH}`, 'letter.txt', `c.3-0-0.${HASH}`];
      assert.deepEqual([...newestItems(all)].map(([id, { name }]) => [id, name]).sort(), [
        ['a', 'a.2-0-0.removed'],
        ['b', `b.1-2-0.${HASH}`],
        ['c', `c.3-0-0.${HASH}`],
      ]);
      assert.deepEqual(olderNames('a', all).sort(), oldestFirst.slice(0, -1).sort());
      assert.deepEqual(olderNames('b', all), [`b.1-0-0.${HASH}`]);
      assert.deepEqual([olderNames('c', all), olderNames('d', all)], [[], []]);
    }
  });

  it('is not a mark when it is the first version', () => {
    assert.deepEqual(itemOf(A).version, FIRST_VERSION);
    assert.equal(newestItems([itemOf(A).name]).get('a')?.isMark, false);
  });
});
