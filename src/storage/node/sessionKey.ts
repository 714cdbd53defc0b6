import { randomBytes } from 'node:crypto';
import type * as vscode from 'vscode';

import type { Runtime } from '../../base/runtime.ts';
import type { WindowLocks } from '../../sessions/windowLocks.ts';
import { askForKey, offerKey } from './keyExchange.ts';
import { KEY_BYTES } from './sessionCipher.ts';

/** Where SecretStorage holds the key of the stored sessions. */
const KEY = 'sessionKey';

/** A window that offers its new key to the others holds this lock. See keyExchange.ts. */
const OFFER = 'offer of the session key';

/**
 * The key of the stored sessions: from SecretStorage, or a new one. Windows that start together for the first time
 * take turns. The first one makes the key, and the others get it. Rejects with VS Code's error when SecretStorage
 * cannot be used.
 */
export async function sessionKey(
  secrets: vscode.SecretStorage,
  memento: vscode.Memento,
  locks: WindowLocks,
  runtime: Runtime,
): Promise<Uint8Array> {
  const stored = await readKey(secrets);
  if (stored !== undefined) return stored;
  return locks.withLock('session key', runtime.closed, async () => {
    const ofAnotherWindow = await readKey(secrets);
    if (ofAnotherWindow !== undefined) return ofAnotherWindow;
    const nobodyOffers = new AbortController();
    const offered = Promise.withResolvers<unknown>();
    // Now, or when the offer of another window ends: because its time is over, or its window closes or crashes.
    const offering = locks.withLock(OFFER, runtime.closed, () => {
      nobodyOffers.abort();
      return offered.promise;
    });
    offering.catch(() => undefined); // this window closes
    let offer: Promise<void> | undefined;
    try {
      const given = await askForKey(memento, runtime, nobodyOffers.signal);
      if (given === undefined) runtime.log.info('No key for stored sessions yet: making one.');
      const key = given ?? randomBytes(KEY_BYTES);
      // Also a key that was given: in a browser, this window's next change of any secret overwrites the other's.
      await secrets.store(KEY, Buffer.from(key).toString('base64'));
      if (given === undefined) offer = offerKey(key, memento, runtime);
      return key;
    } finally {
      offered.resolve(offer);
    }
  });
}

async function readKey(secrets: vscode.SecretStorage): Promise<Uint8Array | undefined> {
  const bytes = Buffer.from((await secrets.get(KEY)) ?? '', 'base64');
  return bytes.length === KEY_BYTES ? bytes : undefined;
}
