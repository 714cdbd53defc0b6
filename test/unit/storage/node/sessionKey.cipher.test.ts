import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { KEY_BYTES, SessionCipher } from '../../../../src/storage/node/sessionKey.ts';

const key = (fill: number): Uint8Array => new Uint8Array(KEY_BYTES).fill(fill);

describe('the cipher of stored sessions', () => {
  const cipher = new SessionCipher(key(1));

  it('gives back every text', () => {
    for (const text of ['', 'a', 'ä€😀', 'x'.repeat(100_000), '\0'])
      assert.equal(cipher.decrypt('id', cipher.encrypt('id', text)), text);
  });

  it('gives back the text to everyone with the same key', () => {
    assert.equal(new SessionCipher(key(1)).decrypt('id', cipher.encrypt('id', 'text')), 'text');
  });

  it('gives nothing with another key', () => {
    assert.equal(new SessionCipher(key(2)).decrypt('id', cipher.encrypt('id', 'text')), undefined);
  });

  it('gives nothing for another session', () => {
    assert.equal(cipher.decrypt('other', cipher.encrypt('id', 'text')), undefined);
  });

  it('gives nothing when any byte was changed', () => {
    const bytes = cipher.encrypt('id', 'text');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(cipher.decrypt('id', changed), undefined, `byte ${at}`);
    }
  });

  it('gives nothing when bytes are missing or added', () => {
    const bytes = cipher.encrypt('id', 'text');
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(cipher.decrypt('id', bytes.subarray(0, length)), undefined);
      assert.equal(cipher.decrypt('id', bytes.subarray(bytes.length - length)), undefined);
    }
    assert.equal(cipher.decrypt('id', Buffer.concat([bytes, Buffer.alloc(1)])), undefined);
    assert.equal(cipher.decrypt('id', Buffer.concat([Buffer.alloc(1), bytes])), undefined);
  });

  it('never makes the same bytes twice, and uses each nonce once', () => {
    const made = Array.from({ length: 1_000 }, () => Buffer.from(cipher.encrypt('id', 'text')));
    assert.equal(new Set(made.map((bytes) => bytes.toString('hex'))).size, 1_000);
    assert.equal(new Set(made.map((bytes) => bytes.toString('hex', 0, 12))).size, 1_000);
  });

  it('holds neither the text nor the id in its bytes', () => {
    const bytes = Buffer.from(cipher.encrypt('the id', 'the text'));
    assert.equal(bytes.includes('the text'), false);
    assert.equal(bytes.includes('the id'), false);
  });

  it('has a name that is another one for each key, does not tell the key, and is valid on Windows', () => {
    assert.match(cipher.name, /^[0-9a-f]{32}$/);
    assert.equal(cipher.name, new SessionCipher(key(1)).name);
    assert.notEqual(cipher.name, new SessionCipher(key(2)).name);
    assert.equal(cipher.name.includes(Buffer.from(key(1)).toString('hex').slice(0, 8)), false);
  });
});
