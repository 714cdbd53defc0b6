import assert from 'node:assert/strict';

import { isNewerItem, type Item, itemOf, newestItems } from '../../../src/sessions/items.ts';
import type { LiveSession } from '../../../src/sessions/record.ts';
import type { FakeStorage } from './fakeStorage.ts';
import { SessionWorld, type Window } from './sessionWorld.ts';

/** What can happen. `window` and `session` are taken modulo the number that there are. */
export type Step =
  | {
      does: 'sign in';
      window: number;
      account: string;
      scope: string;
      lifeMs?: number;
      refreshable: boolean;
      cancelAfterMs?: number;
    }
  | { does: 'sign out' | 'verify'; window: number; session: number }
  | { does: 'list' | 'come back' | 'open' | 'close' | 'kill' | 'stop' | 'go on'; window: number }
  | { does: 'reject'; session: number; what: 'access' | 'refresh' | 'both' }
  | { does: 'pass' | 'jump'; ms: number }
  | {
      does: 'storage';
      /** Both are the same when there is one place for everything. */
      place: 'secrets' | 'shared' | 'both';
      readMs: number;
      writeMs: number;
      eventsFirst: boolean;
      state: 'works' | 'fails' | 'hangs';
    }
  /** A place loses everything. */
  | { does: 'lose'; place: 'secrets' | 'shared' }
  | { does: 'service'; takesMs: number; offline: boolean; rotates: boolean }
  /** The user sets a server, and every window gets the event. */
  | { does: 'set'; server: string };

/** The most windows that are open at the same time. */
const MAX_WINDOWS = 4;
/** Longer than the pause after a failed renewal, and than the longest delay between two attempts to store. */
const ALL_PAUSES_MS = 130_000;

/**
 * Windows to which anything may happen, and rules that must hold once they come to rest:
 *
 * 1. All windows agree.
 * 2. Storage agrees with them.
 * 3. No session that was signed out, and no grant of a failed sign-in, is there.
 * 4. No refresh token was sent twice.
 * 5. Only sessions of the configured server are handed out.
 * 6. No session was taken for rejected because another window had received a new token for it.
 * 7. Once a window has seen a version, no window and no start takes an older one for current.
 */
export class SessionModel {
  readonly #world: SessionWorld;
  /** The newest version of each session that any window has seen. */
  readonly #newest = new Map<string, Item>();
  readonly #stopped = new Set<Window>();
  /** A window was stopped for so long that another one could take its lock. */
  #hasLostLock = false;
  /** Sessions that were signed out, and access tokens of sign-ins that failed, with the window that did it. */
  readonly #signedOut = new Map<string, Window | undefined>();
  readonly #unkept = new Map<string, Window>();
  /** Refresh tokens that were used by a window that died before it could store what it got. */
  readonly #excused = new Set<string>();
  /** Sessions with a token that a test step has rejected, or that a window may have lost when it died. */
  readonly #maybeRejected = new Set<string>();
  /** What is under way, and in which window. */
  readonly #work = new Map<Promise<unknown>, Window>();

  /** In the world of a web worker, rules 3, 4 and 7 are not promised. */
  constructor(world = new SessionWorld()) {
    this.#world = world;
  }

  async begin(): Promise<void> {
    while (this.#world.windows.length < 2) await this.#world.ready();
  }

  async take(step: Step): Promise<void> {
    const { clock, service, windows } = this.#world;
    const window = windows['window' in step ? step.window % windows.length : 0];
    assert.ok(window);
    const live = window.sessions.records.liveSessions();
    const record = 'session' in step ? live[step.session % live.length] : undefined;
    switch (step.does) {
      case 'sign in':
        this.#signIn(window, step);
        break;
      case 'sign out':
        if (record !== undefined) this.#signOut(window, record);
        break;
      case 'verify':
        if (record !== undefined)
          this.#begin(window, window.sessions.verification.verify(record.id, window.closed.signal));
        break;
      case 'list':
        this.#begin(window, window.sessions.settle());
        break;
      case 'come back':
        for (const each of windows) each.focused = each === window;
        await this.#world.comeBackTo(window);
        break;
      case 'open':
        if (windows.length < MAX_WINDOWS) this.#world.open();
        break;
      case 'close':
      case 'kill':
        await this.#end(window, step.does);
        break;
      case 'stop':
        window.storage.stop();
        window.locks.freeze();
        this.#stopped.add(window);
        this.#hasLostLock = true;
        break;
      case 'go on':
        this.#goOn(window);
        break;
      case 'lose':
        this.#placeOf(step).loseAll();
        this.#forgetLost();
        break;
      case 'reject': {
        const { accessToken, refreshToken } = record?.grant ?? {};
        if (record !== undefined) this.#maybeRejected.add(record.id);
        service.reject(...(step.what === 'refresh' ? [] : [accessToken]));
        service.reject(...(step.what === 'access' ? [] : [refreshToken]));
        break;
      }
      case 'pass':
        await clock.advance(step.ms);
        break;
      case 'jump':
        clock.jump(step.ms);
        break;
      case 'storage':
        this.#setStorage(step);
        break;
      case 'service':
        service.offline = step.offline;
        service.rotates = step.rotates;
        service.takes.renew = service.takes.verify = service.takes.extend = step.takesMs;
        break;
      case 'set':
        service.server = step.server;
        for (const { all } of windows) all.followSettings();
        break;
    }
    await clock.settle();
    this.#see();
  }

  /** Lets everything come to its end, with a storage and a service that work, and checks the rules. */
  async rest(): Promise<void> {
    const { clock, service, windows } = this.#world;
    const { offline } = service;
    service.offline = false;
    for (const window of this.#stopped) this.#goOn(window);
    this.#repairStorage();
    for (const round of ['finish all work', 'settle what has ended since'] as const) {
      // A window in a browser never sees what another one has written to SecretStorage alone. The next start does. In a
      // web worker, it may be there only once all work has ended: windows can undo the last write of one that closes.
      if (this.#world.kind !== undefined) await this.#world.ready();
      await clock.run(Promise.all(windows.map((each) => each.sessions.settle())));
      await clock.run(Promise.all(this.#work.keys()));
      await this.#world.quiet();
      if (round === 'finish all work') await clock.advance(ALL_PAUSES_MS);
    }
    this.#check();
    service.offline = offline;
  }

  #check(): void {
    const { service, windows } = this.#world;
    const isWeb = this.#world.kind === 'web';
    const byId = (a: LiveSession, b: LiveSession): number => (a.id < b.id ? -1 : 1);
    const stored = this.#world.storedLive().sort(byId);
    for (const { sessions } of windows) {
      assert.deepEqual(sessions.records.liveSessions().sort(byId), stored, 'the windows and storage agree');
      const shown = stored.filter(({ server }) => server === service.server);
      assert.deepEqual(
        sessions.records.configured().sort(byId),
        shown,
        'those of the server that is set are shown',
      );
    }
    const items = newestItems(this.#names());
    for (const [id, item] of isWeb ? [] : this.#newest) {
      const there = items.get(id);
      assert.ok(there !== undefined && !isNewerItem(item, there), 'nothing goes back');
    }
    for (const { id, grant } of isWeb ? [] : stored) {
      assert.ok(!this.#signedOut.has(id), 'what was signed out is gone');
      assert.ok(!this.#unkept.has(grant.accessToken), 'what a failed sign-in brought is gone');
    }
    const reused = service.reused.filter((token) => !this.#excused.has(token));
    if (!isWeb && !this.#hasLostLock) assert.deepEqual(reused, [], 'no refresh token is sent twice');
    for (const record of windows.flatMap((each) => each.sessions.records.ended()))
      if (record.reason === 'rejected')
        assert.ok(this.#maybeRejected.has(record.id), 'a session whose token was good goes on');
  }

  /** In a browser, what only SecretStorage has can be undone by the next secret of another window. */
  #isMarkShared(id: string): boolean {
    const { kind, places } = this.#world;
    const shared = places?.shared.stored ?? new Map<string, string>();
    return kind !== 'browser' || newestItems(shared.keys()).get(id)?.isMark === true;
  }

  #signIn(
    window: Window,
    { account, scope, cancelAfterMs, ...life }: Extract<Step, { does: 'sign in' }>,
  ): void {
    const grant = this.#world.service.grant(life);
    const cancel = new AbortController();
    if (cancelAfterMs !== undefined) {
      const { clock, windows } = this.#world;
      clock.at(clock.ranMs + cancelAfterMs, () => {
        // Nobody can cancel in a window that has closed meanwhile. What it has stored by then stays.
        if (windows.includes(window)) cancel.abort(new Error('canceled'));
      });
    }
    const keeping = this.#world.signIn(window, grant, [scope], account, cancel.signal);
    this.#begin(
      window,
      keeping.catch((error: unknown) => {
        this.#unkept.set(grant.accessToken, window);
        throw error;
      }),
    );
  }

  #signOut(window: Window, { id }: LiveSession): void {
    this.#signedOut.set(id, window);
    // In a web worker a stale window can bring it back. The service has revoked its token then.
    if (this.#world.kind === 'web') this.#maybeRejected.add(id);
    const leaving = window.sessions.signOut(id);
    this.#begin(
      window,
      leaving.then(() => {
        if (window.store.liveSession(id) === undefined && this.#signedOut.has(id))
          this.#signedOut.set(id, undefined);
      }),
    );
  }

  /**
   * What a window has not stored when its process ends is lost, and the rules leave it out. A storage that fails
   * is repaired first. Otherwise a window could lose all that happened in it.
   */
  async #end(window: Window, how: 'close' | 'kill'): Promise<void> {
    if (this.#world.windows.length === 1) return;
    const { service } = this.#world;
    this.#repairStorage();
    await this.#world.clock.settle(); // what hung goes on before the window ends
    if (how === 'close') await this.#world.close(window);
    else this.#world.kill(window);
    for (const [work, by] of this.#work) if (by === window) this.#work.delete(work);
    for (const [id, by] of this.#signedOut)
      if (by === window || (by === undefined && !this.#isMarkShared(id))) {
        this.#signedOut.delete(id);
        this.#maybeRejected.add(id); // its token may be revoked and its mark lost
      }
    // A place may have lost what another window still knows.
    const known = this.#world.windows.flatMap(({ sessions }) => sessions.records.liveSessions());
    for (const { id, grant } of [...this.#world.storedLive(), ...known]) {
      this.#maybeRejected.add(id);
      if (this.#unkept.get(grant.accessToken) === window) this.#unkept.delete(grant.accessToken);
      if (grant.refreshToken !== undefined && service.isUsed(grant.refreshToken))
        this.#excused.add(grant.refreshToken);
    }
    this.#stopped.delete(window);
    this.#forgetLost();
  }

  /**
   * Leaves out of the rules what no place and no window has any longer. So is what only the SecretStorage of a browser
   * has: another window there has not read it, and writes all that it has.
   */
  #forgetLost(): void {
    this.#newest.clear();
    const { kind, places } = this.#world;
    const names = kind === 'desktop' || places === undefined ? this.#names() : places.shared.stored.keys();
    for (const [id, item] of newestItems(names)) this.#newest.set(id, item);
    this.#see();
    for (const id of this.#signedOut.keys())
      if (this.#newest.get(id)?.isMark !== true) this.#signedOut.delete(id);
  }

  #goOn(window: Window): void {
    window.storage.goOn();
    window.locks.thaw();
    this.#stopped.delete(window);
  }

  #see(): void {
    for (const { store } of this.#world.windows)
      for (const record of store.records()) {
        const item = itemOf(record);
        const newest = this.#newest.get(record.id);
        if (newest === undefined || isNewerItem(item, newest)) this.#newest.set(record.id, item);
      }
  }

  #names(): string[] {
    const { places, storage } = this.#world;
    return places === undefined ? [...storage.stored.keys()] : [...places.newest().keys()];
  }

  #placeOf({ place }: { readonly place: 'secrets' | 'shared' }): FakeStorage {
    return this.#world.places?.[place] ?? this.#world.storage;
  }

  #placesOf(place: 'secrets' | 'shared' | 'both'): FakeStorage[] {
    const { places, storage } = this.#world;
    if (places === undefined) return [storage];
    return place === 'both' ? [places.secrets, places.shared] : [places[place]];
  }

  /** It works from now on, as slowly as before. */
  #repairStorage(): void {
    for (const place of ['secrets', 'shared'] as const) {
      const [{ readMs, writeMs, eventsFirst }] = this.#placesOf(place) as [FakeStorage];
      this.#setStorage({ place, readMs, writeMs, eventsFirst, state: 'works' });
    }
  }

  #setStorage({ place, state, ...to }: Omit<Extract<Step, { does: 'storage' }>, 'does'>): void {
    for (const storage of this.#placesOf(place)) {
      Object.assign(storage, to);
      storage.writeFailure = state === 'fails' ? new Error('locked') : undefined;
      storage.readFailure = storage.writeFailure;
      storage.hangs = state === 'hangs';
    }
  }

  /** The work may fail, because the storage fails or the sign-in is canceled. */
  #begin(window: Window, work: Promise<unknown>): void {
    const settled = work.catch(() => undefined).finally(() => this.#work.delete(settled));
    this.#work.set(settled, window);
  }
}
