import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { createIntent } from '../../../../src/services/adom/intent.ts';
import { type UpdatesMode, waitForIntent } from '../../../../src/services/adom/updates.ts';
import { after, Conversation, json, never, type Reply, text } from '../../support/conversation.ts';
import { eventStream, pings } from '../../support/eventStream.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { BROWSER_SIDE, INTENT, PENDING, SERVER, TOLD } from '../../support/intentScenario.ts';
import { watchedInterruption, type WatchedInterruption } from '../../support/interruptions.ts';
import { adoptPlatformTimers } from '../../support/platformTimers.ts';

interface Wait {
  readonly clock: FakeClock;
  readonly conversation: Conversation;
  readonly interruption: WatchedInterruption;
  readonly end: { kind: string; at: number };
}

/** Waits for the user's decision, with these answers, while the test does something. */
async function whileWaiting(
  mode: UpdatesMode,
  replies: readonly Reply[],
  act: (wait: Wait) => Promise<void>,
): Promise<void> {
  const clock = new FakeClock();
  const restore = adoptPlatformTimers(clock);
  try {
    const conversation = new Conversation(clock, [json(201, INTENT), ...replies]);
    const created = await clock.run(createIntent(conversation.http, SERVER, BROWSER_SIDE, 60, NEVER));
    assert.ok(created.kind === 'created');
    const interruption = watchedInterruption(clock);
    const state = { kind: 'waiting', at: 0 };
    const end = (kind: string): void => {
      Object.assign(state, { kind, at: clock.ranMs / 1000 });
    };
    waitForIntent(conversation.http, created.intent, mode, NEVER, () => undefined, interruption).then(
      ({ kind }) => {
        end(kind);
      },
      (error: unknown) => {
        end(error instanceof Error ? error.name : 'no error');
      },
    );
    await act({ clock, conversation, interruption, end: state });
    await clock.advance(60_000);
    conversation.assertOver();
    assert.equal(clock.pending, 0, 'timers left over');
  } finally {
    restore();
  }
}

describe('an interruption of the wait for an intent', () => {
  const rows: Record<string, [UpdatesMode, readonly Reply[], atMs: number]> = {
    'a pause between two polls': ['poll', [PENDING], 3_000],
    // The service gives its token again.
    'a poll that is under way': ['poll', [after(5, TOLD)], 3_000],
    'a poll without an answer': ['poll', [never()], 3_000],
    'an open stream': ['auto', [eventStream(pings(15, 600))], 100_000],
    'a stream without an answer': ['stream', [never()], 3_000],
    'a pause before the first poll': ['poll', [], 1_000],
  };
  for (const [what, [mode, replies, atMs]] of Object.entries(rows))
    it(`ends ${what} at once`, () =>
      whileWaiting(mode, replies, async ({ clock, interruption, end }) => {
        await clock.advance(atMs);
        interruption.interrupt();
        await clock.settle();
        assert.deepEqual(end, { kind: 'Interrupted', at: atMs / 1000 });
      }));

  it('is checked for right before each request', () =>
    whileWaiting(
      'auto',
      [text(405, ''), PENDING, PENDING, TOLD],
      async ({ clock, conversation, interruption }) => {
        await clock.advance(60_000);
        assert.deepEqual(interruption.checks, conversation.times.slice(1));
        assert.equal(interruption.checks.length, 4);
      },
    ));

  it('sends nothing once the check rejects', () =>
    whileWaiting('poll', [PENDING], async ({ clock, interruption, end }) => {
      await clock.advance(3_000);
      interruption.forbid();
      await clock.advance(10_000);
      assert.deepEqual(end, { kind: 'Interrupted', at: 4 });
    }));
});
