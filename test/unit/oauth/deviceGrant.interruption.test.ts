import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../src/base/timeLimit.ts';
import {
  type DeviceGrantResult,
  requestDeviceAuthorization,
  waitForDeviceGrant,
} from '../../../src/oauth/deviceGrant.ts';
import { after, Conversation, json, type Reply } from '../support/conversation.ts';
import { CLIENT, CODE } from '../support/deviceGrantScenario.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { watchedInterruption, type WatchedInterruption } from '../support/interruptions.ts';

const PENDING = json(400, { error: 'authorization_pending' });
const GRANTED = json(200, { access_token: 'token' });
const SPENT = json(400, { error: 'invalid_grant' });

interface Wait {
  readonly clock: FakeClock;
  readonly conversation: Conversation;
  readonly interruption: WatchedInterruption;
  readonly end: { kind: string; at: number };
}

/** Waits for the user's decision, with these answers to the polls. */
async function wait(replies: readonly Reply[], signal = NEVER): Promise<Wait> {
  const clock = new FakeClock();
  const conversation = new Conversation(clock, [json(200, CODE), ...replies]);
  const begun = await clock.run(requestDeviceAuthorization(conversation.http, CLIENT, [], NEVER));
  assert.ok(begun.kind === 'pending');
  const interruption = watchedInterruption(clock);
  const state = { kind: 'waiting', at: 0 };
  const end = (kind: string): void => {
    Object.assign(state, { kind, at: clock.ranMs / 1000 });
  };
  waitForDeviceGrant(
    conversation.http,
    CLIENT,
    begun.authorization,
    signal,
    () => undefined,
    interruption,
  ).then(
    (result: DeviceGrantResult) => {
      end(result.kind);
    },
    (error: unknown) => {
      end(error instanceof Error ? error.name : 'no error');
    },
  );
  return { clock, conversation, interruption, end: state };
}

function assertOver({ clock, conversation }: Wait): void {
  conversation.assertOver();
  assert.equal(clock.pending, 0, 'timers left over');
}

describe('an interruption of the wait for a device grant', () => {
  it('ends a pause at once', async () => {
    const waiting = await wait([PENDING]);
    const { clock, interruption, end } = waiting;
    await clock.advance(7_000);
    interruption.interrupt();
    await clock.settle();
    assert.deepEqual(end, { kind: 'Interrupted', at: 7 });
    await clock.advance(60_000);
    assertOver(waiting);
  });

  for (const [what, reply, kind, at] of [
    ['which brings the tokens', GRANTED, 'granted', 7.5],
    ['which says that the code has expired', json(400, { error: 'expired_token' }), 'expired', 7.5],
    ['which says that the user has to decide', PENDING, 'Interrupted', 7.5],
    ['which says that the code is not valid here', SPENT, 'Interrupted', 7.5],
  ] as const)
    it(`waits for the answer to a poll that is under way, ${what}`, async () => {
      const waiting = await wait([after(2, reply)]);
      const { clock, interruption, end } = waiting;
      await clock.advance(6_000);
      interruption.interrupt();
      await clock.advance(1_000);
      assert.equal(end.kind, 'waiting');
      await clock.advance(60_000);
      assert.deepEqual(end, { kind, at });
      assertOver(waiting);
    });

  it('is checked for right before each poll, and after no answer that ends the wait', async () => {
    const waiting = await wait([PENDING, SPENT, PENDING, GRANTED]);
    await waiting.clock.advance(60_000);
    assert.deepEqual(waiting.interruption.checks, [5.5, 11, 16.5, 22]);
    assert.deepEqual(waiting.conversation.times, [0, 5.5, 11, 16.5, 22]);
    assertOver(waiting);
  });

  it('sends no poll once the check rejects', async () => {
    const waiting = await wait([PENDING]);
    const { clock, interruption, end } = waiting;
    await clock.advance(6_000);
    interruption.forbid();
    await clock.advance(60_000);
    assert.deepEqual(end, { kind: 'Interrupted', at: 11 });
    assertOver(waiting);
  });

  it('leaves a cancel its own way: at once, even during a poll', async () => {
    const cancel = new AbortController();
    const waiting = await wait([after(2, GRANTED)], cancel.signal);
    await waiting.clock.advance(6_000);
    cancel.abort(new RangeError('canceled'));
    await waiting.clock.settle();
    assert.deepEqual(waiting.end, { kind: 'RangeError', at: 6 });
    assertOver(waiting);
  });
});
