import assert from 'node:assert/strict';
import { createECDH } from 'node:crypto';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { askForKey, offerKey } from '../../../../src/storage/node/sessionKey.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { holds } from '../../support/fuzz.ts';
import { anyJson, nearly } from '../../support/hostile.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

const KEY = Buffer.alloc(32, 7);
const pair = createECDH('prime256v1');
const PUBLIC = pair.generateKeys('base64');

const base64 = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('base64'));
/** A public key, one that is no point of the curve, or no key at all. */
const publicKey = fc.oneof(fc.constantFrom(PUBLIC, Buffer.alloc(65, 4).toString('base64'), 'x'), base64);
/** Stands for the public key of the window that asks, which is made anew each time. */
const ASKING = 'the window that asks';
const request = fc.oneof({ weight: 4, arbitrary: nearly({ publicKey }) }, anyJson);
const answer = fc.oneof(
  { weight: 4, arbitrary: nearly({ to: fc.constantFrom(ASKING, PUBLIC), from: publicKey, sealed: base64 }) },
  anyJson,
);
/** What comes into the global state, and when. */
const story = fc.record({
  writes: fc.array(
    fc.oneof(
      fc.record({ atMs: fc.nat(6_000), name: fc.constant('keyRequest'), value: request }),
      fc.record({ atMs: fc.nat(6_000), name: fc.constant('keyAnswer'), value: answer }),
    ),
    { maxLength: 6 },
  ),
  isOffered: fc.boolean(),
});

describe('the exchange of the key, whatever the global state has', () => {
  it('gives the key that is offered or none, in time, and throws nothing', (context) =>
    holds(context, story, async ({ writes, isOffered }) => {
      const clock = new FakeClock();
      const memento = new FakeMemento();
      const log = new RecordingLog();
      const closed = new AbortController();
      const runtime = { clock, log, closed: closed.signal };
      for (const { atMs, name, value } of writes)
        clock.at(atMs, () => {
          memento.kept.set(name, addressed(value, memento));
        });
      let isOffering = isOffered;
      if (isOffered)
        void offerKey(KEY, memento, runtime).finally(() => {
          isOffering = false;
        });
      const key = await clock.run(askForKey(memento, runtime, NEVER));
      assert.ok(clock.ranMs <= 11_000, 'it waits too long');
      if (key !== undefined) assert.ok(isOffered && KEY.equals(key), 'a key of a stranger');
      await clock.advance(Math.max(0, 12_000 - clock.ranMs));
      assert.equal(isOffering, isOffered, 'the offer has ended too early');
      closed.abort();
      await clock.settle();
      const strangers = writes.length;
      assert.ok(
        log.lines.filter((line) => line.startsWith('warn')).length <= strangers,
        'the log is flooded',
      );
      assert.doesNotMatch(
        log.lines.join() + JSON.stringify([...memento.kept]),
        new RegExp(KEY.toString('base64')),
      );
      assert.equal(clock.pending, 0);
    }));
});

/** The answer, addressed to the window that asks at this moment. */
function addressed(value: unknown, memento: FakeMemento): unknown {
  if (typeof value !== 'object' || value === null || !('to' in value) || value.to !== ASKING) return value;
  const asking = memento.get<{ publicKey?: unknown }>('keyRequest');
  return { ...value, to: asking?.publicKey ?? '' };
}
