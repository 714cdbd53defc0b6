import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';

import { besideLinks, safeText } from '../../../src/base/safeText.ts';
import { holds } from '../support/fuzz.ts';
import { hostileText } from '../support/hostile.ts';
import { assertSafe } from '../support/texts.ts';

describe('any text from outside', () => {
  it('becomes safe to show, idempotently', (context) =>
    holds(
      context,
      fc.tuple(hostileText, hostileText, fc.integer({ min: 1, max: 500 })),
      ([one, two, max]) => {
        const safe = safeText(one + two, max);
        assertSafe(safe, max);
        assert.equal(safeText(safe, max), safe);
      },
    ));

  it('contains no brackets next to links and looks the same', (context) =>
    holds(context, hostileText, (text) => {
      const shown = besideLinks(text);
      assertSafe(shown);
      assert.doesNotMatch(shown, /[[\]]/);
    }));

  it('is unchanged if it is plain', (context) =>
    holds(context, fc.string({ unit: fc.constantFrom('a', 'é', '日', '👍', '.', '-', '(', ')') }), (text) => {
      assert.equal(safeText(text), text);
    }));
});
