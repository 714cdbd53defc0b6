import assert from 'node:assert/strict';

import { createIntent, type CreateIntentResult, type Intent } from '../../../src/services/adom/intent.ts';
import { Conversation, json, type Reply } from './conversation.ts';
import { FakeClock } from './fakeClock.ts';
import { BROWSER_SIDE, INTENT, SERVER } from './intentScenario.ts';

/** The documented answer, with other members. */
export function having(members: Record<string, unknown>): Reply {
  return json(201, { ...INTENT, ...members });
}

/** Requests an intent from a server that gives this reply. */
export async function ask(
  reply: Reply,
  server = SERVER,
): Promise<{ result: CreateIntentResult; conversation: Conversation; clock: FakeClock }> {
  const clock = new FakeClock();
  const conversation = new Conversation(clock, [reply]);
  const { signal } = new AbortController();
  const result = await clock.run(createIntent(conversation.http, server, BROWSER_SIDE, 2_592_000, signal));
  assert.equal(clock.pending, 0, 'timers left over');
  conversation.assertOver();
  return { result, conversation, clock };
}

/** Requests an intent that the server creates. */
export async function create(reply: Reply, server = SERVER): Promise<Intent> {
  const { result } = await ask(reply, server);
  assert.ok(result.kind === 'created');
  return result.intent;
}
