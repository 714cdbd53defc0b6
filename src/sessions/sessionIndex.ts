import type * as vscode from 'vscode';
import * as z from 'zod/mini';

const IndexEntry = z.object({ id: z.string(), serviceId: z.string(), scopes: z.array(z.string()) });
/** That there was a session, and no more than is needed to sign in again. */
export type IndexEntry = z.infer<typeof IndexEntry>;

const Index = z.array(IndexEntry);
const KEY = 'sessionIndex';

/**
 * Reads which sessions there should be. SecretStorage can lose its contents without a word, where the system has no
 * keyring, so this list is kept apart from it, in the extension's global state. It holds no secret and no name.
 */
export function readSessionIndex(memento: vscode.Memento): IndexEntry[] {
  return z.safeParse(Index, memento.get(KEY)).data ?? [];
}

/** Rejects with VS Code's error when the global state cannot be written. */
export async function writeSessionIndex(
  memento: vscode.Memento,
  sessions: readonly IndexEntry[],
): Promise<void> {
  await memento.update(
    KEY,
    sessions.map(({ id, serviceId, scopes }) => ({ id, serviceId, scopes })),
  );
}
