/**
 * True when both ask for the same scopes, in any order. VS Code compares scopes in order in places, so this sorts
 * copies only, never the arrays of callers.
 */
export function sameScopes(a: readonly string[], b: readonly string[]): boolean {
  return scopeKey(a) === scopeKey(b);
}

/** One text for one set of scopes. A scope holds no space (RFC 6749 §3.3). */
export function scopeKey(scopes: readonly string[]): string {
  return [...new Set(scopes)].sort().join(' ');
}
