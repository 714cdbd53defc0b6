import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { decodeBase58, isComputedFrom, readBapIdentity } from '../../../src/services/bap.ts';

/** Published identities whose ids were computed. */
const IDENTITIES = [
  ['1wt1buQLx2G39adHovj2QJZnZK9vsXUjC', '4U5eEMQSUdmPXeqmyQJtvELPNE8E'],
  ['17bBcqF6bfFWRRtLEvfup5Ez2z1UyJHQUi', '3wcztPg44xCLKi7pAt9qQHeb74Pr'],
  ['1M7NLLBwu6BzCWDeMFP18SqYAmUtyRfJwf', '3jwCu5ZcixQBfBDk3JhUbfj9ZdGr'],
  ['1CSJiMMYzfW8gbhXXNYyEJ1NsWJohLXyet', '2cWvSXKfFQScCgDFssRPKvDLjNYx'],
] as const;
/** The hash of this address begins with a byte 0. */
const ZERO_ROOT = '1LomSVfH9KjYfzF5EphdU4aJyVsmZFjSLc';
const ZERO_ID = '1QZTvyzJheLsvRcRSt1Da6JUE46';
/** What the formula gives for an empty text. */
const EMPTY_ID = '3Wou4SXgm8Sq9fGKJAhAdn5d6uy4';
const [[ROOT, BAP_ID], [OTHER_ROOT, OTHER_ID]] = IDENTITIES;

describe('a BAP id that was computed from its root address', () => {
  for (const [root, id] of IDENTITIES) {
    it(`is ${id}`, () => {
      assert.equal(isComputedFrom(root, id), true);
    });
  }

  it('can begin with a byte 0, which is a 1 in the id', () => {
    assert.equal(decodeBase58(ZERO_ID)?.[0], 0);
    assert.equal(isComputedFrom(ZERO_ROOT, ZERO_ID), true);
    assert.equal(isComputedFrom(ZERO_ROOT, ZERO_ID.slice(1)), false);
    assert.equal(isComputedFrom(ZERO_ROOT, `1${ZERO_ID}`), false);
  });

  const others: [name: string, root: string, id: string][] = [
    ['the id of another address', ROOT, OTHER_ID],
    ['the address of another id', OTHER_ROOT, BAP_ID],
    ['an address with another last letter', ROOT.replace(/C$/, 'D'), BAP_ID],
    ['an address with white space', ` ${ROOT}`, BAP_ID],
    ['an address with a line feed', `${ROOT}\n`, BAP_ID],
    ['an address in lower case', ROOT.toLowerCase(), BAP_ID],
    ['no address', '', BAP_ID],
    ['no id', ROOT, ''],
    ['an id with white space', ROOT, ` ${BAP_ID}`],
    ['an id with another last letter', ROOT, BAP_ID.replace(/E$/, 'F')],
    ['the beginning of an id', ROOT, BAP_ID.slice(0, -1)],
    ['an id in lower case', ROOT, BAP_ID.toLowerCase()],
    ['a random id', '15GrkEZ3ZaZqBhdDoXKbXtNoacg83BDotz', '3pkKXGdcrkuLvjWhA8P4EVaDE4VY'],
    ['an address as its own id', ROOT, ROOT],
    // The example in the text of the protocol hashes the hexadecimal text of the first hash: a mistake of the text.
    ['the hash of a hash in hexadecimal', ROOT, 'xoZiQA1ctJKCCPTwtY3o9PgoMng'],
  ];
  for (const [name, root, id] of others) {
    it(`is not ${name}`, () => {
      assert.equal(isComputedFrom(root, id), false);
    });
  }
});

describe('rootAddressProven', () => {
  const proven = (bap: unknown, id: string = BAP_ID): boolean | undefined =>
    readBapIdentity({ bap_id: id, bap })?.rootAddressProven;

  it('is true for the root address of the id', () => {
    assert.equal(proven({ rootAddress: ROOT }), true);
    assert.equal(proven(JSON.stringify({ idKey: BAP_ID, rootAddress: ROOT })), true);
  });

  it('is true for the id of the profile when the claims have no other', () => {
    assert.equal(readBapIdentity({ bap: { idKey: BAP_ID, rootAddress: ROOT } })?.rootAddressProven, true);
  });

  it('is about the id of the claims, and not about that of the profile', () => {
    assert.equal(proven({ idKey: OTHER_ID, rootAddress: ROOT }), true);
    assert.equal(proven({ idKey: BAP_ID, rootAddress: ROOT }, OTHER_ID), false);
  });

  it('is about the root address as the profile shows it', () => {
    const identity = readBapIdentity({ bap_id: BAP_ID, bap: { rootAddress: ` ${ROOT}\u200b\n` } });
    assert.equal(identity?.profile?.rootAddress, ROOT);
    assert.equal(identity.rootAddressProven, true);
    // The id of the address with a hidden character in it.
    assert.equal(proven({ rootAddress: `${ROOT}\u200b` }, '3J1Kbt8515GjGqNUzCxZtsidBLFs'), false);
  });

  it('is not about another address of the identity', () => {
    assert.equal(
      proven({ rootAddress: OTHER_ROOT, currentAddress: ROOT, addresses: [{ address: ROOT }] }),
      false,
    );
    assert.equal(proven({ currentAddress: ROOT }), false);
  });

  for (const rootAddress of [undefined, null, '', ' \n', 7, true, [ROOT], { address: ROOT }]) {
    it(`is false for the root address ${JSON.stringify(rootAddress)}`, () => {
      assert.equal(proven({ rootAddress }), false);
    });
  }

  it('is false without a root address for the id that is computed from an empty text', () => {
    assert.equal(isComputedFrom('', EMPTY_ID), true);
    assert.equal(proven({ rootAddress: ' ' }, EMPTY_ID), false);
    assert.equal(proven(undefined, EMPTY_ID), false);
  });

  for (const bap of [undefined, null, 'null', '{"rootAddress":', [], 7]) {
    it(`is false for the profile ${JSON.stringify(bap)}`, () => {
      assert.equal(proven(bap), false);
    });
  }
});
