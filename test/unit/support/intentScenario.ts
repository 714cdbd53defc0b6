import assert from 'node:assert/strict';

import type { Failure } from '../../../src/oauth/failure.ts';
import { createIntent } from '../../../src/services/adom/intent.ts';
import { type UpdatesMode, waitForIntent } from '../../../src/services/adom/updates.ts';
import { Conversation, json, type Reply } from './conversation.ts';
import { FakeClock } from './fakeClock.ts';
import { adoptPlatformTimers } from './platformTimers.ts';

export const SERVER = 'https://adom.example';
export const BROWSER_SIDE = 'https://browser.example';
export const STATUS_URL = 'https://adom.example/auth/intents/int_1/status';

/** The documented answer to the request for an intent. The server's clock is an hour ahead of ours. */
export const INTENT = {
  token: 'int_1',
  created_at: '2025-06-15T13:00:00Z',
  expires_at: '2025-06-15T13:15:00Z',
  requested_max_age: 7_776_000,
  auth_url: 'https://browser.example/auth/intent?token=int_1',
  updates_url: STATUS_URL,
  completed: false,
};

export const PENDING = json(200, { state: 'pending' });
export const TOLD = json(200, { state: 'authenticated', session_token: 'tok_1' });
export const SIGNED_IN = { token: 'tok_1' };

/** Members of an intent that lasts `seconds`. */
export function living(seconds: number): Readonly<Record<string, unknown>> {
  return { expires_at: new Date(Date.parse(INTENT.created_at) + seconds * 1000).toISOString() };
}

/** What the server and the user do after the intent arrived. All times are seconds of running time since then. */
export interface Scenario {
  readonly name: string;
  readonly mode?: UpdatesMode;
  /** Members of the intent that differ; undefined leaves one out. */
  readonly intent?: Readonly<Record<string, unknown>>;
  /** The server's answers to what the client asks, in order. */
  readonly replies: readonly Reply[];
  /** A cancel, or a jump of the wall clock in seconds, and when it happens. */
  readonly meanwhile?: readonly (readonly [at: number, event: 'cancel' | { jump: number }])[];
  /** The requests that must come, and when. */
  readonly asks: readonly `${'stream' | 'poll'} ${number}`[];
  readonly end: { token: string } | Failure | 'expired' | 'canceled';
  /** When it must end: with the last request by default. */
  readonly endsAt?: number;
  /** The changes that onContact reports: whether the service could be reached. */
  readonly contact?: readonly boolean[];
}

/** Plays one scenario, from the request for an intent to its end, and checks the outcome. */
export async function play(scenario: Scenario): Promise<void> {
  const clock = new FakeClock();
  const restore = adoptPlatformTimers(clock);
  try {
    const conversation = new Conversation(clock, [
      json(201, { ...INTENT, ...scenario.intent }),
      ...scenario.replies,
    ]);
    const cancel = new AbortController();
    const contact: boolean[] = [];
    for (const [at, event] of scenario.meanwhile ?? []) {
      clock.at(at * 1000, () => {
        if (event === 'cancel') cancel.abort(new Error('canceled'));
        else clock.jump(event.jump * 1000);
      });
    }

    const end = await clock.run(signIn(conversation, scenario.mode ?? 'auto', cancel.signal, contact));

    const endedAt = clock.ranMs / 1000;
    const endedAtMs = clock.now();
    const [, ...requests] = conversation.requests;
    const asks = requests.map(({ at, headers }) => `${kindOf(headers)} ${at}`);
    assert.deepEqual(asks, scenario.asks, 'what it asked for, and when');
    assert.equal(endedAt, scenario.endsAt ?? requests.at(-1)?.at, 'when it ended');
    assert.equal(clock.pending, 0, 'timers left over');
    for (const { method, url, body, redirect, headers } of requests) {
      assert.equal(`${method} ${url}`, `GET ${STATUS_URL}`);
      assert.equal(body, undefined);
      assert.equal(redirect, 'manual');
      const accept = kindOf(headers) === 'stream' ? 'text/event-stream' : 'application/json';
      assert.deepEqual(headers, { accept, 'user-agent': 'unit-test/1' });
    }
    if (typeof end === 'object' && 'token' in end) {
      assert.equal(end.receivedAtMs, endedAtMs, 'when the token was received');
      assert.deepEqual({ token: end.token }, scenario.end);
    } else assert.deepEqual(end, scenario.end);
    if (scenario.contact) assert.deepEqual(contact, scenario.contact);

    conversation.assertOver();
    await clock.advance(2 * 3_600_000); // nothing may follow the end
    conversation.assertOver();
    assert.equal(conversation.requests.length, 1 + scenario.asks.length, 'a request after the end');
  } finally {
    restore();
  }
}

function kindOf(headers: Readonly<Record<string, string>>): 'stream' | 'poll' {
  return headers.accept?.includes('event-stream') === true ? 'stream' : 'poll';
}

async function signIn(
  { http }: Conversation,
  mode: UpdatesMode,
  signal: AbortSignal,
  contact: boolean[],
): Promise<{ token: string; receivedAtMs: number } | Failure | 'expired' | 'canceled'> {
  const created = await createIntent(http, SERVER, BROWSER_SIDE, 7_776_000, signal);
  assert.ok(created.kind === 'created', 'the intent was refused');
  try {
    const result = await waitForIntent(http, created.intent, mode, signal, ({ kind }) => {
      const reached = kind === 'service';
      if (contact.at(-1) !== reached) contact.push(reached);
    });
    if (result.kind === 'authenticated')
      return { token: result.sessionToken, receivedAtMs: result.receivedAtMs };
    return result.kind === 'failed' ? result.failure : result.kind;
  } catch (error) {
    assert.equal(error, signal.reason, 'nothing but a cancel may reject');
    return 'canceled';
  }
}
