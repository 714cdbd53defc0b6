import type * as vscode from 'vscode';

import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import type { NoticeEmitter } from './notices.ts';
import { readSessionIndex, writeSessionIndex } from './sessionIndex.ts';
import type { SessionStore } from './store.ts';

/** How many sessions this window found at its start, compared with what the last window left. */
export interface StartupCheck {
  /** How many sessions there should have been. */
  readonly expected: number;
  readonly lost: number;
}

/**
 * Keeps an index of the sessions outside their storage, and notices when some of them are gone at the start, from both
 * places that keep them: because the system has no keyring, or a browser has lost its site data. Call once, at
 * activation. Returns undefined when the sessions could not be read. Never rejects.
 */
export async function watchForLostSessions(
  store: SessionStore,
  memento: vscode.Memento,
  notices: NoticeEmitter,
  { log }: Runtime,
): Promise<StartupCheck | undefined> {
  const before = readSessionIndex(memento);
  const updateIndex = async (): Promise<void> => {
    try {
      await writeSessionIndex(
        memento,
        store.sessions().filter(({ state }) => state === 'live'),
      );
    } catch (error) {
      log.warn(`The index of sessions could not be written: ${describeError(error)}.`); // the next change retries
    }
  };
  store.onDidChange(() => void updateIndex());
  try {
    await store.load();
  } catch (error) {
    log.warn(`The sessions cannot be read now: ${describeError(error)}.`);
    return undefined; // which says nothing about whether they are there
  }
  await updateIndex();
  // Sessions that ended, were signed out, or cannot be read are not lost.
  const gone = before.filter(({ id }) => store.get(id) === undefined && !store.isUnreadable(id));
  for (const lost of Map.groupBy(gone, ({ serviceId }) => serviceId).values()) await notices.lost(lost);
  return { expected: before.length, lost: gone.length };
}
