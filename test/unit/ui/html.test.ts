import assert from 'node:assert/strict';
import { it } from 'node:test';
import { escapeHtml } from '../../../src/ui/html.ts';

it('leaves nothing that is markup, in text or in an attribute', () => {
  assert.doesNotMatch(escapeHtml(`<a href="x" title='y'>`), /[<>"']/);
  // Twice is not the same as once: an entity in the text is text.
  assert.notEqual(escapeHtml('&lt;'), '&lt;');
});

it('leaves all other text as it is', () => {
  assert.equal(escapeHtml('Zoë 👩‍👩‍👧 {x} `y` $(z)'), 'Zoë 👩‍👩‍👧 {x} `y` $(z)');
});
