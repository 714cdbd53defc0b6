import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  deserialize,
  isLive,
  serialize,
  type LiveSession,
  type Session,
} from '../../../src/sessions/record.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';

const FULL = recordOf('full', {
  version: { signIn: 3, revision: 2, amendment: 1 },
  grant: {
    server: 'https://auth.example',
    accessToken: 'access',
    refreshToken: 'refresh',
    clientId: 'editor',
    idToken: 'e30.e30.c2ln',
    scopes: ['openid'],
    sentAs: 'cookie',
    expiresAtMs: 5_000,
  },
  accessTokenRejected: true,
  person: {
    accountId: 'bap-1',
    accountLabel: 'Ann (bap-1)',
    subject: 'user-1',
    name: 'Ann',
    email: 'ann@example.org',
    picture: 'https://img.example/ann.png',
    bap: {
      bapId: 'bap-1',
      rootAddressProven: true,
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
const { grant, grantedAtMs } = recordOf('any');

const EACH_KIND: readonly (readonly [name: string, record: Session])[] = [
  ['a small live session', recordOf('a')],
  ['a live session with everything', FULL],
  ['a rejected session', endedOf('a', { reason: 'rejected' })],
  ['an expired session', endedOf('a', { expiresAtMs: 5_000 })],
  ['an expired session that still has its grant', endedOf('a', { expired: { grant, grantedAtMs } })],
];

describe('session record: what is written', () => {
  for (const [name, record] of EACH_KIND)
    it(`${name} is read back as it was`, () => {
      assert.deepEqual(deserialize(record.id, serialize(record)), record);
    });

  it('scopes keep their order', () => {
    const record = deserialize('a', serialize(recordOf('a', { scopes: ['profile', 'openid'] })));
    assert.deepEqual(record?.state === 'live' && record.scopes, ['profile', 'openid']);
  });

  it('members that do not belong to a session are dropped on write and on read', () => {
    const record = { ...recordOf('a'), idToken: 'secret', person: { ...recordOf('a').person, claims: 'x' } };
    assert.deepEqual(JSON.parse(serialize(record)), recordOf('a'));
    assert.deepEqual(deserialize('a', JSON.stringify(record)), recordOf('a'));
  });

  for (const [name, broken] of [
    ['time', recordOf('a', { signedInAtMs: NaN })],
    ['end', recordOf('a', { grant: { ...grant, expiresAtMs: Infinity } })],
    ['version', recordOf('a', { version: { signIn: NaN, revision: 0, amendment: 0 } })],
  ] as const satisfies (readonly [string, LiveSession])[])
    it(`a record with a ${name} that is not a finite number is not written, because it could not be read back`, () => {
      assert.throws(() => serialize(broken));
    });
});

describe('session record: what is read', () => {
  for (const [name, text] of [
    ['an empty text', ''],
    ['half of a record', serialize(FULL).slice(0, -20)],
    ['another format', JSON.stringify({ ...FULL, format: 2 })],
    ['a record without a format', JSON.stringify({ ...FULL, format: undefined })],
    ['a record without a version', JSON.stringify({ ...FULL, version: undefined })],
    ['an unknown state', JSON.stringify({ ...FULL, state: 'asleep' })],
    [
      'a live session without a token',
      JSON.stringify({ ...FULL, grant: { server: 'https://auth.example' } }),
    ],
    ['a person without an account', JSON.stringify({ ...FULL, person: { ...FULL.person, accountId: null } })],
    ['the record of another session', serialize(recordOf('other'))],
    ['other JSON', '[]'],
    ['null', 'null'],
    ['a token alone', 'sk-123'],
  ] as const)
    it(`${name} is not readable`, () => {
      assert.equal(deserialize('full', text), undefined);
    });
});

describe('isLive', () => {
  for (const [name, record, expected] of [
    ['a live session', recordOf('a'), true],
    ['a live session with a rejected access token', recordOf('a', { accessTokenRejected: true }), true],
    ['an ended session', endedOf('a'), false],
    ['a signed-out session', removedOf('a'), false],
    ['no session', undefined, false],
  ] as const)
    it(`${name}: ${expected ? 'yes' : 'no'}`, () => {
      assert.equal(isLive(record), expected);
    });
});
