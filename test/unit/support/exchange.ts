import assert from 'node:assert/strict';

import type { HttpOutcome } from '../../../src/http/outcome.ts';
import { type HttpRequest, send } from '../../../src/http/send.ts';
import { Conversation, type Reply } from './conversation.ts';
import { FakeClock } from './fakeClock.ts';

/** A request whose URL has a secret. */
export const GET: HttpRequest = {
  name: 'test',
  method: 'GET',
  url: 'https://auth.example/me?secret=canary',
};

/** Sends one request to a server that gives this reply. */
export async function exchange(
  reply: Reply,
  request: Partial<HttpRequest> = {},
): Promise<{ outcome: HttpOutcome; conversation: Conversation; clock: FakeClock }> {
  const clock = new FakeClock();
  const conversation = new Conversation(clock, [reply]);
  const sent = send(conversation.http, { ...GET, ...request }, new AbortController().signal);
  const outcome = await clock.run(sent);
  assert.equal(clock.pending, 0, 'timers left over');
  conversation.assertOver();
  return { outcome, conversation, clock };
}
