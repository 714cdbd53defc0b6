import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { type StreamEvents, streamIntent } from '../../../../src/services/adom/stream.ts';
import { after, Conversation, networkError, never, text } from '../../support/conversation.ts';
import { AUTHENTICATED, CUT, END, eventStream, type Piece, PING } from '../../support/eventStream.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { play, PENDING, SIGNED_IN, STATUS_URL, TOLD } from '../../support/intentScenario.ts';
import { adoptPlatformTimers } from '../../support/platformTimers.ts';

const NO_EVENTS: StreamEvents = { onOpen: () => undefined, onAnswer: () => undefined };

describe('intent stream: the connection', () => {
  it('requests a stream with the usual options, and closes it', async () => {
    const clock = new FakeClock();
    const { http } = new Conversation(clock, []);
    const seen: [input: unknown, init: RequestInit | undefined][] = [];
    const fetch: typeof globalThis.fetch = (...request) => {
      seen.push([request[0], request[1]]);
      return Promise.resolve(
        new Response(AUTHENTICATED, { headers: { 'content-type': 'text/event-stream' } }),
      );
    };
    const { signal } = new AbortController();
    await clock.run(streamIntent({ ...http, fetch }, STATUS_URL, clock.now() + 60_000, signal, NO_EVENTS));
    assert.equal(seen.length, 1);
    const [[input, init = {}] = []] = seen;
    assert.equal(input, STATUS_URL);
    const { headers, signal: guard, ...rest } = init;
    assert.ok(guard?.aborted, 'the connection is closed');
    assert.deepEqual(rest, { redirect: 'manual', credentials: 'omit', cache: 'no-store' });
    const entries = [...new Headers(headers)];
    assert.deepEqual(entries, [
      ['accept', 'text/event-stream'],
      ['user-agent', 'unit-test/1'],
    ]);
  });

  it('sends no User-Agent when there is none', async () => {
    const clock = new FakeClock();
    const conversation = new Conversation(clock, [eventStream([[0, AUTHENTICATED]])]);
    const { fetch, log } = conversation.http;
    const { signal } = new AbortController();
    await clock.run(streamIntent({ fetch, clock, log }, STATUS_URL, clock.now() + 60_000, signal, NO_EVENTS));
    assert.deepEqual(conversation.requests[0]?.headers, { accept: 'text/event-stream' });
  });

  it('logs the name and code of a network error', async () => {
    const clock = new FakeClock();
    const { http, log } = new Conversation(clock, [networkError('ECONNRESET')]);
    const { signal } = new AbortController();
    const streamed = streamIntent(http, STATUS_URL, clock.now() + 60_000, signal, NO_EVENTS);
    assert.deepEqual(await clock.run(streamed), { kind: 'broken' });
    assert.deepEqual(log.lines, [
      'debug intent stream: TypeError (cause: Error ECONNRESET)',
      'debug intent stream: broken',
    ]);
  });

  for (const data of ['{"session_token":"tok_1', '{}'])
    it(`logs that it does not help when the data of its event is ${data}`, async () => {
      const clock = new FakeClock();
      const { http, log } = new Conversation(clock, [
        eventStream([[0, `event: authenticated\ndata: ${data}\n\n`]]),
      ]);
      const streamed = streamIntent(http, STATUS_URL, clock.now() + 60_000, NEVER, NO_EVENTS);
      assert.deepEqual(await clock.run(streamed), { kind: 'broken' });
      assert.deepEqual(log.lines, ['debug intent stream: open', 'debug intent stream: broken']);
    });

  it('logs no error when the user cancels', async () => {
    const clock = new FakeClock();
    const { http, log } = new Conversation(clock, [never()]);
    const cancel = new AbortController();
    clock.at(500, () => {
      cancel.abort(new Error('canceled'));
    });
    const streamed = streamIntent(http, STATUS_URL, clock.now() + 60_000, cancel.signal, NO_EVENTS);
    await assert.rejects(clock.run(streamed), { message: 'canceled' });
    await clock.settle();
    assert.deepEqual(log.lines, []);
  });

  it('opens no connection if the user has already canceled', async () => {
    const clock = new FakeClock();
    const { http, requests } = new Conversation(clock, []);
    const canceled = AbortSignal.abort(new Error('canceled'));
    const streamed = streamIntent(http, STATUS_URL, clock.now() + 60_000, canceled, NO_EVENTS);
    await assert.rejects(clock.run(streamed), { message: 'canceled' });
    assert.deepEqual(requests, []);
  });

  it('does not reconnect when the user cancels while it opens', async () => {
    const clock = new FakeClock();
    const restore = adoptPlatformTimers(clock);
    try {
      const { http } = new Conversation(clock, [eventStream([[1, END]])]);
      const cancel = new AbortController();
      const streamed = streamIntent(http, STATUS_URL, clock.now() + 60_000, cancel.signal, {
        ...NO_EVENTS,
        onOpen: () => {
          cancel.abort(new Error('canceled'));
        },
      });
      await assert.rejects(clock.run(streamed), { message: 'canceled' });
      await clock.settle();
      assert.equal(clock.pending, 0);
    } finally {
      restore();
    }
  });

  it('does not read an answer as a stream unless its status is 200', async () => {
    const clock = new FakeClock();
    const headers = { 'content-type': 'text/event-stream' };
    const { http } = new Conversation(clock, [text(203, AUTHENTICATED, headers)]);
    const streamed = streamIntent(http, STATUS_URL, clock.now() + 60_000, NEVER, NO_EVENTS);
    assert.deepEqual(await clock.run(streamed), { kind: 'broken' });
  });

  it('reads a stream of 1 MiB', async () => {
    const clock = new FakeClock();
    const comment = `:${' '.repeat(1024 * 1024 - AUTHENTICATED.length - 2)}\n`;
    const { http } = new Conversation(clock, [eventStream([[0, comment + AUTHENTICATED]])]);
    const streamed = streamIntent(http, STATUS_URL, clock.now() + 60_000, NEVER, NO_EVENTS);
    assert.equal((await clock.run(streamed)).kind, 'authenticated');
  });

  for (const type of [
    'text/event-stream',
    'text/event-stream; charset=utf-8',
    'Text/Event-Stream ;charset=UTF-8',
  ]) {
    it(`reads an answer of the type "${type}" as a stream`, () =>
      play({
        name: type,
        replies: [eventStream([[1, AUTHENTICATED]], type)],
        asks: ['stream 0'],
        end: SIGNED_IN,
        endsAt: 1,
      }));
  }

  for (const type of ['text/event-streaming', 'text/plain', 'application/x-text/event-stream']) {
    it(`does not read an answer of the type "${type}" as a stream`, () =>
      play({
        name: type,
        replies: [
          eventStream(
            [
              [1, AUTHENTICATED],
              [2, END],
            ],
            type,
          ),
          TOLD,
        ],
        asks: ['stream 0', 'poll 2'],
        end: SIGNED_IN,
      }));
  }

  for (const [name, pieces] of [
    [
      'ends',
      [
        [1, 'retry: 1\n\n'],
        [2, END],
      ],
    ],
    [
      'is cut',
      [
        [1, 'retry: 1\n\n'],
        [2, CUT],
      ],
    ],
    ['is silent', [[1, 'retry: 1\n\n']]],
    [
      'gives the token and ends',
      [
        [1, `retry: 1\n${AUTHENTICATED}`],
        [1, END],
      ],
    ],
  ] as [string, Piece[]][]) {
    it(`opens one connection only when the stream ${name}`, async () => {
      const clock = new FakeClock();
      const restore = adoptPlatformTimers(clock);
      try {
        const conversation = new Conversation(clock, [eventStream(pieces)]);
        const { signal } = new AbortController();
        await clock.run(
          streamIntent(conversation.http, STATUS_URL, clock.now() + 900_000, signal, NO_EVENTS),
        );
        assert.equal(clock.pending, 0, 'EventSource would reconnect');
        await clock.advance(24 * 3_600_000);
        conversation.assertOver();
        assert.deepEqual(conversation.times, [0]);
      } finally {
        restore();
      }
    });
  }
});

describe('intent stream: silence', () => {
  it('is counted from the server’s answer, not from the request', () =>
    play({
      name: 'an answer after 40 s',
      replies: [after(40, eventStream([])), TOLD],
      asks: ['stream 0', 'poll 85'],
      end: SIGNED_IN,
    }));
});

describe('intent stream: silence while the wall clock is set back', () => {
  it('ends the stream after 45 s of running time', () =>
    play({
      name: 'an hour back',
      replies: [eventStream([[10, PING]]), PENDING, TOLD],
      meanwhile: [[20, { jump: -3_600 }]],
      asks: ['stream 0', 'poll 55', 'poll 57'],
      end: SIGNED_IN,
    }));
});
