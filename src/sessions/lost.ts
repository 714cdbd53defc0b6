import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import type { SessionNotices } from './notices.ts';
import type { WindowLocks } from './ports.ts';
import { isLive } from './record.ts';
import type { SessionStore } from './store.ts';

/** What became of the sessions that were there when the last window closed. */
export interface StartupCheck {
  /** How many sessions there should have been. */
  readonly expected: number;
  readonly lost: number;
}

/** Windows that open together find the same sessions gone. */
const STARTED_TOGETHER_MS = 60_000;

/**
 * Keeps an index of the sessions outside the secret storage. Tells the person when some that are in the index are
 * gone at the start: the system has no keyring, or VS Code could not read it. Call once, at activation. Undefined when
 * the sessions could not be read. Never rejects.
 */
export async function watchForLostSessions(
  store: SessionStore,
  memento: vscode.Memento,
  locks: WindowLocks,
  notices: SessionNotices,
  { log }: Runtime,
): Promise<StartupCheck | undefined> {
  const before = readSessionIndex(memento);
  const note = async (): Promise<void> => {
    try {
      await writeSessionIndex(memento, store.sessions().filter(isLive));
    } catch (error) {
      log.warn(`The index of sessions could not be written: ${describeError(error)}.`); // the next change tries again
    }
  };
  store.onDidChange(() => void note());
  try {
    await store.load();
  } catch (error) {
    log.warn(`The sessions cannot be read now: ${describeError(error)}.`);
    return undefined; // which says nothing about whether they are there
  }
  await note();
  // Sessions that have ended or were signed out in the last 30 days are not lost.
  const gone = before.filter(({ id }) => store.get(id) === undefined);
  for (const lost of Map.groupBy(gone, ({ serviceId }) => serviceId).values()) {
    const ids = lost.map(({ id }) => id).join();
    if (await locks.claimFor(`lost ${ids}`, STARTED_TOGETHER_MS)) notices.lost(lost);
  }
  return { expected: before.length, lost: gone.length };
}

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
