import assert from 'node:assert/strict';

import { SessionWorld, type Window } from './sessionWorld.ts';

/*
 * A table language for what happens to one session in two windows. Each row is one test. An example:
 *
 *   {
 *     name: 'a sign-out in the other window ends the session here, too',
 *     a: { lifeMs: 3_600_000 },            // storage holds the session `a` with `access 1`, which lasts an hour
 *     takes: { read: 20 },                 // the storage answers a read after 20 ms
 *     steps: [
 *       [0, 'two', 'signs out'],           // at once, the person signs out of `a` in window two
 *       [1_000, 'one', 'lists'],           // one second after the beginning, an extension asks window one
 *     ],
 *     listed: [],                          // at the end, an extension gets no session in either window
 *     heard: ['removed a'],                // each window has told of this change, and of no other
 *     asked: ['revoke access 1'],          // the service was asked for this, and for nothing else
 *   }
 *
 * A step begins at its time. It does not wait until the step before has ended. Tokens count up: a first renewal or a
 * second sign-in brings `access 2`. A session that a sign-in makes is called `new 1`.
 */

export interface Row {
  /** What the code does, as a sentence. */
  readonly name: string;
  /** The session that both windows know at the start. It has `refresh 1` when it is refreshable. */
  readonly a?: { readonly lifeMs?: number; readonly refreshable?: boolean };
  /** How long each answer takes, in milliseconds: of the service, and of the storage. */
  readonly takes?: { readonly verify?: number; renew?: number; read?: number; write?: number };
  readonly steps: readonly Step[];
  /** What an extension gets at the end, in both windows. */
  readonly listed: readonly string[];
  /** The changes that both windows tell of, or those of each window. Absent: none. */
  readonly heard?: readonly string[] | { readonly one: readonly string[]; readonly two: readonly string[] };
  /** All requests to the service, in order. Absent: none. */
  readonly asked?: readonly string[];
  /** All that the person is told, in any window. Absent: nothing. */
  readonly told?: readonly string[];
}

/** The time is in milliseconds after the beginning. */
export type Step =
  | readonly [atMs: number, who: 'one' | 'two', does: keyof typeof ACTIONS]
  | readonly [
      atMs: number,
      who: 'service',
      does:
        | { readonly rejects: readonly string[] }
        | 'goes offline'
        | 'is back'
        | 'refuses the client'
        | 'rotates',
    ]
  | readonly [atMs: number, who: 'clock', does: { readonly jumpsMs: number }]
  /** Another program changes what is stored, such as a tool that restores files, and the windows hear of it. */
  | readonly [atMs: number, who: 'storage', does: 'gets the first text back' | 'loses the text'];

/** What a window can do. */
const ACTIONS = {
  /** An extension asks for its sessions. */
  lists: (_, { sessions }) => sessions.settle(),
  /** An extension asks whether `a` still works. */
  verifies: (_, { sessions, closed }) => sessions.verification.verify('a', closed.signal),
  'signs out': (_, { sessions }) => sessions.signOut('a'),
  /** The person ends a sign-in as the account of `a`, for the same scopes. */
  'signs in': (world, window) => world.signIn(window, world.service.grant()),
  'signs in for other scopes': (world, window) => world.signIn(window, world.service.grant(), ['email']),
} satisfies Record<string, (world: SessionWorld, window: Window) => unknown>;

/** Plays one row, and checks all of it. */
export async function play(row: Row): Promise<void> {
  const world = new SessionWorld();
  const { clock, storage, service } = world;
  const first = world.have('a', service.grant(row.a));
  const windows = { one: await world.ready(), two: await world.ready() };
  const { one, two } = windows;
  const { read = 0, write = 0, ...ofService } = row.takes ?? {};
  [storage.readMs, storage.writeMs] = [read, write];
  Object.assign(service.takes, ofService);
  const begunMs = clock.ranMs;
  const work: unknown[] = [];
  for (const [atMs, who, does] of row.steps) {
    await clock.advance(begunMs + atMs - clock.ranMs);
    if (who === 'clock') clock.jump(does.jumpsMs);
    else if (who === 'storage' && does === 'loses the text') storage.lose('a');
    else if (who === 'storage') storage.restore(first);
    else if (who !== 'service') work.push(ACTIONS[does](world, windows[who]));
    else if (does === 'refuses the client') service.refusesClient = true;
    else if (does === 'rotates') service.rotates = true;
    else if (typeof does === 'string') service.offline = does === 'goes offline';
    else service.reject(...does.rejects);
  }
  await clock.run(Promise.all(work));
  await world.quiet();
  assert.deepEqual(service.asked, row.asked ?? [], 'what the service is asked');
  assert.deepEqual(service.reused, [], 'no refresh token is sent twice');
  for (const window of [one, two]) assert.deepEqual(await world.listed(window), row.listed, 'what is listed');
  await world.quiet();
  assert.deepEqual(one.sessions.records.configured(), two.sessions.records.configured(), 'the windows agree');
  assert.deepEqual(
    new Set(world.storedLive()),
    new Set(one.sessions.records.configured()),
    'storage agrees with them',
  );
  const { heard: all = [] } = row;
  const heard = 'one' in all ? all : { one: all, two: all };
  assert.deepEqual({ one: world.heard(one), two: world.heard(two) }, heard, 'what is heard');
  assert.deepEqual(world.told(), row.told ?? [], 'what the person is told');
}
