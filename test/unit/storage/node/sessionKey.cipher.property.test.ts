import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { SessionCipher } from '../../../../src/storage/node/sessionKey.ts';
import { KEY, OTHER_KEY } from '../../support/folderWorld.ts';
import { holds } from '../../support/fuzz.ts';
import { hostileText } from '../../support/hostile.ts';

const id = fc.constantFrom('session-a', 'session-b', 'session-c', '');
/** What a stranger may do to the bytes of a file. */
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

function changed(bytes: Uint8Array, { does, at, bit }: Change): Uint8Array {
  if (does === 'append') return Buffer.concat([bytes, Buffer.from([at])]);
  if (does === 'prepend') return Buffer.concat([Buffer.from([at]), bytes]);
  if (does === 'cut') return bytes.subarray(0, at % (bytes.length + 1));
  const copy = Buffer.from(bytes);
  const index = at % copy.length;
  copy[index] = (copy[index] ?? 0) ^ (1 << bit);
  return copy;
}

describe('the file of a session, whatever a stranger does to it', () => {
  it('is read with its own key and id and unchanged, or not at all', (context) =>
    holds(
      context,
      fc.tuple(hostileText, id, id, fc.array(change, { maxLength: 3 })),
      ([text, own, other, changes]) => {
        const cipher = new SessionCipher(KEY);
        const bytes = cipher.encrypt(own, text);
        assert.ok(
          text.length < 8 || !Buffer.from(bytes).includes(Buffer.from(text)),
          'it can be read without the key',
        );
        const now = changes.reduce(changed, bytes);
        const isSame = other === own && Buffer.compare(now, bytes) === 0;
        assert.equal(cipher.decrypt(other, now), isSame ? text.toWellFormed() : undefined);
        assert.equal(new SessionCipher(OTHER_KEY).decrypt(own, bytes), undefined);
      },
    ));

  it('is never read from bytes that no window has written', (context) =>
    holds(context, fc.tuple(id, fc.uint8Array({ maxLength: 100 })), ([own, bytes]) => {
      assert.equal(new SessionCipher(KEY).decrypt(own, bytes), undefined);
    }));
});
