import assert from 'node:assert/strict';

/** Fails for a text that VS Code would act on, or that hides or reorders words. The rules are those of safeText. */
export function assertSafe(text: string, maxCharacters = 120): void {
  assert.ok(text.isWellFormed(), 'half of a surrogate pair');
  assert.doesNotMatch(text, /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{DI}\u2800]/u, 'a control or hidden character');
  assert.doesNotMatch(text, /\]\(|\$\(/, 'a link or an icon');
  assert.equal(text, text.trim());
  assert.ok(Array.from(text).length <= maxCharacters + 1, 'too long');
}
