import type * as vscode from 'vscode';
import * as z from 'zod/mini';

const IndexEntry = z.object({ id: z.string(), serviceId: z.string(), scopes: z.array(z.string()) });
/** That a session exists, and just enough to sign in again. */
export type IndexEntry = z.infer<typeof IndexEntry>;

const Index = z.array(IndexEntry);
const KEY = 'sessionIndex';

/**
 * Returns the sessions that there should be. The storage can lose its contents silently, so this index is in the
 * extension's global state. It holds no secret and no name.
 */
export function readSessionIndex(memento: vscode.Memento): IndexEntry[] {
  return z.safeParse(Index, memento.get(KEY)).data ?? [];
}

/**
 * Writes only a change: in a browser, each write of the global state can undo another window's. Rejects with VS Code's
 * error when the global state cannot be written.
 */
export async function writeSessionIndex(
  memento: vscode.Memento,
  sessions: readonly IndexEntry[],
): Promise<void> {
  const index = sessions.map(({ id, serviceId, scopes }) => ({ id, serviceId, scopes }));
  if (JSON.stringify(index) !== JSON.stringify(readSessionIndex(memento))) await memento.update(KEY, index);
}
