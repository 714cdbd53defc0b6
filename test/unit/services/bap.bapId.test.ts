import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';

import { looksLikeBapId } from '../../../src/services/bap.ts';

describe('the form of a BAP id', () => {
  const ids: [name: string, id: string][] = [
    ['an id', '4U5eEMQSUdmPXeqmyQJtvELPNE8E'],
    ['an id with 27 characters', 'Go8vCHAa4S6AhXKTABGpANiz35J'],
    ['an id whose first byte is 0', '1YRpUQKMUVwHAYY13m1cLvpz3d4'],
    ['the id with the largest number', '4ZrjxJnU1LA5xSyrWMNuXTvSYKwt'],
    ['an id of zeros', '1'.repeat(20)],
  ];
  for (const [name, id] of ids) {
    it(`has ${name}`, () => {
      assert.equal(looksLikeBapId(id), true);
    });
  }

  const others: [name: string, text: string][] = [
    ['an empty text', ''],
    ['19 bytes', '1'.repeat(19)],
    ['21 bytes', '1'.repeat(21)],
    ['the number after the largest', '4ZrjxJnU1LA5xSyrWMNuXTvSYKwu'],
    ['an address, which has a version and a checksum', '1wt1buQLx2G39adHovj2QJZnZK9vsXUjC'],
    ['a public key', `02${'ab'.repeat(32)}`],
    ['the BAP id in hexadecimal', 'ab'.repeat(20)],
    ['a random id of better-auth', 'q3WkTnVbXzHs7YrGmPdJc2Fa8UeL5iNv'],
    ['a UUID', '4f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f'],
    ['an id with white space', ' 4U5eEMQSUdmPXeqmyQJtvELPNE8E'],
    ['an id with a letter that base58 does not have', '4U5eEMQSUdmPXeqmyQJtvELPNE80'],
    ['a very long text', 'z'.repeat(1_000_000)],
  ];
  for (const [name, text] of others) {
    it(`does not have ${name}`, () => {
      assert.equal(looksLikeBapId(text), false);
    });
  }

  it('does not match an id of 32 letters and digits, as better-auth makes them', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9]{32}$/);
    fc.assert(fc.property(id, (text) => !looksLikeBapId(text)));
  });
});
