import assert from 'node:assert/strict';

import { isOver } from '../../../src/sessions/sessionEnd.ts';
import { deserialize, type SessionRecord } from '../../../src/sessions/sessionRecord.ts';
import { isLive } from '../../../src/sessions/sessionChange.ts';
import { SessionWorld, type Window } from './sessionWorld.ts';

/** Never within the moment in which a write is answered: each answer is a message of its own. */
export const LEAST_READ_MS = 5;

/** What can happen. `window` and `session` count round those that there are. */
export type Step =
  | { does: 'sign in'; window: number; account: string; scope: string; lifeMs?: number; refreshable: boolean }
  | { does: 'sign out' | 'verify'; window: number; session: number }
  | { does: 'list' | 'focus' | 'reopen'; window: number }
  | { does: 'reject'; session: number; what: 'access' | 'refresh' | 'both' }
  | { does: 'write an old version'; version: number }
  | { does: 'pass' | 'jump'; ms: number }
  | { does: 'slow'; readMs: number; writeMs: number; serviceMs: number; eventsFirst: boolean }
  | { does: 'offline'; offline: boolean }
  | { does: 'come to rest' };

/** The windows, and what they should have. */
export class SessionModel {
  readonly #world = new SessionWorld();
  /** What each window had when it opened. */
  readonly #atFirst = new Map<Window, SessionRecord[]>();
  /** Every version of a session that was ever stored. */
  readonly #versions: { key: string; text: string }[] = [];
  /** Which windows were there when a session was removed, and so know. */
  readonly #witnesses = new Map<string, readonly Window[]>();
  /** The last sign-in of each session, as long as nothing has happened that may end it. */
  readonly #due = new Map<string, SessionRecord>();
  /** Sessions that a person has begun to sign out of, and that they are signed out of. */
  readonly #leaving = new Set<string>();
  readonly #left = new Set<string>();
  /** Access tokens that the service has rejected of its own, and those of which a window has said so. */
  readonly #rejected = new Set<string>();
  readonly #reported = new Set<string>();
  /** How many sign-outs have begun, and how many are over. */
  #signOuts = { begun: 0, over: 0 };
  #work: Promise<unknown>[] = [];
  #latestMs = 0;
  /** Some may still be on their way into storage. */
  #hasRefreshTokens = false;
  /** Claims run out when a laptop sleeps over them. */
  #hasSlept = false;

  async begin(): Promise<void> {
    const { secrets, windows } = this.#world;
    secrets.window().onDidChange(({ key }) => {
      const text = secrets.stored.get(key);
      if (text === undefined) this.#witnesses.set(key, [...windows]);
      else this.#versions.push({ key, text });
    });
    secrets.readMs = LEAST_READ_MS;
    while (windows.length < 3) await this.#open();
  }

  async take(it: Step): Promise<void> {
    const { clock, secrets, service, windows } = this.#world;
    const one = windows['window' in it ? it.window : 0];
    assert.ok(one);
    const known = one.sessions.known();
    const record = 'session' in it ? known[it.session % known.length] : undefined;
    switch (it.does) {
      case 'sign in':
        this.#signIn(one, it);
        break;
      case 'sign out':
        if (record !== undefined) this.#signOut(one, record);
        break;
      case 'verify':
        if (record !== undefined) this.#begin(this.#verify(one, record));
        break;
      case 'list':
        this.#begin(this.#list(one));
        break;
      case 'focus':
        for (const each of windows) each.focused = each === one;
        this.#begin(this.#world.comeBackTo(one));
        break;
      case 'reopen':
        await this.#quiet();
        this.#world.close(one);
        await this.#open();
        break;
      case 'reject':
        if (record !== undefined) this.#reject(record, it.what);
        break;
      case 'write an old version':
        // A window that has yet to hear of a renewal has no way to know that what it finds is old.
        if (this.#hasRefreshTokens) await this.#quiet();
        // Nor has one that has yet to hear of a sign-out, or was opened after it: those that know put it right.
        if (this.#signOuts.begun > 0) await this.#quiet();
        await this.#writeOld(it.version);
        if (this.#signOuts.begun > 0) await this.#quiet();
        break;
      case 'pass':
        await clock.advance(it.ms);
        break;
      case 'jump':
        this.#hasSlept = true;
        // The claim on a renewal runs out while a laptop sleeps: two windows then send the same token.
        if (this.#hasRefreshTokens) await this.#quiet();
        clock.jump(it.ms);
        break;
      case 'slow':
        secrets.readMs = it.readMs;
        secrets.writeMs = it.writeMs;
        secrets.eventsFirst = it.eventsFirst;
        service.takes.renew = service.takes.verify = it.serviceMs;
        break;
      case 'offline':
        service.offline = it.offline;
        break;
      case 'come to rest':
        await this.rest();
        break;
    }
    await clock.settle();
    this.#latestMs = Math.max(this.#latestMs, clock.now());
  }

  /** Lets all come to its end, and checks everything. */
  async rest(): Promise<void> {
    const { clock, service, windows } = this.#world;
    await this.#quiet();
    const { offline } = service;
    service.offline = false;
    await clock.advance(61_000); // windows that have found it offline try again, whatever has become of the clock
    for (const each of windows) await clock.run(this.#list(each));
    await this.#quiet();
    this.#check();
    service.offline = offline;
  }

  #check(): void {
    const { clock, secrets, service, windows } = this.#world;
    const nowMs = clock.now();
    const [known = [], ...others] = windows.map(({ sessions }) => sessions.known().sort(byId));
    for (const other of others) assert.deepEqual(other, known, 'the windows agree');
    const stored = [...secrets.stored.values()].map(deserialize).filter((each) => each && isLive(each));
    assert.deepEqual(new Set(stored), new Set(known), 'what they know is what is stored');
    for (const each of windows) this.#checkChanges(each);
    assert.deepEqual(service.reused, [], 'no refresh token is sent twice');

    const kinds = known.map(({ person, scopes }) => `${person.accountId} ${scopes.join()}`);
    if (!this.#hasSlept) assert.deepEqual(kinds, [...new Set(kinds)], 'there are no twins');
    const listed = known.filter((record) => !isOver(record, nowMs));
    for (const { id, accessToken } of listed) {
      assert.ok(!this.#leaving.has(id), `signed out of, and back: ${id}`);
      assert.ok(!this.#reported.has(accessToken), `rejected, and listed: ${accessToken}`);
      const isGood = service.accepts(accessToken) || this.#rejected.has(accessToken);
      assert.ok(isGood, `listed, and of no use any more: ${accessToken}`);
    }
    for (const [id, record] of this.#due) {
      const hasEnded = record.refreshToken === undefined && isOver(record, this.#latestMs);
      if (hasEnded) this.#due.delete(id);
      else
        assert.ok(
          listed.some((each) => each.id === id),
          `lost: ${id}, ${record.accessToken}`,
        );
    }
  }

  /** Whoever follows a window's changes knows what it lists, and hears of nothing that is none. */
  #checkChanges(one: Window): void {
    const had = new Map(this.#atFirst.get(one)?.map((record) => [record.id, record]));
    for (const { kind, record } of one.changes) {
      const before = had.get(record.id);
      assert.equal(before !== undefined, kind !== 'added', `${kind} fits what was before`);
      if (kind === 'changed') assert.notDeepEqual(before && look(before), look(record), 'it has changed');
      if (kind === 'removed') had.delete(record.id);
      else had.set(record.id, record);
    }
    const bare = (records: Iterable<SessionRecord>): string[] =>
      [...records].map(({ id, accessToken }) => `${id} ${accessToken}`).sort();
    assert.deepEqual(bare(had.values()), bare(one.sessions.known()), 'the changes tell all');
  }

  #signIn(one: Window, { account, scope, ...wanted }: Step & { does: 'sign in' }): void {
    const [left, { over }] = [new Set(this.#left), this.#signOuts];
    const grant = this.#world.service.grant(wanted);
    this.#hasRefreshTokens ||= wanted.refreshable;
    this.#begin(
      this.#world.signIn(one, grant, [scope], account).then((record) => {
        assert.ok(!left.has(record.id), 'a sign-in gets no id that was signed out of before');
        const last = this.#due.get(record.id)?.createdAtMs ?? -Infinity;
        // Whether a sign-out of the account that is under way is of this one, too, is anybody's guess.
        // So is which of two counts that came in the same millisecond.
        const isClear = this.#signOuts.begun === over && record.createdAtMs !== last;
        if (record.createdAtMs < last) return; // another window was later
        if (isClear) this.#due.set(record.id, record);
        else this.#due.delete(record.id);
      }),
    );
  }

  #signOut(one: Window, { id, person }: SessionRecord): void {
    this.#signOuts.begun++;
    this.#leaving.add(id);
    const nowMs = this.#world.clock.now();
    const inSight = one.sessions.known().filter((each) => !isOver(each, nowMs));
    for (const [each, record] of this.#due) {
      const isOfAccount = record.person.accountId === person.accountId;
      const isInSight = inSight.some((known) => known.id === each);
      if (each === id || (isOfAccount && !isInSight)) this.#due.delete(each);
    }
    this.#begin(
      one.sessions.signOut(id).then(() => {
        this.#left.add(id);
        this.#signOuts.over++;
      }),
    );
  }

  async #verify(one: Window, { id, accessToken }: SessionRecord): Promise<void> {
    if (!(await one.sessions.verify(id, one.closed.signal))) this.#reported.add(accessToken);
  }

  async #list({ sessions }: Window): Promise<void> {
    for (const record of await sessions.list())
      assert.ok(!isOver(record, this.#world.clock.now()), 'nothing is handed out that is over');
  }

  #reject({ id, accessToken, refreshToken }: SessionRecord, what: 'access' | 'refresh' | 'both'): void {
    this.#rejected.add(accessToken);
    this.#world.service.reject(
      what === 'refresh' ? undefined : accessToken,
      what === 'access' ? undefined : refreshToken,
    );
    if (refreshToken === undefined || what !== 'access') this.#due.delete(id);
  }

  /** As a window does that has slept through everything since. The windows that are open have not. */
  async #writeOld(index: number): Promise<void> {
    const { secrets, windows } = this.#world;
    const version = this.#versions[index % this.#versions.length];
    if (version === undefined) return;
    const { key, text } = version;
    const isKnown = this.#witnesses.get(key)?.some((each) => windows.includes(each)) ?? true;
    if (secrets.stored.has(key) || isKnown)
      await this.#world.clock.run(Promise.resolve(secrets.window().store(key, text)));
  }

  async #open(): Promise<void> {
    const opened = await this.#world.ready();
    this.#atFirst.set(opened, opened.sessions.known());
  }

  #begin(work: Promise<unknown>): void {
    work.catch(() => undefined); // it fails when all has come to rest
    this.#work.push(work);
  }

  async #quiet(): Promise<void> {
    await this.#world.clock.run(Promise.all(this.#work));
    this.#work = [];
    await this.#world.quiet();
    this.#latestMs = Math.max(this.#latestMs, this.#world.clock.now());
  }
}

function byId(a: SessionRecord, b: SessionRecord): number {
  return a.id.localeCompare(b.id);
}

function look({ accessToken, expiresAtMs, scopes, person }: SessionRecord): unknown {
  return { accessToken, expiresAtMs, scopes, person };
}
