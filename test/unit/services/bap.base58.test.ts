import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { decodeBase58 } from '../../../src/services/bap.ts';

const hex = (text: string): string | undefined => {
  const bytes = decodeBase58(text);
  return bytes && Buffer.from(bytes).toString('hex');
};

describe('decodeBase58', () => {
  // From the draft of the format (draft-msporny-base58) and from Bitcoin's own tests.
  const texts: [text: string, bytes: string][] = [
    ['', ''],
    ['1', '00'],
    ['2', '01'],
    ['z', '39'],
    ['21', '3a'],
    ['11', '0000'],
    ['112', '000001'],
    ['5Q', 'ff'],
    ['LUv', 'ffff'],
    ['2NEpo7TZRRrLZSi2U', Buffer.from('Hello World!').toString('hex')],
    ['11233QC4', '0000287fb4cd'],
    ['1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L', '00eb15231dfceb60925886b67d065299925915aeb172c06647'],
  ];
  for (const [text, bytes] of texts) {
    it(`reads "${text}" as ${bytes === '' ? 'no bytes' : bytes}`, () => {
      assert.equal(hex(text), bytes);
    });
  }

  for (const character of ['0', 'O', 'I', 'l', ' ', '\n', '-', '_', 'é', '１', '😀', '\ud83d']) {
    it(`refuses the character ${JSON.stringify(character)}, wherever it is`, () => {
      assert.equal(decodeBase58(character), undefined);
      assert.equal(decodeBase58(`${character}2NEpo7`), undefined);
      assert.equal(decodeBase58(`11${character}2NEpo7`), undefined);
      assert.equal(decodeBase58(`2NEpo7${character}`), undefined);
    });
  }
});
