import assert from 'node:assert/strict';

import { SessionWorld, type Window } from './sessionWorld.ts';

/*
 * What happens to one session in two windows, as data. Each scenario is one test. An example:
 *
 *   {
 *     name: 'a sign-out in the other window ends the session here, too',
 *     a: { lifeMs: 3_600_000 },          // storage has the session `a` with `access 1`, which lasts an hour
 *     takes: { read: 20 },               // the storage answers a read after 20 ms
 *     steps: [
 *       [0, 'two', 'signs out'],         // at once, the user signs out of `a` in window two
 *       [1_000, 'one', 'gets sessions'], // one second after the start, an extension asks window one
 *     ],
 *     sessions: [],                      // at the end, an extension gets no session in either window
 *     changes: ['removed a'],            // each window fires this change, and no other
 *     asked: ['revoke access 1'],        // the service is asked for this, and for nothing else
 *   }
 *
 * A step begins at its time, even if an earlier step has not ended. Tokens count up: a first renewal or a second
 * sign-in brings `access 2`. A session that a sign-in creates is called `new 1`.
 */

export interface Scenario {
  /** What the code does, as a sentence. */
  readonly name: string;
  /** The session that both windows know at the start. It has `refresh 1` when it is refreshable. */
  readonly a?: { readonly lifeMs?: number; readonly refreshable?: boolean };
  /** How long the service and the storage take to answer, in milliseconds. */
  readonly takes?: { readonly verify?: number; renew?: number; read?: number; write?: number };
  readonly steps: readonly Step[];
  /** What an extension gets at the end, in both windows. */
  readonly sessions: readonly string[];
  /** The changes that both windows fire, or those of each window. Absent: none. */
  readonly changes?: readonly string[] | { readonly one: readonly string[]; readonly two: readonly string[] };
  /** All requests to the service, in order. Absent: none. */
  readonly asked?: readonly string[];
  /** The notices that the user gets, in any window. Absent: none. */
  readonly notices?: readonly string[];
}

/** The time is in milliseconds since the start. */
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
  /** Another program, such as one that restores files, changes what is stored, and the windows get the event. */
  | readonly [atMs: number, who: 'storage', does: 'gets the first text back' | 'loses the text'];

/** What a window can do. */
const ACTIONS = {
  /** An extension asks for its sessions. */
  'gets sessions': (_, { sessions }) => sessions.settle(),
  /** An extension asks whether `a` still works. */
  verifies: (_, { sessions, closed }) => sessions.verification.verify('a', closed.signal),
  'signs out': (_, { sessions }) => sessions.signOut('a'),
  /** The user completes a sign-in to the account of `a`, for the same scopes. */
  'signs in': (world, window) => world.signIn(window, world.service.grant()),
  'signs in for other scopes': (world, window) => world.signIn(window, world.service.grant(), ['email']),
} satisfies Record<string, (world: SessionWorld, window: Window) => unknown>;

/** Plays one scenario, and checks the outcome. */
export async function play(scenario: Scenario): Promise<void> {
  const world = new SessionWorld();
  const { clock, storage, service } = world;
  const first = world.have('a', service.grant(scenario.a));
  const windows = { one: await world.ready(), two: await world.ready() };
  const { one, two } = windows;
  const { read = 0, write = 0, ...ofService } = scenario.takes ?? {};
  [storage.readMs, storage.writeMs] = [read, write];
  Object.assign(service.takes, ofService);
  const startedMs = clock.ranMs;
  const work: unknown[] = [];
  for (const [atMs, who, does] of scenario.steps) {
    await clock.advance(startedMs + atMs - clock.ranMs);
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
  assert.deepEqual(service.asked, scenario.asked ?? [], 'requests');
  assert.deepEqual(service.reused, [], 'no refresh token is sent twice');
  for (const window of [one, two])
    assert.deepEqual(await world.sessionsOf(window), scenario.sessions, 'sessions');
  await world.quiet();
  assert.deepEqual(one.sessions.records.configured(), two.sessions.records.configured(), 'the windows agree');
  assert.deepEqual(
    new Set(world.storedLive()),
    new Set(one.sessions.records.configured()),
    'storage agrees with them',
  );
  const { changes = [] } = scenario;
  const expected = 'one' in changes ? changes : { one: changes, two: changes };
  assert.deepEqual({ one: world.changesOf(one), two: world.changesOf(two) }, expected, 'changes');
  assert.deepEqual(world.notices(), scenario.notices ?? [], 'notices');
}
