import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER, withTimeLimit } from '../../../src/base/timeLimit.ts';
import { MAX_BODY_CHARACTERS } from '../../../src/http/body.ts';
import { ClockSkew } from '../../../src/http/clockSkew.ts';
import type { HttpOutcome } from '../../../src/http/outcome.ts';
import { send, sendWithin } from '../../../src/http/send.ts';
import {
  after,
  Conversation,
  html,
  json,
  networkError,
  never,
  neverEnds,
  opaqueRedirect,
  redirect,
  type Reply,
  text,
} from '../support/conversation.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { exchange, GET } from '../support/exchange.ts';

async function answerTo(reply: Reply): Promise<Extract<HttpOutcome, { kind: 'answer' }>> {
  const { outcome } = await exchange(reply);
  assert.ok(outcome.kind === 'answer');
  return outcome;
}

describe('send: the request', () => {
  it('sends no User-Agent when there is none', async () => {
    const clock = new FakeClock();
    const { http, requests } = new Conversation(clock, [json(200, {})]);
    const { fetch, log } = http;
    await clock.run(send({ fetch, clock, log }, GET, new AbortController().signal));
    assert.deepEqual(requests[0]?.headers, { accept: 'application/json' });
  });

  it('sends a GET without a body, cookies or a cache, and follows no redirect', async () => {
    const clock = new FakeClock();
    let init: RequestInit | undefined;
    const { http } = new Conversation(clock, []);
    const fetch: typeof globalThis.fetch = (_input, given) => {
      init = given;
      return Promise.resolve(new Response('{}'));
    };
    await clock.run(send({ ...http, fetch }, GET, new AbortController().signal));
    const { signal, ...rest } = init ?? {};
    assert.ok(signal);
    assert.deepEqual(rest, {
      method: 'GET',
      headers: { accept: 'application/json', 'user-agent': 'unit-test/1' },
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
    });
  });

  it('sends JSON', async () => {
    const { conversation } = await exchange(json(200, {}), { method: 'POST', json: { a: 'é' } });
    const [request] = conversation.requests;
    assert.equal(request?.headers['content-type'], 'application/json');
    assert.deepEqual(request.body, { a: 'é' });
  });

  it('sends a form, and leaves the content type to the platform', async () => {
    const { conversation } = await exchange(json(200, {}), { method: 'POST', form: { a: '1&2' } });
    const [request] = conversation.requests;
    assert.equal(request?.headers['content-type'], undefined);
    assert.deepEqual(request?.body, { a: '1&2' });
  });

  it('adds the headers of the request to our own', async () => {
    const { conversation } = await exchange(json(200, {}), { headers: { authorization: 'Bearer t' } });
    assert.deepEqual(conversation.requests[0]?.headers, {
      accept: 'application/json',
      authorization: 'Bearer t',
      'user-agent': 'unit-test/1',
    });
  });
});

describe('send: the outcome', () => {
  it('returns an answer with status, headers and JSON', async () => {
    const answer = await answerTo(json(418, { tea: true }, { 'retry-after': '7' }));
    assert.equal(answer.status, 418);
    assert.equal(answer.headers.get('retry-after'), '7');
    assert.deepEqual(answer.json, { tea: true });
  });

  for (const [name, reply] of [
    ['HTML', html(200)],
    ['an empty body', text(200, '')],
    ['204', text(204, '')],
    ['half of JSON', text(200, '{"access_token":')],
    ['invalid UTF-8', { answer: () => new Response(new Uint8Array([0x22, 0xff, 0xfe])) }],
  ] as const) {
    it(`returns an answer without JSON for ${name}`, async () => {
      assert.equal((await answerTo(reply)).json, undefined);
    });
  }

  for (const status of [300, 399])
    it(`returns redirect for ${status}`, async () => {
      assert.deepEqual((await exchange(json(status, {}))).outcome, { kind: 'redirect' });
    });

  it('reads JSON with a byte order mark, in chunks of one byte', async () => {
    const bytes = new TextEncoder().encode('\uFEFF{"name":"é"}');
    const body = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        start(controller) {
          for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
          controller.close();
        },
      });
    assert.deepEqual((await answerTo({ answer: () => new Response(body()) })).json, { name: 'é' });
  });

  it('accepts an answer of four megabytes, but no larger one', async () => {
    const full = `7${' '.repeat(MAX_BODY_CHARACTERS - 1)}`;
    assert.equal((await answerTo(text(200, full))).json, 7);
    assert.equal((await exchange(text(200, `${full} `))).outcome.kind, 'noAnswer');
  });

  it('stops reading when an answer gets too large', async () => {
    let canceled = false;
    const endless = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(64 * 1024));
      },
      cancel() {
        canceled = true;
      },
    });
    const { outcome } = await exchange({ answer: () => new Response(endless) });
    assert.equal(outcome.kind, 'noAnswer');
    assert.ok(canceled);
  });

  for (const [name, reply] of [
    ['as Node reports it', redirect('https://elsewhere.example/')],
    ['as a browser reports it', opaqueRedirect()],
    ['with 307, which would send the body again', text(307, '', { location: 'https://elsewhere.example/' })],
    ['with 304', { answer: () => new Response(null, { status: 304 }) }],
  ] as const) {
    it(`does not follow a redirect ${name}`, async () => {
      const { outcome, conversation } = await exchange(reply);
      assert.deepEqual(outcome, { kind: 'redirect' });
      assert.equal(conversation.requests[0]?.redirect, 'manual');
    });
  }

  it('returns noAnswer with the problem for a network error, and logs both at the info level', async () => {
    for (const [code, problem] of [
      ['ECONNREFUSED', 'refused'],
      ['CERT_HAS_EXPIRED', 'certificateExpired'],
      ['EODD', 'unknown'],
    ] as const) {
      const { outcome, conversation } = await exchange(networkError(code));
      assert.deepEqual(outcome, { kind: 'noAnswer', problem });
      assert.deepEqual(conversation.log.lines, [
        `info test: no answer from <auth.example> (${problem}: TypeError (cause: Error ${code})) after 0 ms`,
      ]);
    }
  });

  for (const [online, problem] of [
    [true, 'unexplained'],
    [false, 'offline'],
  ] as const) {
    it(`returns the problem "${problem}" in a browser that is ${online ? 'online' : 'offline'}`, async () => {
      const clock = new FakeClock();
      const { http } = new Conversation(clock, []);
      const fetch = (): Promise<never> => Promise.reject(new TypeError('Failed to fetch'));
      const sent = send({ ...http, fetch, isOnline: () => online }, GET, new AbortController().signal);
      assert.deepEqual(await clock.run(sent), { kind: 'noAnswer', problem });
    });
  }

  it('learns from the answer how far the clock is off', async () => {
    const clock = new FakeClock();
    const date = new Date(clock.now() - 3_600_000).toUTCString();
    const { http } = new Conversation(clock, [json(200, {}, { date })]);
    const clockSkew = new ClockSkew();
    await clock.run(send({ ...http, clockSkew }, GET, new AbortController().signal));
    assert.equal(Math.round((clockSkew.aheadMs ?? 0) / 60_000), 60);
  });

  const date = 'Thu, 01 Jan 1970 00:12:00 GMT';
  for (const [what, reply] of [
    ['a redirect', redirect('https://elsewhere.example/', { date })],
    ['the page of a router', text(200, '<p>Log in', { 'content-type': 'text/html', date })],
    ['a text', text(200, 'Log in', { date })],
    ['a firewall', json(403, {}, { date })],
    ['a server at another address', json(404, {}, { date })],
  ] as const)
    it(`reads no time from ${what}, which may come from anybody`, async () => {
      const clock = new FakeClock();
      const { http } = new Conversation(clock, [reply]);
      const clockSkew = new ClockSkew();
      await clock.run(send({ ...http, clockSkew }, GET, new AbortController().signal));
      assert.equal(clockSkew.aheadMs, undefined);
    });

  it('returns noAnswer when the connection breaks during the body', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.error(new TypeError('terminated'));
      },
    });
    const { outcome } = await exchange({ answer: () => new Response(body) });
    assert.deepEqual(outcome, { kind: 'noAnswer', problem: 'unknown' });
  });

  for (const [name, reply] of [
    ['no answer', never()],
    ['half a body', neverEnds(200)],
  ] as const) {
    it(`returns noAnswer after 15 s with ${name}, and aborts the request`, async () => {
      const { outcome, conversation, clock } = await exchange(reply);
      assert.deepEqual(outcome, { kind: 'noAnswer', problem: 'timeout' });
      assert.equal(clock.ranMs, 15_000);
      assert.ok(conversation.requests[0]?.signal.aborted);
      assert.deepEqual(conversation.log.lines, [
        'info test: no answer from <auth.example> (timeout: TimeLimitError) after 15000 ms',
      ]);
    });
  }

  it('accepts an answer after 14.999 s', async () => {
    const { outcome } = await exchange(after(14.999, json(200, {})));
    assert.equal(outcome.kind, 'answer');
  });
});

describe('send: canceled', () => {
  for (const [name, reply] of [
    ['before the answer', never()],
    ['during half an answer', neverEnds(200)],
  ] as const) {
    it(`rejects at once with the reason ${name}, and logs nothing`, async () => {
      const clock = new FakeClock();
      const conversation = new Conversation(clock, [reply]);
      const cancel = new AbortController();
      const reason = new Error('canceled');
      clock.at(3_000, () => {
        cancel.abort(reason);
      });
      const sent = send(conversation.http, GET, cancel.signal);
      await assert.rejects(clock.run(sent), (error) => error === reason);
      assert.equal(clock.ranMs, 3_000);
      assert.equal(clock.pending, 0);
      assert.ok(conversation.requests[0]?.signal.aborted);
      assert.deepEqual(conversation.log.lines, []);
    });
  }
});

describe('sendWithin', () => {
  it('gives up at its limit, and logs it', async () => {
    const clock = new FakeClock();
    const conversation = new Conversation(clock, [never()]);
    assert.equal(await clock.run(sendWithin(conversation.http, 6_000, GET, NEVER)), undefined);
    assert.equal(clock.ranMs, 6_000);
    assert.deepEqual(conversation.log.lines, ['debug test: no answer within 6000 ms']);
  });

  it('does not take the limit of its caller for its own', async () => {
    const clock = new FakeClock();
    const conversation = new Conversation(clock, [never()]);
    const limited = withTimeLimit(clock, 2_000, NEVER, (signal) =>
      sendWithin(conversation.http, 6_000, GET, signal),
    );
    await assert.rejects(clock.run(limited), { name: 'TimeLimitError' });
    assert.deepEqual(conversation.log.lines, []);
  });
});
