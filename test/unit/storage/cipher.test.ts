import assert from 'node:assert/strict';
import { createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { describe, it } from 'node:test';

import { shortHash } from '../../../src/base/hash.ts';
import { fromBase64, SessionCipher, toBase64 } from '../../../src/storage/cipher.ts';

const keyText = (fill: number): string => Buffer.alloc(32, fill).toString('base64');

async function cipherOf(text: string): Promise<SessionCipher> {
  const cipher = await SessionCipher.of(text);
  assert.ok(cipher !== undefined);
  return cipher;
}

describe('the cipher of stored sessions', () => {
  it('decrypts what it has encrypted', async () => {
    const cipher = await SessionCipher.create();
    for (const text of ['', 'a', 'ä€😀', '\ufeffwith a byte order mark', 'x'.repeat(100_000), '\0'])
      assert.equal(await cipher.open('item', await cipher.seal('item', text)), text);
  });

  it('has no key that can be exported', async (t) => {
    const { subtle } = crypto;
    const made = [t.mock.method(subtle, 'importKey'), t.mock.method(subtle, 'deriveKey')];
    await SessionCipher.create();
    const isExtractable = made.flatMap(({ mock }) => mock.calls.map((call) => call.arguments[3]));
    assert.deepEqual(isExtractable, [false, false, false]);
  });

  it('keeps 20,000 tags of names, and then begins anew', async (t) => {
    const cipher = await SessionCipher.create();
    const { mock } = t.mock.method(crypto.subtle, 'sign');
    for (let n = 0; n < 20_000; n++) await cipher.tagOf(`${n}`);
    await cipher.tagOf('0');
    assert.equal(mock.callCount(), 20_000);
    await cipher.tagOf('another');
    await cipher.tagOf('0');
    assert.equal(mock.callCount(), 20_002);
  });

  it('decrypts for everyone with the same key', async () => {
    const cipher = await SessionCipher.create();
    const same = await cipherOf(cipher.keyText);
    assert.equal(same.keyText, cipher.keyText);
    assert.equal(await same.open('item', await cipher.seal('item', 'text')), 'text');
  });

  it('decrypts nothing with another key, or for another item', async () => {
    const cipher = await cipherOf(keyText(1));
    const sealed = await cipher.seal('item', 'text');
    assert.equal(await (await cipherOf(keyText(2))).open('item', sealed), undefined);
    for (const other of ['', 'items', 'Item', 'item\0'])
      assert.equal(await cipher.open(other, sealed), undefined);
  });

  it('decrypts nothing if any bit was changed', async () => {
    const cipher = await SessionCipher.create();
    const sealed = await cipher.seal('item', 'text');
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      const changed = Uint8Array.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(await cipher.open('item', changed), undefined, `bit ${bit}`);
    }
  });

  it('decrypts nothing if bytes are missing or added', async () => {
    const cipher = await SessionCipher.create();
    const sealed = await cipher.seal('item', 'text');
    for (let length = 0; length < sealed.length; length++) {
      assert.equal(await cipher.open('item', sealed.slice(0, length)), undefined);
      assert.equal(await cipher.open('item', sealed.slice(sealed.length - length)), undefined);
    }
    assert.equal(await cipher.open('item', Uint8Array.from([...sealed, 0])), undefined);
    assert.equal(await cipher.open('item', Uint8Array.from([0, ...sealed])), undefined);
  });

  it('decrypts bytes in the middle of a larger buffer, such as Node’s Buffer', async () => {
    const cipher = await SessionCipher.create();
    const sealed = await cipher.seal('item', 'text');
    const around = Uint8Array.from([1, 2, 3, ...sealed, 4, 5]);
    assert.equal(await cipher.open('item', around.subarray(3, 3 + sealed.length)), 'text');
    assert.equal(await cipher.open('item', Buffer.from(sealed)), 'text');
  });

  it('never produces the same bytes twice, and uses each nonce once', async () => {
    const cipher = await SessionCipher.create();
    const made = await Promise.all(Array.from({ length: 1_000 }, () => cipher.seal('item', 'text')));
    const texts = made.map((bytes) => Buffer.from(bytes).toString('hex'));
    assert.equal(new Set(texts).size, 1_000);
    assert.equal(new Set(texts.map((hex) => hex.slice(0, 24))).size, 1_000);
  });

  it('puts neither the text nor the name of the item into its bytes', async () => {
    const sealed = Buffer.from(await (await SessionCipher.create()).seal('the item', 'the text'));
    assert.equal(sealed.includes('the text'), false);
    assert.equal(sealed.includes('the item'), false);
  });
});

describe('the key of the cipher', () => {
  it('is different each time: 32 bytes in base64', async () => {
    const ciphers = await Promise.all(Array.from({ length: 20 }, () => SessionCipher.create()));
    assert.equal(new Set(ciphers.map((cipher) => cipher.keyText)).size, 20);
    for (const cipher of ciphers) assert.equal(Buffer.from(cipher.keyText, 'base64').length, 32);
  });

  it('has one canonical form, however it was written', async () => {
    const [loose, usual] = [keyText(1).replace('=', ' \n'), keyText(1)];
    assert.equal((await cipherOf(loose)).keyText, usual);
  });

  const invalid = {
    empty: '',
    'no base64': '%%% this is no key %%%',
    'too short': Buffer.alloc(31).toString('base64'),
    'too long': Buffer.alloc(33).toString('base64'),
    'cut off': keyText(1).slice(0, -3),
    'in hex': Buffer.alloc(32, 1).toString('hex'),
  };
  for (const [what, text] of Object.entries(invalid))
    it(`cannot be ${what}`, async () => {
      assert.equal(await SessionCipher.of(text), undefined);
    });

  it('has a name that is unique to the key, does not reveal it, and is valid on Windows', async () => {
    const [one, two] = [await cipherOf(keyText(1)), await cipherOf(keyText(2))];
    assert.match(one.name, /^[0-9a-f]{32}$/);
    assert.equal((await cipherOf(keyText(1))).name, one.name);
    assert.notEqual(one.name, two.name);
    assert.equal(one.name.includes(Buffer.alloc(32, 1).toString('hex').slice(0, 8)), false);
  });

  it('follows RFC 5869, AES-256-GCM and HMAC, so that every version can read what is stored', async () => {
    const derived = (purpose: string, length: number): Buffer =>
      Buffer.from(hkdfSync('sha256', Buffer.alloc(32, 1), '', `bap-identity: ${purpose}`, length));
    const cipher = await cipherOf(keyText(1));
    assert.equal(cipher.name, derived('name of the key', 16).toString('hex'));
    const hmac = createHmac('sha256', derived('name of an item', 32)).update('item').digest('hex');
    assert.equal(await cipher.tagOf('item'), hmac.slice(0, 16));
    const sealed = await cipher.seal('item', 'text');
    const decipher = createDecipheriv('aes-256-gcm', derived('text of an item', 32), sealed.subarray(0, 12))
      .setAAD(Buffer.from('item'))
      .setAuthTag(sealed.subarray(-16));
    assert.equal(
      decipher.update(sealed.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8'),
      'text',
    );
  });
});

describe('the tag of an item', () => {
  it('is sixteen hex digits, and different for each name and each key', async () => {
    const [one, two] = [await cipherOf(keyText(1)), await cipherOf(keyText(2))];
    const tags = [await one.tagOf('a'), await one.tagOf('b'), await two.tagOf('a'), await one.tagOf('')];
    assert.equal(new Set(tags).size, 4);
    for (const tag of tags) assert.match(tag, /^[0-9a-f]{16}$/);
    assert.equal(await (await cipherOf(keyText(1))).tagOf('a'), tags[0]);
  });

  it('cannot be computed from the name of the key, or without the key', async () => {
    const cipher = await cipherOf(keyText(1));
    const tag = await cipher.tagOf('a');
    assert.notEqual(tag, shortHash('a'));
    assert.equal(cipher.name.includes(tag), false);
  });
});

describe('base64', () => {
  it('matches the standard', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    assert.equal(toBase64(bytes), Buffer.from(bytes).toString('base64'));
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
    assert.equal(fromBase64('no base64!'), undefined);
  });
});
