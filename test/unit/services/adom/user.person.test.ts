import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Person } from '../../../../src/services/person.ts';
import { json } from '../../support/conversation.ts';
import { identify, USER } from '../../support/adomUser.ts';

async function personOf(user: Record<string, unknown>): Promise<Person> {
  const { identified } = await identify([json(200, { id: 'usr_1', ...user })]);
  assert.ok(identified.kind === 'identified');
  return identified.person;
}

describe('Adom: the person', () => {
  it('reads all members of the user', async () => {
    assert.deepEqual(await personOf({ ...USER, avatar: 'dropped' }), {
      accountId: 'usr_1',
      accountLabel: 'Ann Example (usr_1)',
      subject: 'usr_1',
      name: 'Ann Example',
      email: 'ann@example.org',
    });
  });

  it('accepts a user with an id only', async () => {
    assert.deepEqual(await personOf({}), {
      accountId: 'usr_1',
      accountLabel: 'usr_1',
      subject: 'usr_1',
      name: 'usr_1',
    });
  });

  it('ignores members that are null or of the wrong type', async () => {
    const nothing = await personOf({});
    for (const value of [null, 7, {}, [], true]) {
      assert.deepEqual(await personOf({ name: value, display_name: value, email: value }), nothing);
    }
  });

  for (const [what, user, name, label] of [
    ['display name', { display_name: 'Ann', name: 'ann' }, 'Ann', 'Ann (usr_1)'],
    ['name when the display name is blank', { display_name: ' \u202e\n', name: 'ann' }, 'ann', 'ann (usr_1)'],
    ['shortened id', { id: 'usr_0123456789', name: '' }, 'usr_01…6789', 'usr_0123456789'],
  ] as const) {
    it(`takes the ${what} as the name`, async () => {
      const person = await personOf(user);
      assert.equal(person.name, name);
      assert.equal(person.accountLabel, label);
    });
  }

  it('gives two people with the same name different accounts and labels', async () => {
    const one = await personOf({ ...USER, id: 'usr_1' });
    const two = await personOf({ ...USER, id: 'usr_2' });
    assert.notEqual(one.accountId, two.accountId);
    assert.notEqual(one.accountLabel, two.accountLabel);
  });

  it('never gives two people the same label', async () => {
    const real = await personOf({ display_name: 'Ann', id: 'usr_1' });
    const fake = await personOf({ display_name: 'Ann (usr_1)', id: 'usr_2' });
    const odd = await personOf({ display_name: 'Ann', id: 'usr_1) (x' });
    assert.equal(new Set([real.accountLabel, fake.accountLabel, odd.accountLabel]).size, 3);
  });

  it('keeps the account when the name changes', async () => {
    const before = await personOf({ ...USER, display_name: 'Ann' });
    const later = await personOf({ ...USER, display_name: 'Anna' });
    assert.equal(before.accountId, later.accountId);
  });

  it('gives the same person the same label', async () => {
    assert.deepEqual(await personOf(USER), await personOf(USER));
  });

  it('accepts an id that is not well-formed', async () => {
    const person = await personOf({ id: 'half a pair \ud800' });
    assert.equal(person.subject, 'half a pair \ud800');
  });

  it('makes all texts safe to show', async () => {
    const evil = '[free coins](command:x) $(verified)\n\u202e' + 'a'.repeat(500);
    for (const user of [
      { display_name: evil, email: evil },
      { name: evil, id: '[s](command:y)$(eye)' },
      { id: '[s](command:y)$(eye)\u202e\n' },
    ]) {
      const person = await personOf(user);
      for (const shown of [person.name, person.email ?? '', person.accountLabel]) {
        assert.doesNotMatch(shown, /\]\(|\$\(|[\n\u202e]/);
        assert.ok(shown.length < 200);
      }
    }
  });
});
