import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { isPictureUrl, resolveOnChain, trustedPicture } from '../../../src/services/picture.ts';

const TXID = 'a1'.repeat(32);
const FILE = `${TXID}_0`;

describe('isPictureUrl', () => {
  for (const [address, kept] of [
    ['https://img.example/ann.png', true],
    ['bitfs://ann', true],
    ['', false],
    [`https://img.example/${'a'.repeat(2_028)}`, true],
    [`https://img.example/${'a'.repeat(2_029)}`, false],
    ['data:image/png;base64,AAAA', false],
    ['DATA:image/png;base64,AAAA', false],
    ['\n data:,x', false],
  ] as const) {
    it(`${address.slice(0, 30)} (${address.length}): ${kept ? 'yes' : 'no'}`, () => {
      assert.equal(isPictureUrl(address), kept);
    });
  }
});

describe('a picture on the blockchain', () => {
  for (const [address, id] of [
    [`/${FILE}`, FILE],
    [FILE, FILE],
    [`${TXID.toUpperCase()}_12`, `${TXID.toUpperCase()}_12`],
    [`b://${TXID}`, TXID],
    [`b://${FILE}`, FILE],
    [`ord://${FILE}`, FILE],
    [`ORD://${FILE}`, FILE],
    [`bitfs://${TXID}.out.0.3`, `${TXID}.out.0.3`],
  ] as const)
    it(`is on ordfs.network: ${address}`, () => {
      assert.equal(resolveOnChain(address), `https://ordfs.network/${id}`);
    });
});

describe('any other picture', () => {
  for (const address of [
    'https://img.example/ann.png',
    `https://img.example/${FILE}`,
    '/me.png',
    'me.png',
    `/content/${FILE}`,
    `//${FILE}`,
    `/${TXID}`,
    `${TXID}_`,
    `${TXID.slice(1)}_0`,
    `a${FILE}`,
    `${FILE}.png`,
    `${FILE}\n`,
    'b://',
    'ord:///a',
    'bitfs://a/../b',
    `ipfs://${TXID}`,
    `db://${TXID}`,
  ])
    it(`stays as it is: ${JSON.stringify(address)}`, () => {
      assert.equal(resolveOnChain(address), address);
    });
});

describe('a picture that is not shown', () => {
  const SERVER = 'https://auth.example';
  for (const [address, why, server = SERVER] of [
    [undefined, 'absent'],
    ['', 'empty: it would be the server itself'],
    [' \n', 'blank'],
    ['https://tracker.example/ann.png', 'on another host'],
    ['https://auth.example:8443/ann.png', 'on another port'],
    ['https://ordfs.network:8443/a_0', 'on another port of a public host'],
    ['http://ordfs.network/a_0', 'without encryption'],
    ['http://auth.example/ann.png', 'without encryption, at a server that has none', 'http://auth.example'],
    ['ann.png', 'relative to a server without encryption', 'http://localhost:3000'],
    ['https://ann@auth.example/ann.png', 'with a user name'],
    ['https://:secret@auth.example/ann.png', 'with a password'],
    ['https://', 'no address'],
    ['https://tracker.example/ann.png', 'on another host than none', 'no address'],
    ['javascript:alert(1)', 'a script'],
  ] as const)
    it(`${address === undefined ? 'undefined' : JSON.stringify(address)}: ${why}`, () => {
      assert.equal(trustedPicture(address, server), undefined);
    });

  it('is never one on the server or a public host', () => {
    assert.equal(trustedPicture('/ann.png', SERVER), `${SERVER}/ann.png`);
    for (const host of [
      'ordfs.network',
      'ordinals.gorillapool.io',
      '1satordinals.com',
      'gravatar.com',
      'www.gravatar.com',
      'secure.gravatar.com',
      'avatars.githubusercontent.com',
    ])
      assert.equal(trustedPicture(`https://${host}/a`, SERVER), `https://${host}/a`);
  });
});
