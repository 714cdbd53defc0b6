import assert from 'node:assert/strict';
import { it } from 'node:test';
import { escapeHtml } from '../../../src/base/html.ts';

it('leaves no character that is markup in text or in an attribute', () => {
  assert.doesNotMatch(escapeHtml(`<a href="x" title='y'>`), /[<>"']/);
  // An entity in the text is text too, so it is escaped.
  assert.notEqual(escapeHtml('&lt;'), '&lt;');
});

it('does not change other text', () => {
  assert.equal(escapeHtml('Zoë 👩‍👩‍👧 {x} `y` $(z)'), 'Zoë 👩‍👩‍👧 {x} `y` $(z)');
});
