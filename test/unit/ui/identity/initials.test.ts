import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { initials } from '../../../../src/ui/identity/initials.ts';

describe('initials', () => {
  const table: [name: string, expected: string, why: string][] = [
    ['satoshi', 'S', 'one word'],
    ['Satoshi Nakamoto', 'SN', 'two words'],
    ['Ada  King of Lovelace', 'AL', 'the first word and the last'],
    ['Ë́lodie Ångström', 'Ë́Å', 'an accent belongs to its letter, however it is written'],
    ['👩‍👩‍👧 Müller', '👩‍👩‍👧M', 'a family is one character'],
    ['🇨🇭', '🇨🇭', 'a flag is one character'],
    ['中本 聪', '中聪', 'no case'],
    ['ßigma', 'S', 'one character also where the capital is two'],
    ['"Ada" <b>Love</b>', 'AB', 'not the quotes'],
    ['Ann (she)', 'AS', 'not the bracket'],
    ['***', '*', 'the sign when there is nothing else'],
    ['Go8vCH…z35J', 'G', 'a short id'],
  ];
  for (const [name, expected, why] of table)
    it(`of ${name}: ${why}`, () => {
      assert.equal(initials(name), expected);
    });
});
