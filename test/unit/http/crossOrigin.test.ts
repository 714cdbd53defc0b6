import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../src/base/timeLimit.ts';
import { isBlockedByBrowser } from '../../../src/http/crossOrigin.ts';
import type { HttpOutcome } from '../../../src/http/outcome.ts';
import { networkError, never, text } from '../support/conversation.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const SERVER = 'https://auth.example';
const NO_ANSWER: HttpOutcome = { kind: 'noAnswer', problem: 'unexplained' };
const REACHED = text(200, '');

describe('isBlockedByBrowser', () => {
  for (const [
    name,
    { inBrowser = true, outcome = NO_ANSWER, reply = REACHED },
    expected,
    asked = 1,
    ms = 0,
  ] of [
    ['a server that can be reached', {}, true],
    ['a server that cannot be reached', { reply: networkError('x') }, false],
    ['a server that does not answer for 5 s', { reply: never() }, false, 1, 5_000],
    ['a browser without a network', { outcome: { kind: 'noAnswer', problem: 'offline' } }, false, 0],
    ['an answer', { outcome: { kind: 'redirect' } }, false, 0],
    ['Node', { inBrowser: false }, false, 0],
  ] satisfies [
    string,
    { inBrowser?: boolean; outcome?: HttpOutcome; reply?: typeof REACHED },
    boolean,
    number?,
    number?,
  ][])
    it(`says ${expected} for ${name}`, async () => {
      const clock = new FakeClock();
      const requests: [unknown, RequestInit | undefined][] = [];
      const fetch = (input: unknown, init?: RequestInit): Promise<Response> => {
        requests.push([input, init]);
        const wire = { clock, signal: init?.signal ?? NEVER, keepOpen: () => () => undefined };
        return Promise.resolve().then(() => reply.answer(wire));
      };
      const http = { fetch, clock, log: new RecordingLog(), inBrowser };
      assert.equal(await clock.run(isBlockedByBrowser(http, outcome, SERVER, NEVER)), expected);
      assert.deepEqual([requests.length, clock.ranMs, clock.pending], [asked, ms, 0]);
      for (const [input, init] of requests) {
        assert.deepEqual([input, init?.mode, init?.credentials], [SERVER, 'no-cors', 'omit']);
        assert.deepEqual([init?.cache], ['no-store']);
        assert.deepEqual([init?.headers, init?.body], [undefined, undefined], 'no token');
      }
    });

  it('rejects when it is canceled', async () => {
    const clock = new FakeClock();
    const reason = new Error('canceled');
    const fetch = (): Promise<Response> => new Promise(() => undefined);
    const http = { fetch, clock, log: new RecordingLog(), inBrowser: true };
    const cancel = new AbortController();
    clock.at(1_000, () => {
      cancel.abort(reason);
    });
    const asked = isBlockedByBrowser(http, NO_ANSWER, SERVER, cancel.signal);
    await assert.rejects(clock.run(asked), (error) => error === reason);
  });

  it('says false when the first request was not answered in time', async () => {
    const http = {
      fetch: () => assert.fail(),
      clock: new FakeClock(),
      log: new RecordingLog(),
      inBrowser: true,
    };
    assert.equal(await isBlockedByBrowser(http, undefined, SERVER, NEVER), false);
  });
});
