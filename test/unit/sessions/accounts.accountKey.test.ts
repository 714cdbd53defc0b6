import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { accountKey, qualifiedByServer, sameAccount } from '../../../src/sessions/accounts.ts';
import { recordOf } from '../support/record.ts';

const A = recordOf('a');
const { person, server: OWN } = A;
const STAGING = 'https://staging.example';

describe('an account', () => {
  it('is the same for every session that one id has at one server of one service', () => {
    assert.ok(sameAccount(A, recordOf('b', { scopes: ['email'], person: { ...person, name: 'Ann Smith' } })));
  });

  for (const [what, other] of [
    ['service', { serviceId: 'adom' }],
    ['server', { server: STAGING }],
    ['id', { person: { ...person, accountId: 'bap-2' } }],
  ] as const)
    it(`is another one with another ${what}`, () => {
      assert.ok(!sameAccount(A, recordOf('b', other)));
    });

  it('has a key that no other account has', () => {
    const [one, two] = [
      recordOf('a', { server: 'https://a.example b', person: { ...person, accountId: 'c' } }),
      recordOf('a', { server: 'https://a.example', person: { ...person, accountId: 'b c' } }),
    ];
    assert.notEqual(accountKey(one), accountKey(two));
  });
});

describe('a person as VS Code knows them', () => {
  it('has nothing of the server at the service’s own', () => {
    assert.equal(qualifiedByServer(person, OWN, OWN), person);
  });

  it('has another id and another label at each other server', () => {
    const at = (server: string): readonly [string, string] => {
      const { accountId, accountLabel } = qualifiedByServer(person, server, OWN);
      return [accountId, accountLabel];
    };
    assert.deepEqual(at(STAGING), ['https://staging.example bap-1', 'Ann (bap-1) · staging.example']);
    assert.deepEqual(at('http://127.0.0.1:4711/eu'), [
      'http://127.0.0.1:4711/eu bap-1',
      'Ann (bap-1) · 127.0.0.1:4711/eu',
    ]);
  });

  it('names the server when the service has none of its own, and keeps the person’s name', () => {
    const { accountLabel, name } = qualifiedByServer(person, STAGING, undefined);
    assert.deepEqual([accountLabel, name], ['Ann (bap-1) · staging.example', 'Ann']);
  });

  it('brings no link into a message', () => {
    const { accountLabel } = qualifiedByServer(person, `${STAGING}/[a](command:b)`, OWN);
    assert.equal(accountLabel, 'Ann (bap-1) · staging.example/[a] (command:b)');
  });
});
