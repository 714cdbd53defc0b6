import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { adomServer, createIntent, get, openStream, statusUrl } from './adomApi.ts';

const STATUS = 'GET /auth/intents/*/status';

/** The stream as Adom's AuthenticationIntent guide documents it. */
describe('Adom reference server: the stream', () => {
  it('sends pings, then the event with the token, and ends', async () => {
    const server = await adomServer({ pingMs: 5 });
    const intent = await createIntent(server);
    const response = await openStream(server, intent);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader?.read())?.value, ': ping\n\n');
    server.approve();
    let rest = '';
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
      rest += part.value;
    assert.equal(server.retrievals(), 1, 'the stream retrieves the token, as a poll does');
    const { json } = await get(statusUrl(server, intent));
    const data = JSON.stringify({ session_token: json.session_token });
    assert.equal(rest.replaceAll(': ping\n\n', ''), `event: authenticated\ndata: ${data}\n\n`);
  });

  it('sends the event immediately if the user has already approved', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    server.approve();
    assert.match(await (await openStream(server, intent)).text(), /^event: authenticated\ndata: /);
  });

  it('answers 404 for an unknown token and 410 for an expired intent', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    assert.equal((await openStream(server, { ...intent, token: 'unknown' })).status, 404);
    server.expire();
    assert.equal((await openStream(server, intent)).status, 410);
  });

  it('sends a timeout event without data when the intent expires', async () => {
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
});
