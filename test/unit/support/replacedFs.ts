import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import type { TestContext } from 'node:test';

/** Replaces a function of the file system until the end of the test. Returns one that ends it earlier. */
export function replaceFs<Name extends 'open' | 'readdir' | 'chmod' | 'utimes'>(
  t: TestContext,
  name: Name,
  by: (...args: Parameters<(typeof fs)[Name]>) => Promise<unknown>,
): () => void {
  t.mock.method(fs, name, by as never);
  syncBuiltinESMExports();
  const end = (): void => {
    t.mock.reset();
    syncBuiltinESMExports();
  };
  t.after(end);
  return end;
}
