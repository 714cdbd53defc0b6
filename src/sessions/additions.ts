import { Emitter } from '../base/emitter.ts';
import { abortable } from '../base/timeLimit.ts';
import type { SessionOf } from './accounts.ts';
import { type GrantLock, handOn } from './grantLock.ts';
import { parseItem } from './items.ts';
import type { SessionMemory } from './memory.ts';
import type { HeldLock } from './ports.ts';
import { afterSignIn, compareVersions, type LiveSession, type Session } from './record.ts';
import type { StoredSessions } from './storedSessions.ts';

/** A new sign-in to keep, and how to find out which session it continues. */
export interface NewSignIn {
  readonly session: SessionOf;
  /** Returns the id of the session that the sign-in continues, if there is one. */
  readonly find: () => string | undefined;
  /** Returns the new version of the session with this id, for the current one. */
  readonly make: (id: string, current: Session | undefined) => LiveSession;
}

/** A new sign-in, and the version of the session that it replaced. */
export interface Added {
  readonly record: LiveSession;
  readonly replaced: Session | undefined;
}

export interface AdditionParts {
  readonly memory: SessionMemory;
  readonly stored: StoredSessions;
  readonly grantLock: GrantLock;
  /** Rereads all sessions. Never rejects: a sign-in that has been approved is kept even if none can be read. */
  readonly reread: () => Promise<void>;
  readonly isUnreadable: (id: string) => boolean;
}

/** Keeps new sign-ins, as `SessionStore.add` promises. */
export class Additions {
  readonly #parts: AdditionParts;
  readonly #notStored = new Emitter<LiveSession>();

  constructor(parts: AdditionParts) {
    this.#parts = parts;
  }

  readonly onNotStored = this.#notStored.event;

  add({ session, find, make }: NewSignIn, signal: AbortSignal): Promise<Added> {
    const { memory, grantLock, reread, isUnreadable } = this.#parts;
    const work = async (lock: HeldLock): Promise<Added> => {
      await reread();
      for (let id = find() ?? crypto.randomUUID(); ; id = crypto.randomUUID()) {
        signal.throwIfAborted();
        const replaced = memory.get(id);
        if (replaced?.state === 'removed' || isUnreadable(id)) continue;
        const added = { record: make(id, replaced), replaced };
        const before = parseItem(lock.handedOn);
        try {
          await this.#keep(added, signal);
        } finally {
          // An undone sign-in leaves a newer version, too. Others still wait for the version of a session that this
          // window has not read.
          if (before === undefined || memory.get(before.id) !== undefined) handOn(lock, memory.itemOf(id));
        }
        const now = memory.get(id);
        const isSignedOut = now?.state === 'removed';
        // The user may have signed out during the write: of the session before it, or of this very sign-in.
        if (!isSignedOut || compareVersions(now.version, added.record.version) >= 0) return added;
      }
    };
    const added = Promise.withResolvers<Added>();
    // Without the lock, two windows that finish the same sign-in together would make two sessions of it.
    grantLock
      .tryToHold(session, signal, async (lock) => {
        added.resolve(await work(lock)); // a cancel while the lock is being released comes too late
      })
      .catch(added.reject);
    return abortable(added.promise, signal);
  }

  dispose(): void {
    this.#notStored.dispose();
  }

  /** Stores a sign-in and publishes it, or undoes it when the signal aborts. */
  async #keep(added: Added, signal: AbortSignal): Promise<void> {
    const { memory, stored } = this.#parts;
    const { record } = added;
    const adding = stored.limited(() => stored.add(record));
    const isStored = await abortable(adding, signal).then(
      () => true,
      () => false, // it failed, which the next attempt logs, or the signal has aborted
    );
    if (signal.aborted) {
      this.#undo(added);
      await stored.saveAtLast(record.id);
      signal.throwIfAborted();
    }
    memory.publish(record);
    if (isStored) return;
    void stored.save(record.id).catch(() => undefined); // logged and retried there
    this.#notStored.fire(record);
  }

  /**
   * Publishes a version that is newer than the one whose write may still land: the session as it is by now, because
   * another window may have ended it in the meantime.
   */
  #undo({ record: { id, version }, replaced }: Added): void {
    const { memory } = this.#parts;
    const now = memory.get(id);
    // One of the storage places may have the write, and have fired its event.
    const isUndone = now !== undefined && compareVersions(now.version, version) === 0;
    const before = isUndone ? replaced : now;
    if (before === undefined) memory.publish({ format: 1, id, version, state: 'removed' });
    else memory.publish({ ...before, version: afterSignIn(version) });
  }
}
