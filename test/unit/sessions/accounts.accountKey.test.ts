import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { accountKey, qualifiedByServer, sameAccount } from '../../../src/sessions/accounts.ts';
import { recordOf } from '../support/record.ts';

const A = recordOf('a');
const { person, server: OWN } = A;
const STAGING = 'https://staging.example';

describe('an account', () => {
  it('is the same for every session of one id on one server of one service', () => {
    assert.ok(sameAccount(A, recordOf('b', { scopes: ['email'], person: { ...person, name: 'Ann Smith' } })));
  });

  for (const [what, other] of [
    ['service', { serviceId: 'adom' }],
    ['server', { server: STAGING }],
    ['id', { person: { ...person, accountId: 'bap-2' } }],
  ] as const)
    it(`is a different one with a different ${what}`, () => {
      assert.ok(!sameAccount(A, recordOf('b', other)));
    });

  it('has a unique key', () => {
    const [one, two] = [
      recordOf('a', { server: 'https://a.example b', person: { ...person, accountId: 'c' } }),
      recordOf('a', { server: 'https://a.example', person: { ...person, accountId: 'b c' } }),
    ];
    assert.notEqual(accountKey(one), accountKey(two));
  });
});

describe('a person as VS Code knows them', () => {
  it('does not mention the server if it is the service’s own', () => {
    assert.equal(qualifiedByServer(person, OWN, OWN), person);
  });

  it('has a different id and label on every other server', () => {
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

  it('names the server when the service has no default one, and keeps the person’s name', () => {
    const { accountLabel, name } = qualifiedByServer(person, STAGING, undefined);
    assert.deepEqual([accountLabel, name], ['Ann (bap-1) · staging.example', 'Ann']);
  });

  it('puts no link into a message', () => {
    const { accountLabel } = qualifiedByServer(person, `${STAGING}/[a](command:b)`, OWN);
    assert.equal(accountLabel, 'Ann (bap-1) · staging.example/[a] (command:b)');
  });
});
