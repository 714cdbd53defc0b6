import { describeError } from '../base/log.ts';
import { MAX_CODE_LIFETIME_MS } from '../oauth/deviceGrant.ts';
import { itemFor, newestItems } from '../sessions/items.ts';
import { MarkSweep } from '../sessions/markSweep.ts';
import { HeldElsewhereError, type HeldLock } from '../sessions/ports.ts';
import { type KeptParts, KeptSignIn, lockName, STALE_AFTER_MS } from './keptSignIn.ts';
import { type About, newestItemOf, readSignIn, type SignInRecord } from './signInRecord.ts';

/** VS Code gives a closing window five seconds. */
const FINISH_LIMIT_MS = 4_000;

/** A sign-in that no window works on anymore. */
export interface InterruptedSignIn {
  readonly record: SignInRecord;
  readonly kept: KeptSignIn;
}

/** The sign-ins that have begun and not ended, stored in case their window closes. */
export class KeptSignIns {
  readonly #parts: KeptParts;
  readonly #marks: MarkSweep;
  /** Those that this window works on, with the end of the work, or is about to work on. */
  readonly #here = new Map<string, { readonly kept?: KeptSignIn; readonly ended: Promise<unknown> }>();
  #takingOver: Promise<unknown> = Promise.resolve();

  constructor(parts: KeptParts) {
    this.#parts = parts;
    // No code is good for longer, so a window that writes one even later brings nothing back.
    this.#marks = new MarkSweep(parts.storage, MAX_CODE_LIFETIME_MS, 'finished sign-ins', parts.runtime);
  }

  /** A sign-in that begins in this window. Nothing is stored yet. */
  begin(about: About): KeptSignIn {
    const kept = new KeptSignIn(crypto.randomUUID(), about, 0, this.#parts);
    this.#workOn(kept.id, kept.ownNew(), kept);
    return kept;
  }

  /**
   * Finds the sign-ins that no window works on, and hands each to `resume`, which must release or forget it. Resolves
   * when each has been handed over or has an owner that is alive. Never rejects.
   */
  async takeOver(resume: (interrupted: InterruptedSignIn) => void): Promise<void> {
    const takingOver = this.#takeOver(resume);
    this.#takingOver = Promise.all([this.#takingOver, takingOver]);
    await takingOver;
  }

  /** Resolves when `takeOver` has, if it was called. Never rejects. */
  async takeOverFinished(): Promise<void> {
    await this.#takingOver;
  }

  /**
   * Ends what another window may have left of its sign-in: it has a session, and the window can have closed too early.
   * Never rejects.
   */
  async endLeftover(id: string | undefined): Promise<void> {
    if (id === undefined || this.#here.has(id)) return;
    const { storage, runtime } = this.#parts;
    try {
      const left = await newestItemOf(storage, id);
      if (left === undefined || left.isMark) return;
      const { revision } = left.version;
      await storage.add(itemFor(id, { ...left.version, revision: revision + 1 }, undefined), '');
    } catch (error) {
      if (!runtime.closed.aborted)
        runtime.log.warn(`A finished sign-in may still be stored: ${describeError(error)}.`);
    }
  }

  /** Whether a sign-in with this service is in progress in any window. Rejects with the platform's error. */
  async isInProgress(serviceId: string): Promise<boolean> {
    const { storage } = this.#parts;
    if ([...this.#here.values()].some(({ kept }) => kept?.serviceId === serviceId)) return true;
    for (const { id, isMark } of newestItems(await storage.names()).values())
      if (!isMark && (await readSignIn(storage, id))?.record.serviceId === serviceId) return true;
    return false;
  }

  /** Leaves all sign-ins of this window to another one, after the requests that are under way. Never rejects. */
  async finish(): Promise<void> {
    const here = [...this.#here.values()];
    for (const { kept } of here) kept?.interrupt();
    const done = new AbortController();
    const late = this.#parts.runtime.clock.sleep(FINISH_LIMIT_MS, done.signal).catch(() => undefined);
    await Promise.race([Promise.all(here.map(({ ended }) => ended)), late]);
    done.abort();
  }

  async #takeOver(resume: (interrupted: InterruptedSignIn) => void): Promise<void> {
    const { storage, runtime } = this.#parts;
    try {
      const names = await storage.names();
      void this.#marks.sweep(names);
      const items = [...newestItems(names).values()].filter(
        ({ id, isMark }) => !isMark && !this.#here.has(id),
      );
      await Promise.all(items.map(({ id }) => this.#takeOverOne(id, resume)));
    } catch (error) {
      if (!runtime.closed.aborted)
        runtime.log.warn(`Sign-ins in progress cannot be read: ${describeError(error)}.`);
    }
  }

  /** Resolves when the sign-in has been handed over, or cannot be. Never rejects. */
  async #takeOverOne(id: string, resume: (interrupted: InterruptedSignIn) => void): Promise<void> {
    const { storage, locks, runtime } = this.#parts;
    const handedOver = Promise.withResolvers<undefined>();
    const work = async (lock: HeldLock): Promise<void> => {
      if (!(await lock.isHeld())) return; // every window would continue it
      const stored = await readSignIn(storage, id); // another window may have ended it since
      if (stored === undefined) return;
      const { record, revision } = stored;
      const { progress, ...about } = record;
      const kept = new KeptSignIn(id, about, revision + 1, this.#parts);
      const owning = kept.own(lock);
      this.#workOn(id, owning, kept);
      resume({ record, kept });
      handedOver.resolve(undefined);
      await owning;
    };
    const ended = locks
      .withLock(lockName(id), runtime.closed, work, STALE_AFTER_MS)
      .catch((error: unknown) => {
        if (!(error instanceof HeldElsewhereError) && !runtime.closed.aborted)
          runtime.log.warn(`A sign-in in progress cannot be continued: ${describeError(error)}.`);
      });
    this.#workOn(id, ended);
    await Promise.race([ended, handedOver.promise]);
  }

  #workOn(id: string, ended: Promise<unknown>, kept?: KeptSignIn): void {
    const entry = { ended, ...(kept && { kept }) };
    this.#here.set(id, entry);
    void ended.finally(() => {
      if (this.#here.get(id) === entry) this.#here.delete(id);
    });
  }
}
