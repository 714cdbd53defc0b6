import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { safeText } from '../../../src/base/safeText.ts';
import { createPerson } from '../../../src/services/person.ts';

const BAP_ID = 'Go8vCHAa4S6AhXKTABGpANiz35J';

function labelOf(name: string | undefined, subject: string): string {
  return createPerson({ subject, names: [name] }).accountLabel;
}

describe('person', () => {
  it('keeps all claims and makes the texts safe', () => {
    const claims = {
      subject: 'user-1',
      picture: 'https://img.example/ann.png',
      bap: { bapId: BAP_ID, rootAddressProven: false },
    };
    assert.deepEqual(createPerson({ ...claims, names: ['Ann\n$(eye)'], email: 'ann\u202e@example.org' }), {
      ...claims,
      accountId: BAP_ID,
      accountLabel: `Ann $ (eye) (${BAP_ID})`,
      name: 'Ann $ (eye)',
      email: 'ann@example.org',
    });
  });

  it('leaves absent claims out', () => {
    assert.deepEqual(createPerson({ subject: 'user-1', names: [] }), {
      subject: 'user-1',
      accountId: 'user-1',
      accountLabel: 'user-1',
      name: 'user-1',
    });
  });

  for (const [what, names, name] of [
    ['the first name', ['Ann', 'Bea'], 'Ann'],
    ['the first name that is not blank', [undefined, '', ' \u202e\n', 'Bea'], 'Bea'],
    ['the two ends of a long id', [' '], 'Go8vCH…z35J'],
  ] as const) {
    it(`takes ${what} as the name`, () => {
      assert.equal(createPerson({ subject: BAP_ID, names }).name, name);
    });
  }

  it('shortens an id of more than 12 characters only', () => {
    assert.equal(createPerson({ subject: 'abcdefghijkl', names: [] }).name, 'abcdefghijkl');
    assert.equal(createPerson({ subject: 'abcdefghijklm', names: [] }).name, 'abcdef…jklm');
  });
});

describe('the name of a person without one', () => {
  it('is visible, even if nothing in the id is', () => {
    assert.equal(createPerson({ subject: ' ', names: [] }).name, '%20');
    assert.equal(createPerson({ subject: '\u200b\u202e', names: [''] }).name, '%E2%80…0%AE');
  });

  it('is the id as it is, if it is visible', () => {
    assert.equal(createPerson({ subject: 'ann b', names: [] }).name, 'ann b');
  });
});

describe('account label', () => {
  it('is the name with the id', () => {
    assert.equal(labelOf('Ann', BAP_ID), `Ann (${BAP_ID})`);
  });

  it('is the id for a person without a name', () => {
    assert.equal(labelOf(undefined, BAP_ID), BAP_ID);
  });

  it('is the same for the same id, and different for another id with the same name', () => {
    assert.equal(labelOf('Ann', BAP_ID), labelOf('Ann', BAP_ID));
    assert.notEqual(labelOf('Ann', BAP_ID), labelOf('Ann', 'Go8vCHAa4S6AhXKTABGpANiz35K'));
  });

  it('escapes markup in an id', () => {
    assert.equal(
      labelOf('Ann', '[x](command:y)\n$(eye)\u202e'),
      'Ann (%5Bx%5D(command%3Ay)%0A%24(eye)%E2%80%AE)',
    );
  });

  it('is well-formed even if the id has half of a surrogate pair', () => {
    assert.ok(labelOf('Ann', 'half a pair \ud800').isWellFormed());
  });

  it('is different for two different halves of surrogate pairs', () => {
    assert.notEqual(labelOf('Ann', '\ud800'), labelOf('Ann', '\ud801'));
  });

  it('is never the same for two ids, whatever the names are', () => {
    const parts = ['a', 'b', ' ', '(', ')', ' (', ') ', '%', '%20', '%28', '…', ')('];
    const texts = ['', ...parts, ...parts.flatMap((a) => parts.map((b) => a + b))];
    const names = [undefined, ...new Set(texts.map((each) => safeText(each)))];
    const ids = texts.filter((id) => id !== '');
    const idOf = new Map<string, string>();
    for (const name of names) {
      for (const id of new Set(ids)) {
        const label = labelOf(name, id);
        assert.equal(idOf.get(label) ?? id, id, `${JSON.stringify(label)} stands for two ids`);
        idOf.set(label, id);
      }
    }
    assert.ok(idOf.size > 10_000);
  });
});
