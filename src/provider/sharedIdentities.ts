import { type Disposable, Emitter } from '../base/emitter.ts';
import { tryAgain } from '../base/keepTrying.ts';
import type { Runtime } from '../base/runtime.ts';
import { accountKey, accountsOf, newestFirst, sameAccount } from '../sessions/accounts.ts';
import { isOver } from '../sessions/expiry.ts';
import type { LiveSession } from '../sessions/record.ts';
import type { FoundSession, Sessions } from '../sessions/sessions.ts';
import { StoreError } from '../sessions/storedSessions.ts';
import type { Handle, IdentityHandles } from './identityHandles.ts';

/** A BAP identity that extensions have asked for, with the session behind it. */
export interface SharedIdentity extends FoundSession {
  readonly handle: Handle;
}

export interface SharedChange {
  readonly kind: 'added' | 'changed' | 'removed';
  /** As it is now, or as it was before it was removed. */
  readonly identity: SharedIdentity;
}

/**
 * The signed-in BAP identities, and which of them extensions can get without a token. Such an identity lasts as long as
 * the session behind it, and is away while the settings name another server.
 */
export class SharedIdentities implements Disposable {
  readonly #sessions: Sessions;
  readonly #handles: IdentityHandles;
  readonly #runtime: Runtime;
  readonly #changes = new Emitter<SharedChange>();
  readonly #subscriptions: readonly Disposable[];
  /** By the ids of their handles, as the listeners know them. Undefined before they are read. */
  #announced: ReadonlyMap<string, SharedIdentity> | undefined;

  constructor(sessions: Sessions, handles: IdentityHandles, runtime: Runtime) {
    this.#sessions = sessions;
    this.#handles = handles;
    this.#runtime = runtime;
    this.#subscriptions = [
      handles.onDidChange(() => {
        this.#update();
      }),
      sessions.onDidChange(({ kind, record, isSignIn }) => {
        // The session had ended, and a new sign-in continues it. Another window may have given a handle since.
        const hadEnded = kind === 'added' && isSignIn;
        const { signIn } = handles.of(record.id) ?? {};
        if (hadEnded && signIn !== undefined && signIn < record.version.signIn)
          void handles.takeBack(record.id);
        this.#update();
      }),
    ];
    this.load().catch((error: unknown) =>
      tryAgain('The shared identities could not be read', error, () => this.load(), runtime),
    );
  }

  /** Fires once for each change after `load`, whichever window made it. */
  readonly onDidChange = this.#changes.event;

  /** Reads what is stored, once. Throws a StoreError when it cannot be read; the next call tries again. */
  async load(): Promise<void> {
    const handles = this.#handles.load().catch((cause: unknown) => {
      throw new StoreError('The storage of the identities failed', { cause });
    });
    // At the same time: each list of what is stored is a round trip to VS Code.
    try {
      await Promise.all([this.#sessions.load(), handles]);
    } catch (error) {
      this.#announced ??= new Map(); // others have been told that there are none
      throw error;
    }
    this.#open();
  }

  /** What extensions can get, the latest sign-in first, from memory. A session that waits for its renewal counts. */
  list(): SharedIdentity[] {
    const nowMs = this.#runtime.clock.now();
    return this.#all().filter(
      ({ record, sessions }) => !isOver(record, nowMs) || sessions.renewal.canSucceed(record),
    );
  }

  /** The identity whose handle has this ID. An ID alone proves nothing: compare the handle's text, too. */
  withId(id: string): SharedIdentity | undefined {
    return this.#all().find(({ handle }) => handle.id === id);
  }

  /**
   * One session of each identity that is signed in, the latest sign-in first. Waits for at most ten seconds, and only
   * for sessions that are over and can be renewed. Throws a StoreError when the sessions cannot be read.
   */
  async signedIn(): Promise<LiveSession[]> {
    const { byService } = this.#sessions;
    await Promise.all(byService.map((sessions) => sessions.settle()));
    const sessions = newestFirst(this.#sessions.usable().filter(hasIdentity));
    return accountsOf(sessions).map((account) => account.sessions[0]);
  }

  /** The identity of a session, if extensions can get it. */
  ofSession(record: LiveSession): SharedIdentity | undefined {
    return this.#all().find((identity) => sameAccount(identity.record, record));
  }

  /** Lets extensions get the identity of a session from now on. Undefined when the session is gone. Never rejects. */
  async share(record: LiveSession): Promise<SharedIdentity | undefined> {
    await this.load().catch(() => {
      this.#open(); // where storage fails, it is kept in memory
    });
    if (this.ofSession(record) === undefined) this.#handles.give(record.id, record.version.signIn);
    return this.ofSession(record);
  }

  /** Takes the identity back from all extensions. Returns false when that is not stored yet. */
  async takeBack({ record }: SharedIdentity): Promise<boolean> {
    // Two windows may have given two sessions of one account a handle.
    const ofAccount = this.#live().filter((each) => sameAccount(each.record, record));
    const stored = await Promise.all(ofAccount.map((each) => this.#handles.takeBack(each.record.id)));
    return stored.every(Boolean);
  }

  dispose(): void {
    for (const each of [...this.#subscriptions, this.#changes, this.#handles]) each.dispose();
  }

  #all(): SharedIdentity[] {
    const newest = this.#live().sort((a, b) => b.record.signedInAtMs - a.record.signedInAtMs);
    const shared = newest.flatMap((found) => {
      const handle = this.#handles.of(found.record.id);
      return handle === undefined ? [] : [{ ...found, handle }];
    });
    return [...Map.groupBy(shared, ({ record }) => accountKey(record)).values()].flatMap(([first]) =>
      first === undefined ? [] : [first],
    );
  }

  /** The sessions with a BAP identity at the configured servers. */
  #live(): FoundSession[] {
    return this.#sessions.byService.flatMap((sessions) =>
      sessions.records
        .configured()
        .filter(hasIdentity)
        .map((record) => ({ record, sessions })),
    );
  }

  /** Fires no events for what is there at the start. */
  #open(): void {
    this.#announced ??= this.#byHandle();
    this.#update();
  }

  #byHandle(): ReadonlyMap<string, SharedIdentity> {
    return new Map(this.#all().map((identity) => [identity.handle.id, identity]));
  }

  #update(): void {
    if (this.#announced === undefined) return;
    this.#takeBackSignedOut(); // which updates, too
    const before = this.#announced;
    const now = this.#byHandle();
    this.#announced = now;
    for (const [id, identity] of before) if (!now.has(id)) this.#changes.fire({ kind: 'removed', identity });
    for (const [id, identity] of now) {
      const known = before.get(id);
      if (known === undefined) this.#changes.fire({ kind: 'added', identity });
      else if (!isSamePerson(known.record, identity.record))
        this.#changes.fire({ kind: 'changed', identity });
    }
  }

  #takeBackSignedOut(): void {
    const { store } = this.#sessions;
    for (const id of this.#handles.sessionIds())
      if (store.get(id)?.state === 'removed') void this.#handles.takeBack(id);
  }
}

function hasIdentity({ person }: LiveSession): boolean {
  return person.bap !== undefined;
}

function isSamePerson(a: LiveSession, b: LiveSession): boolean {
  return JSON.stringify(a.person) === JSON.stringify(b.person);
}
