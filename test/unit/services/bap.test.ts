import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type BapIdentity, readBapIdentity } from '../../../src/services/bap.ts';

const BAP_ID = 'Go8vCHAa4S6AhXKTABGpANiz35J';
const OTHER_ID = '3SyWUZXvhidNcEHbAC3HkBnKoD2Q';
const PUBKEY = `02${'ab'.repeat(32)}`;

const CLAIM = {
  idKey: BAP_ID,
  rootAddress: '1Root',
  currentAddress: '1Current',
  addresses: [{ address: '1Root', txId: 'f00d', block: 800_000 }],
  identity: {
    '@context': 'https://schema.org',
    '@type': 'Person',
    alternateName: 'Ann',
    givenName: 'Ann',
    familyName: 'Example',
    description: 'Hello',
    image: 'https://img.example/ann.png',
    banner: 'https://img.example/banner.png',
  },
};

const PROFILE = {
  alternateName: 'Ann',
  givenName: 'Ann',
  familyName: 'Example',
  description: 'Hello',
  image: 'https://img.example/ann.png',
  rootAddress: '1Root',
  currentAddress: '1Current',
  addresses: [{ address: '1Root', txId: 'f00d', block: 800_000 }],
  other: {
    '@context': 'https://schema.org',
    '@type': 'Person',
    banner: 'https://img.example/banner.png',
  },
};

/** No case here proves a root address. */
type Expected = Omit<BapIdentity, 'rootAddressProven'> | undefined;
type Claims = Parameters<typeof readBapIdentity>[0];
const CASES: [name: string, claims: Claims, identity: Expected][] = [
  [
    'bap as a JSON string',
    { bap_id: BAP_ID, bap: JSON.stringify(CLAIM) },
    { bapId: BAP_ID, profile: PROFILE },
  ],
  ['bap as an object', { bap_id: BAP_ID, bap: CLAIM }, { bapId: BAP_ID, profile: PROFILE }],
  ['bap null', { bap_id: BAP_ID, bap: null }, { bapId: BAP_ID }],
  ['bap "null"', { bap_id: BAP_ID, bap: 'null' }, { bapId: BAP_ID }],
  ['bap absent', { bap_id: BAP_ID }, { bapId: BAP_ID }],
  ['bap empty', { bap_id: BAP_ID, bap: {} }, { bapId: BAP_ID }],
  ['bap malformed: half of JSON', { bap_id: BAP_ID, bap: '{"idKey":' }, { bapId: BAP_ID }],
  ['bap malformed: a list', { bap_id: BAP_ID, bap: [CLAIM] }, { bapId: BAP_ID }],
  ['bap malformed: a number', { bap_id: BAP_ID, bap: 7 }, { bapId: BAP_ID }],
  [
    'bap malformed: JSON in JSON',
    { bap_id: BAP_ID, bap: JSON.stringify(JSON.stringify(CLAIM)) },
    { bapId: BAP_ID },
  ],
  [
    'bap with too many other members: they are dropped',
    { bap_id: BAP_ID, bap: { identity: { alternateName: 'Ann', banner: 'x'.repeat(4_000) } } },
    { bapId: BAP_ID, profile: { alternateName: 'Ann' } },
  ],
  ['bap without an identity', { bap_id: BAP_ID, bap: { idKey: BAP_ID } }, { bapId: BAP_ID }],
  [
    'bap with members of the wrong type: only these are dropped',
    {
      bap_id: BAP_ID,
      bap: {
        rootAddress: 7,
        currentAddress: '1Now',
        addresses: 'none',
        identity: { alternateName: {}, givenName: 'A' },
      },
    },
    { bapId: BAP_ID, profile: { givenName: 'A', currentAddress: '1Now' } },
  ],
  [
    'bap with markup and hidden characters in addresses',
    {
      bap_id: BAP_ID,
      bap: { addresses: [{ address: '[x](command:y)$(eye)\u202e', txId: '$(eye)', block: 1, more: 'x' }] },
    },
    {
      bapId: BAP_ID,
      profile: { addresses: [{ address: '[x] (command:y)$ (eye)', txId: '$ (eye)', block: 1 }] },
    },
  ],
  [
    'bap with more than 100 addresses',
    { bap_id: BAP_ID, bap: { addresses: Array.from({ length: 101 }, () => ({ address: '1Root' })) } },
    { bapId: BAP_ID, profile: { addresses: Array.from({ length: 100 }, () => ({ address: '1Root' })) } },
  ],
  [
    'bap with an identity of the wrong type',
    { bap_id: BAP_ID, bap: { rootAddress: '1Root', identity: 'Ann' } },
    { bapId: BAP_ID, profile: { rootAddress: '1Root' } },
  ],
  [
    'bap with nulls',
    { bap_id: BAP_ID, bap: { ...CLAIM, currentAddress: null, addresses: null, identity: null } },
    { bapId: BAP_ID, profile: { rootAddress: '1Root' } },
  ],
  [
    'an image in a data: URI: it is dropped',
    {
      bap_id: BAP_ID,
      bap: { identity: { alternateName: 'Ann', image: `data:image/png;base64,${'A'.repeat(70_000)}` } },
    },
    { bapId: BAP_ID, profile: { alternateName: 'Ann' } },
  ],
  [
    'an image on the blockchain: it is on ordfs.network',
    { bap_id: BAP_ID, bap: { identity: { image: `/${'a1'.repeat(32)}_0` } } },
    { bapId: BAP_ID, profile: { image: `https://ordfs.network/${'a1'.repeat(32)}_0` } },
  ],
  ['bap_id absent: takes the idKey', { bap: CLAIM }, { bapId: BAP_ID, profile: PROFILE }],
  ['bap_id null: takes the idKey', { bap_id: null, bap: { idKey: BAP_ID } }, { bapId: BAP_ID }],
  ['bap_id empty: takes the idKey', { bap_id: '', bap: { idKey: BAP_ID } }, { bapId: BAP_ID }],
  [
    'bap_id and another idKey: takes the bap_id',
    { bap_id: OTHER_ID, bap: { idKey: BAP_ID } },
    { bapId: OTHER_ID },
  ],
  ['no id: no BAP identity', { bap: { ...CLAIM, idKey: undefined }, pubkey: PUBKEY }, undefined],
  ['no claims', {}, undefined],
  ['all claims null', { bap_id: null, pubkey: null, bap: null }, undefined],
  ['an id with other characters', { bap_id: '[x](command:y)', bap: { idKey: 'a b' } }, undefined],
  ['an id that is too long', { bap_id: 'a'.repeat(129) }, undefined],
  ['a public key', { bap_id: BAP_ID, pubkey: PUBKEY }, { bapId: BAP_ID, pubkey: PUBKEY }],
  [
    'a public key that begins with 03',
    { bap_id: BAP_ID, pubkey: PUBKEY.replace('02', '03') },
    { bapId: BAP_ID, pubkey: `03${'ab'.repeat(32)}` },
  ],
  ['a public key that begins with 04', { bap_id: BAP_ID, pubkey: `04${'ab'.repeat(32)}` }, { bapId: BAP_ID }],
  ['a public key with a letter before it', { bap_id: BAP_ID, pubkey: `x${PUBKEY}` }, { bapId: BAP_ID }],
  ['a public key that is too long', { bap_id: BAP_ID, pubkey: `${PUBKEY}a` }, { bapId: BAP_ID }],
  ['a public key that is too short', { bap_id: BAP_ID, pubkey: PUBKEY.slice(2) }, { bapId: BAP_ID }],
];

describe('readBapIdentity', () => {
  for (const [name, claims, identity] of CASES) {
    it(name, () => {
      const expected = identity && { rootAddressProven: false, ...identity };
      assert.deepEqual(readBapIdentity(claims), expected);
    });
  }

  it('drops members that are nested too deeply for JSON.stringify, and keeps the others', () => {
    const identity = `{"alternateName":"Ann","deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    assert.deepEqual(readBapIdentity({ bap_id: BAP_ID, bap: `{"identity":${identity}}` }), {
      bapId: BAP_ID,
      rootAddressProven: false,
      profile: { alternateName: 'Ann' },
    });
  });

  it('keeps other members of up to 4,000 characters, as JSON', () => {
    const banner = 'x'.repeat(4_000 - JSON.stringify({ banner: '' }).length);
    const otherOf = (text: string): unknown =>
      readBapIdentity({ bap_id: BAP_ID, bap: { identity: { banner: text } } })?.profile?.other;
    assert.deepEqual(otherOf(banner), { banner });
    assert.equal(otherOf(`${banner}x`), undefined);
  });

  it('keeps texts of up to 500 characters, as safe texts', () => {
    const descriptionOf = (description: string): unknown =>
      readBapIdentity({ bap_id: BAP_ID, bap: { identity: { description } } })?.profile?.description;
    assert.equal(descriptionOf('x'.repeat(500)), 'x'.repeat(500));
    assert.equal(descriptionOf('x'.repeat(501)), `${'x'.repeat(500)}…`);
    assert.equal(descriptionOf('[x](command:y)\n$(eye)\u202e'), '[x] (command:y) $ (eye)');
  });

  it('leaves absent members out', () => {
    const identity = readBapIdentity({ bap_id: BAP_ID, bap: {} });
    assert.deepEqual(Object.keys(identity ?? {}), ['bapId', 'rootAddressProven']);
  });
});
