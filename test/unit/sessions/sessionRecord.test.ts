import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  deserialize,
  isSessionKey,
  keyOf,
  serialize,
  type SessionRecord,
} from '../../../src/sessions/sessionRecord.ts';
import { recordOf } from '../support/record.ts';

const FULL = recordOf('full', {
  refreshToken: 'refresh',
  expiresAtMs: 5_000,
  person: {
    accountId: 'bap-1',
    accountLabel: 'Ann (bap-1)',
    subject: 'user-1',
    name: 'Ann',
    email: 'ann@example.org',
    picture: 'https://img.example/ann.png',
    bap: {
      bapId: 'bap-1',
      pubkey: `02${'ab'.repeat(32)}`,
      profile: {
        alternateName: 'ann',
        givenName: 'Ann',
        familyName: 'Example',
        description: 'Hello',
        image: 'https://img.example/ann.png',
        rootAddress: '1Root',
        currentAddress: '1Now',
        addresses: [{ address: '1Root', txId: 'f00d', block: 8 }, { address: '1Now' }],
      },
    },
  },
});

describe('session record', () => {
  for (const record of [recordOf('small'), FULL]) {
    it(`comes back as it was: ${record.id}`, () => {
      assert.deepEqual(deserialize(serialize(record)), record);
    });
  }

  it('keeps the order of the scopes', () => {
    assert.deepEqual(deserialize(serialize(recordOf('a')))?.scopes, ['profile', 'openid']);
  });

  it('drops what does not belong in it, when it is written and when it is read', () => {
    const record = { ...recordOf('a'), idToken: 'secret', person: { ...recordOf('a').person, claims: 'x' } };
    assert.deepEqual(JSON.parse(serialize(record)), recordOf('a'));
    assert.deepEqual(deserialize(JSON.stringify(record)), recordOf('a'));
  });

  it('does not write what it could not read again', () => {
    for (const broken of [
      { version: 2 },
      { accessToken: undefined },
      { createdAtMs: NaN },
      { person: null },
    ]) {
      assert.throws(() => serialize({ ...recordOf('a'), ...broken } as unknown as SessionRecord));
    }
  });

  for (const [name, text] of [
    ['nothing', ''],
    ['half of it', serialize(FULL).slice(0, -20)],
    ['another version', JSON.stringify({ ...FULL, version: 2 })],
    ['no version', JSON.stringify({ ...FULL, version: undefined })],
    ['no token', JSON.stringify({ ...FULL, accessToken: undefined })],
    ['a person without an account', JSON.stringify({ ...FULL, person: { ...FULL.person, accountId: null } })],
    ['other JSON', '[]'],
    ['null', 'null'],
    ['a token alone', 'sk-123'],
  ] as const) {
    it(`reads nothing from ${name}`, () => {
      assert.equal(deserialize(text), undefined);
    });
  }

  it('has one key for each session', () => {
    assert.notEqual(keyOf('a'), keyOf('b'));
    assert.ok(isSessionKey(keyOf('a')));
    assert.equal(isSessionKey('a'), false);
    assert.equal(isSessionKey('settings'), false);
  });
});
