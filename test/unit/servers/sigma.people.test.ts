import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';

import { demoPerson, identityWithoutProfile, secondPerson } from '../../servers/sigma.ts';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

const hash = (name: string, bytes: Uint8Array): Buffer => createHash(name).update(bytes).digest();

/** Plain base58, without a version or a checksum. */
function base58(bytes: Buffer): string {
  let rest = BigInt(`0x${bytes.toString('hex')}`);
  let digits = '';
  for (; rest > 0n; rest /= 58n) digits = ALPHABET.charAt(Number(rest % 58n)) + digits;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return '1'.repeat(zeros) + digits;
}

function bytesOf(text: string, length: number): Buffer {
  const value = Array.from(text).reduce((sum, digit) => sum * 58n + BigInt(ALPHABET.indexOf(digit)), 0n);
  return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
}

/** The BAP id of a root address, by BAP's formula. */
const bapIdOf = (rootAddress: string): string =>
  base58(hash('ripemd160', hash('sha256', Buffer.from(rootAddress))));

describe('Sigma reference server: its people', () => {
  const identities = [...demoPerson.identities, ...secondPerson.identities, identityWithoutProfile];
  const nameOf = ({ profile, bapId }: (typeof identities)[number]): string => profile?.alternateName ?? bapId;

  it('are computed by a formula that gives published BAP ids', () => {
    for (const [rootAddress, bapId] of [
      ['1wt1buQLx2G39adHovj2QJZnZK9vsXUjC', '4U5eEMQSUdmPXeqmyQJtvELPNE8E'],
      ['17bBcqF6bfFWRRtLEvfup5Ez2z1UyJHQUi', '3wcztPg44xCLKi7pAt9qQHeb74Pr'],
    ] as const)
      assert.equal(bapIdOf(rootAddress), bapId);
  });

  it('have BAP ids that are the hash of their root address, but kestrel has a random one', () => {
    const others = identities.filter(({ bapId, rootAddress }) => bapId !== bapIdOf(rootAddress));
    assert.deepEqual(others.map(nameOf), ['kestrel']);
  });

  it('have BAP ids of 20 bytes and real addresses, and no two share one', () => {
    for (const { bapId, rootAddress } of identities) {
      assert.equal(base58(bytesOf(bapId, 20)), bapId);
      const address = bytesOf(rootAddress, 25);
      assert.equal(base58(address), rootAddress);
      const checksum = hash('sha256', hash('sha256', address.subarray(0, 21))).subarray(0, 4);
      assert.deepEqual(address.subarray(21), checksum, rootAddress);
    }
    assert.equal(new Set(identities.map(({ bapId }) => bapId)).size, identities.length);
  });

  it('are one with one identity, and one with two, of which one has the name of the first', () => {
    assert.deepEqual(demoPerson.identities.map(nameOf), ['satoshi']);
    assert.deepEqual(secondPerson.identities.map(nameOf), ['kestrel', 'satoshi']);
  });
});
