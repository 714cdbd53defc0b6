import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** An empty folder. After the test, `close` is called, and the folder is deleted. */
export async function temporaryFolder(test: TestContext, close?: () => void): Promise<string> {
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'bap-identity-test-'));
  test.after(async () => {
    close?.();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return folder;
}
