import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

const processes = new WeakMap<TestContext, ChildProcess[]>();

/** An empty folder. After the test, its processes end, `close` is called, and the folder is deleted. */
export async function temporaryFolder(test: TestContext, close?: () => void): Promise<string> {
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'bap-identity-test-'));
  test.after(async () => {
    await Promise.all((processes.get(test) ?? []).map(end));
    close?.();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return folder;
}

/** Ends a process after the test, before the folders that it may write to are deleted. */
export function endAfter<T extends ChildProcess>(test: TestContext, child: T): T {
  processes.set(test, [...(processes.get(test) ?? []), child]);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
