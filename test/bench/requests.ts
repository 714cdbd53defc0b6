import assert from 'node:assert/strict';
import type { UpdatesMode } from '../../src/services/adom/updates.ts';
import { html, json, type Conversation, type Reply } from '../unit/support/conversation.ts';
import { CODE } from '../unit/support/deviceGrantScenario.ts';
import { eventStream, pings, TIMEOUT } from '../unit/support/eventStream.ts';
import { INTENT, PENDING } from '../unit/support/intentScenario.ts';
import { NEVER } from '../../src/base/timeLimit.ts';
import { adoptPlatformTimers } from '../unit/support/platformTimers.ts';
import { adomWorld, begin, sigmaWorld, type World } from '../unit/support/serviceKit.ts';
import { figure, type Figure } from './figure.ts';

/** More than any mode needs. */
const REPLIES = 1_000;
/** A stream as Adom documents it, with a ping every 15 seconds and a final message. */
const STREAM = eventStream([...pings(15, 885), [899, TIMEOUT]]);
const NO_STREAM = html(404);
const STILL_PENDING = json(400, { error: 'authorization_pending' });

/** Counts the requests of a sign-in that stays undecided for 15 minutes, on a fake clock. */
export async function requests(): Promise<Figure[]> {
  return [
    await adomRequests('auto', STREAM, 'with streams'),
    await adomRequests('stream', STREAM, 'with streams'),
    await adomRequests('poll', STREAM, 'with streams'),
    await adomRequests('auto', NO_STREAM, 'without streams'),
    count(
      'Sigma Identity, which asks for 5 s between requests',
      await whole(sigmaWorld([json(200, CODE), ...always(STILL_PENDING)])),
    ),
  ];
}

async function adomRequests(updates: UpdatesMode, stream: Reply, server: string): Promise<Figure> {
  const world: World = adomWorld([json(201, INTENT), ...always(either(stream, () => world.conversation))], {
    updates,
  });
  return count(`Adom, mode \`${updates}\`, a server ${server}`, await whole(world));
}

async function whole(world: World): Promise<number> {
  const restore = adoptPlatformTimers(world.clock);
  try {
    const pending = await begin(world);
    const waited = await world.clock.run(pending.wait(NEVER, () => undefined));
    assert.equal(waited.kind, 'expired');
    return world.conversation.requests.length;
  } finally {
    restore();
  }
}

function always(reply: Reply): Reply[] {
  return Array.from({ length: REPLIES }, () => reply);
}

/** A stream if the newest request asks for one, otherwise a poll's response. */
function either(stream: Reply, conversation: () => Conversation): Reply {
  return {
    answer: (wire) => {
      const accept = conversation().requests.at(-1)?.headers.accept;
      return (accept === 'text/event-stream' ? stream : PENDING).answer(wire);
    },
  };
}

function count(service: string, requestCount: number): Figure {
  return figure(
    `Requests in 15 minutes without a decision: ${service}`,
    String(requestCount),
    'counted on a clock that the bench drives',
  );
}
