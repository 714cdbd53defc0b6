import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { type Bytes, SessionCipher } from '../../../src/storage/cipher.ts';
import { holds } from '../support/fuzz.ts';
import { hostileText } from '../support/hostile.ts';

const itemName = fc.constantFrom('session-a', 'session-b', 'session-c', '');
/** What a stranger can do to the bytes of an item. */
const change = fc.oneof(
  fc.record({ does: fc.constant('flip' as const), at: fc.nat(300), bit: fc.nat(7) }),
  fc.record({ does: fc.constant('cut' as const), at: fc.nat(300), bit: fc.constant(0) }),
  fc.record({
    does: fc.constantFrom('append' as const, 'prepend' as const),
    at: fc.nat(255),
    bit: fc.constant(0),
  }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(bytes: Bytes, { does, at, bit }: Change): Bytes {
  if (does === 'append') return Uint8Array.from([...bytes, at]);
  if (does === 'prepend') return Uint8Array.from([at, ...bytes]);
  if (does === 'cut') return bytes.slice(0, at % (bytes.length + 1));
  const copy = Uint8Array.from(bytes);
  const index = at % copy.length;
  copy[index] = (copy[index] ?? 0) ^ (1 << bit);
  return copy;
}

describe('an encrypted item, whatever a stranger does to it', () => {
  it('is read only with its own key and name, and only unchanged', (context) =>
    holds(
      context,
      fc.tuple(hostileText, itemName, itemName, fc.array(change, { maxLength: 3 })),
      async ([text, own, other, changes]) => {
        const [cipher, stranger] = [await SessionCipher.create(), await SessionCipher.create()];
        const sealed = await cipher.seal(own, text);
        assert.ok(
          text.length < 8 || !Buffer.from(sealed).includes(Buffer.from(text)),
          'it can be read without the key',
        );
        const now = changes.reduce(changed, sealed);
        const isSame = other === own && Buffer.compare(now, sealed) === 0;
        assert.equal(await cipher.open(other, now), isSame ? text.toWellFormed() : undefined);
        assert.equal(await stranger.open(own, sealed), undefined);
      },
    ));

  it('is never read from bytes that no window has written', (context) =>
    holds(context, fc.tuple(itemName, fc.uint8Array({ maxLength: 100 })), async ([own, bytes]) => {
      const cipher = await SessionCipher.create();
      assert.equal(await cipher.open(own, Uint8Array.from(bytes)), undefined);
    }));

  it('has a name with a tag that nobody can make without the key', (context) =>
    holds(context, fc.tuple(hostileText, hostileText), async ([one, other]) => {
      const [cipher, stranger] = [await SessionCipher.create(), await SessionCipher.create()];
      const tag = await cipher.tagOf(one);
      assert.equal(await cipher.tagOf(one), tag);
      assert.equal((await cipher.tagOf(other)) === tag, one.toWellFormed() === other.toWellFormed());
      assert.notEqual(await stranger.tagOf(one), tag);
    }));
});
