import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { accountLabel, shortId } from '../../../src/services/person.ts';
import { safeText } from '../../../src/base/safeText.ts';

const BAP_ID = 'Go8vCHAa4S6AhXKTABGpANiz35J';

describe('account label', () => {
  it('is the name with the id', () => {
    assert.equal(accountLabel('Ann', BAP_ID), `Ann (${BAP_ID})`);
  });

  it('is the id without a name', () => {
    assert.equal(accountLabel(undefined, BAP_ID), BAP_ID);
  });

  it('is the same for the same identity, another for another of the same name', () => {
    assert.equal(accountLabel('Ann', BAP_ID), accountLabel('Ann', BAP_ID));
    assert.notEqual(accountLabel('Ann', BAP_ID), accountLabel('Ann', 'Go8vCHAa4S6AhXKTABGpANiz35K'));
  });

  it('neutralises an id of a hostile server', () => {
    assert.equal(
      accountLabel('Ann', '[x](command:y)\n$(eye)\u202e'),
      'Ann (%5Bx%5D(command%3Ay)%0A%24(eye)%E2%80%AE)',
    );
  });

  it('takes any id that JSON can hold, half a surrogate pair included', () => {
    assert.doesNotMatch(accountLabel('Ann', 'half a pair \ud800'), /\ud800/u);
  });

  it('is never the same for two ids, whatever their names', () => {
    const parts = ['a', 'b', ' ', '(', ')', ' (', ') ', '%', '%20', '%28', '…', ')('];
    const texts = ['', ...parts, ...parts.flatMap((a) => parts.map((b) => a + b))];
    const names = [undefined, ...new Set(texts.map(safeText))].filter((name) => name !== '');
    const ids = texts.filter((id) => id !== '');
    const idOf = new Map<string, string>();
    for (const name of names) {
      for (const id of new Set(ids)) {
        const label = accountLabel(name, id);
        assert.equal(idOf.get(label) ?? id, id, `${JSON.stringify(label)} stands for two ids`);
        idOf.set(label, id);
      }
    }
    assert.ok(idOf.size > 10_000);
  });
});

describe('short id', () => {
  it('is the two ends of a long id', () => {
    assert.equal(shortId(BAP_ID), 'Go8vCH…z35J');
  });

  it('is a short id as it is', () => {
    assert.equal(shortId('abcdefghijkl'), 'abcdefghijkl');
    assert.equal(shortId('abcdefghijklm'), 'abcdef…jklm');
  });
});
