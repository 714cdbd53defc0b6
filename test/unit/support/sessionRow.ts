import assert from 'node:assert/strict';

import { deserialize, keyOf, serialize } from '../../../src/sessions/sessionRecord.ts';
import { isLive } from '../../../src/sessions/sessionChange.ts';
import { SessionWorld, type Window } from './sessionWorld.ts';

/** Two windows that know the session `a`, with `access 1` and, where it is refreshable, `refresh 1`. */
export interface Row {
  readonly name: string;
  readonly a?: { readonly lifeMs?: number; readonly refreshable?: boolean };
  /** How long each thing takes, in milliseconds. */
  readonly takes?: { readonly verify?: number; renew?: number; read?: number; write?: number };
  readonly steps: readonly Step[];
  /** What both windows give to an extension when all is over. */
  readonly listed: readonly string[];
  /** The changes that both windows tell, or each of them; nothing, where nothing is said, here and below. */
  readonly heard?: readonly string[] | { readonly one: readonly string[]; readonly two: readonly string[] };
  /** All that the service is asked, in order. */
  readonly asked?: readonly string[];
  /** All that the person is told, in whichever window. */
  readonly told?: readonly string[];
}

/** What happens, after so many milliseconds, whether or not what came before is over. */
export type Step =
  | readonly [atMs: number, who: 'one' | 'two', does: keyof typeof ACTS]
  | readonly [atMs: number, who: 'service', rejects: readonly string[]]
  | readonly [atMs: number, who: 'service', is: 'offline' | 'online']
  | readonly [atMs: number, who: 'clock', jumpsMs: number];

const ACTS = {
  lists: (_, { sessions }) => sessions.list(),
  verifies: (_, { sessions, closed }) => sessions.verify('a', closed.signal),
  'signs out': (_, { sessions }) => sessions.signOut('a'),
  /** As the account of `a` and for the same scopes. */
  'signs in': (world, window) => world.signIn(window, world.service.grant()),
  'signs in for other scopes': (world, window) => world.signIn(window, world.service.grant(), ['email']),
  /** As a window does that has not heard of anything since the start. */
  'writes the a of old': ({ old, secrets }) => secrets.window().store(keyOf('a'), old),
} satisfies Record<string, (world: SessionWorld & { old: string }, window: Window) => PromiseLike<unknown>>;

/** Plays one row, and checks all of it. */
export async function play(row: Row): Promise<void> {
  const world = new SessionWorld();
  const { clock, secrets, service } = world;
  const old = serialize(world.have('a', service.grant(row.a)));
  const [one, two] = [await world.ready(), await world.ready()];
  secrets.readMs = row.takes?.read ?? 0;
  secrets.writeMs = row.takes?.write ?? 0;
  Object.assign(service.takes, row.takes);
  const begunMs = clock.ranMs;
  const work: PromiseLike<unknown>[] = [];
  for (const [atMs, who, what] of row.steps) {
    await clock.advance(begunMs + atMs - clock.ranMs);
    if (who === 'clock') clock.jump(what);
    else if (who !== 'service') work.push(ACTS[what](Object.assign(world, { old }), { one, two }[who]));
    else if (typeof what === 'string') service.offline = what === 'offline';
    else service.reject(...what);
  }
  await clock.run(Promise.all(work));
  await world.quiet();
  assert.deepEqual(service.asked, row.asked ?? [], 'what the service is asked');
  assert.deepEqual(service.reused, [], 'no refresh token is sent twice');
  for (const window of [one, two]) assert.deepEqual(await world.listed(window), row.listed, 'what is listed');
  await world.quiet();
  assert.deepEqual(one.sessions.known(), two.sessions.known(), 'the windows agree');
  const stored = [...secrets.stored.values()].map(deserialize).filter((each) => each && isLive(each));
  assert.deepEqual(new Set(stored), new Set(one.sessions.known()), 'what they know is what is stored');
  const { heard: all = [] } = row;
  const heard = 'one' in all ? all : { one: all, two: all };
  assert.deepEqual({ one: world.heard(one), two: world.heard(two) }, heard, 'what is heard');
  assert.deepEqual(world.told(), row.told ?? [], 'what the person is told');
}
