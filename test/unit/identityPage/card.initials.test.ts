import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { initials } from '../../../src/identityPage/card.ts';

describe('initials', () => {
  const table: [name: string, expected: string, why: string][] = [
    ['satoshi', 'S', 'one word'],
    ['Satoshi Nakamoto', 'SN', 'two words'],
    ['Ada  King of Lovelace', 'AL', 'the first word and the last'],
    ['Ë́lodie Ångström', 'Ë́Å', 'an accent belongs to its letter, in both forms of Unicode'],
    ['👩‍👩‍👧 Müller', '👩‍👩‍👧M', 'a family is one character'],
    ['🇨🇭', '🇨🇭', 'a flag is one character'],
    ['中本 聪', '中聪', 'letters without upper and lower case'],
    ['ßigma', 'S', 'one character, even if the capital letter has two'],
    ['"Ada" <b>Love</b>', 'AB', 'without the quotes'],
    ['Ann (she)', 'AS', 'without the bracket'],
    ['***', '*', 'the sign, if there is no letter'],
    ['Go8vCH…z35J', 'G', 'a short id'],
  ];
  for (const [name, expected, why] of table)
    it(`of ${name}: ${why}`, () => {
      assert.equal(initials(name), expected);
    });
});
