import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it } from 'node:test';

import type { AdomServer, Fault, StreamFault } from '../../servers/adom.ts';
import { adomServer, createIntent, get, openStream, statusUrl } from './adomApi.ts';

const STATUS = 'GET /auth/intents/*/status';

function eventOf(token: unknown): string {
  return `event: authenticated\ndata: ${JSON.stringify({ session_token: token })}\n\n`;
}

/** What the stream says until it ends, with the fault in it and the person's approval in the middle. */
async function heard(server: AdomServer, how: StreamFault): Promise<{ text: string; whole: string }> {
  server.failNext(STATUS, { kind: 'stream', how });
  const intent = await createIntent(server);
  const response = await openStream(server, intent);
  server.approve();
  const text = await response.text();
  const { json } = await get(statusUrl(server, intent));
  return { text, whole: eventOf(json.session_token) };
}

/** The server hears of a client that has gone by an event of its own. */
async function closed(server: AdomServer): Promise<void> {
  while (server.openStreams > 0) await nextTurn();
}

describe('Adom stand-in: the stream', () => {
  it('pings until the person has decided, and then says so and ends', async () => {
    const server = await adomServer({ pingMs: 5 });
    const intent = await createIntent(server);
    const response = await openStream(server, intent);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.equal(server.openStreams, 1);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader?.read())?.value, ': ping\n\n');
    server.approve();
    let rest = '';
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
      rest += part.value;
    assert.equal(server.retrievals(), 1, 'a stream takes the token like a poll');
    const { json } = await get(statusUrl(server, intent));
    assert.equal(rest.replaceAll(': ping\n\n', ''), eventOf(json.session_token));
    assert.equal(server.openStreams, 0);
  });

  it('says at once what has been decided before', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    server.approve();
    assert.match(await (await openStream(server, intent)).text(), /^event: authenticated\ndata: /);
  });

  it('answers 404 and 410 like a poll', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    assert.equal((await openStream(server, { ...intent, token: 'unknown' })).status, 404);
    server.expire();
    assert.equal((await openStream(server, intent)).status, 410);
  });

  it('says timeout when the intent is over, with an empty data line or without any', async () => {
    const server = await adomServer();
    for (const [fault, text] of [
      [undefined, 'event: timeout\ndata:\n\n'],
      ['bare-timeout', 'event: timeout\n\n'],
    ] as const) {
      if (fault !== undefined) server.failNext(STATUS, { kind: 'stream', how: fault });
      const response = await openStream(server, await createIntent(server));
      server.expire();
      assert.equal(await response.text(), text);
    }
  });

  it('notices by itself that the intent is over', async () => {
    let nowMs = Date.UTC(2024, 0, 1);
    const server = await adomServer({ pingMs: 5, now: () => nowMs });
    const response = await openStream(server, await createIntent(server));
    nowMs += 15 * 60_000;
    assert.match(await response.text(), /event: timeout\ndata:\n\n$/);
  });

  it('does not count a stream that its client has left', async () => {
    const server = await adomServer();
    const response = await openStream(server, await createIntent(server));
    assert.equal(server.openStreams, 1);
    await response.body?.cancel();
    await closed(server);
    server.approve();
    assert.equal(server.retrievals(), 0, 'nobody is there to take the token');
  });
});

describe('Adom stand-in: what a stream can get wrong', () => {
  it('cut: opens, then ends', async () => {
    const server = await adomServer();
    server.failNext(STATUS, { kind: 'stream', how: 'cut' });
    const response = await openStream(server, await createIntent(server));
    assert.equal(response.status, 200);
    assert.equal(await response.text(), '');
  });

  it('half-event', async () => {
    const { text, whole } = await heard(await adomServer(), 'half-event');
    assert.ok(whole.startsWith(text) && text.length < whole.length && text.includes('data: '));
  });

  it('silent: says nothing, whatever happens', async () => {
    const server = await adomServer({ pingMs: 1 });
    server.failNext(STATUS, { kind: 'stream', how: 'silent' });
    const intent = await createIntent(server);
    const silent = (await openStream(server, intent)).body?.getReader();
    const first = silent?.read().then(({ done }) => (done ? 'ended' : 'said something'));
    // Another stream, opened later, hears a ping and then the decision: time enough has passed.
    const beside = (await openStream(server, intent)).body?.getReader();
    await beside?.read();
    server.approve();
    while ((await beside?.read())?.done === false);
    assert.equal(await Promise.race([first, nextTurn('silent')]), 'silent');
    assert.equal(server.openStreams, 1);
    await silent?.cancel();
    await closed(server);
  });

  it('malformed, empty and absent tokens', async () => {
    const server = await adomServer();
    const { text, whole } = await heard(server, 'malformed');
    assert.notEqual(text, whole);
    assert.throws(() => JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '""') as unknown);
    assert.equal(
      (await heard(server, 'empty-token')).text,
      'event: authenticated\ndata: {"session_token": ""}\n\n',
    );
    assert.equal((await heard(server, 'no-token')).text, 'event: authenticated\ndata: {}\n\n');
  });

  it('lost: the token counts as taken and never came', async () => {
    const server = await adomServer();
    await assert.rejects(heard(server, 'lost'));
    assert.equal(server.retrievals(), 1);
  });

  it('twice', async () => {
    const { text, whole } = await heard(await adomServer(), 'twice');
    assert.equal(text, whole + whole);
  });

  it('leaves a poll alone and waits for a stream', async () => {
    const server = await adomServer();
    const fault: Fault = { kind: 'stream', how: 'cut' };
    server.failNext(STATUS, fault);
    const intent = await createIntent(server);
    assert.equal((await get(statusUrl(server, intent))).json.state, 'pending');
    assert.equal(await (await openStream(server, intent)).text(), '');
    server.failNext(STATUS, fault);
    server.clearFaults();
    server.approve();
    assert.notEqual(await (await openStream(server, intent)).text(), '');
  });
});
