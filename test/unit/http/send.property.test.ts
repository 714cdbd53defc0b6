import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';

import * as fc from 'fast-check';

import { NEVER } from '../../../src/base/timeLimit.ts';
import { MAX_BODY_CHARACTERS } from '../../../src/http/body.ts';
import { send } from '../../../src/http/send.ts';
import { streamIntent } from '../../../src/services/adom/stream.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { holds } from '../support/fuzz.ts';
import { anyJson, hostileText } from '../support/hostile.ts';
import { RecordingLog } from '../support/recordingLog.ts';

/** What a server sends, and whether it breaks the connection after that. */
interface Sent {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  readonly breaks: boolean;
}

const c = fc.constantFrom;
const header = c<readonly [string, string]>(
  ['content-type', 'application/json'],
  ['content-type', 'text/event-stream'],
  ['content-length', '10'],
  ['content-length', '99999999'],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'gzip, gzip, br, x'],
  ['location', '/landed?canary'],
  ['refresh', '0; url=/landed'],
  ['connection', 'close'],
  ['set-cookie', 'session_token=x'],
  ['date', 'never'],
  ['retry-after', 'never'],
  ['x', 'y'.repeat(20_000)],
);
const text = fc.oneof(
  anyJson.map((value) => JSON.stringify(value)),
  hostileText,
  c('event: authenticated\ndata: {"session_token":"tok"}\n\n', 'event: timeout\n\n', ': ping\n\n'),
);
/** Too large, too deep, and a small answer that becomes a large one. */
const huge = c<Uint8Array>(
  Buffer.alloc(MAX_BODY_CHARACTERS + 1, ' '),
  Buffer.alloc(100_000, '['),
  gzipSync(Buffer.alloc(5 * MAX_BODY_CHARACTERS)),
);
const body = fc.oneof(
  { weight: 20, arbitrary: text.map((each) => Buffer.from(each)) },
  { weight: 8, arbitrary: text.map((each) => gzipSync(each)) },
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 1, arbitrary: huge },
);
const sent: fc.Arbitrary<Sent> = fc.record({
  status: c(200, 200, 200, 201, 204, 206, 301, 302, 304, 307, 400, 401, 404, 503, 599),
  headers: fc.array(header, { maxLength: 4 }),
  body,
  breaks: fc.oneof({ weight: 3, arbitrary: c(false) }, { weight: 1, arbitrary: c(true) }),
});

describe('any answer over a real connection', () => {
  let server: Server;
  let origin: string;
  let next: Sent;
  let requests: (string | undefined)[] = [];

  before(async () => {
    server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      requests.push(request.url);
      response.strictContentLength = false;
      for (const [name, value] of next.headers) response.setHeader(name, value);
      response.writeHead(next.status);
      response.write(next.body, () => {
        if (next.breaks) response.destroy();
      });
      if (!next.breaks) response.end(() => response.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it('is an answer, a redirect or no answer: nothing else is requested, and nothing is thrown', (context) =>
    holds(context, sent, async (answer) => {
      [next, requests] = [answer, []];
      const log = new RecordingLog();
      const http = { fetch: globalThis.fetch, clock: new FakeClock(), log };
      const headers = { authorization: 'Bearer canary' };
      const outcome = await send(
        http,
        { name: 'test', method: 'GET', url: `${origin}/canary`, headers },
        NEVER,
      );
      assert.ok(['answer', 'redirect', 'noAnswer'].includes(outcome.kind));
      assert.deepEqual(requests, ['/canary'], 'redirects are not followed, and nothing is repeated');
      assert.doesNotMatch(log.lines.join('\n'), /canary/);
      assert.equal(http.clock.pending, 0);
    }));

  it('is a status of the intent or a broken stream, and the stream is opened once', (context) =>
    holds(context, sent, async (answer) => {
      [next, requests] = [answer, []];
      const clock = new FakeClock();
      const log = new RecordingLog();
      const http = { fetch: globalThis.fetch, clock, log };
      const streamed = await streamIntent(http, `${origin}/canary`, clock.now() + 900_000, NEVER, {
        onOpen: () => undefined,
        onAnswer: () => undefined,
      });
      assert.ok(
        ['broken', 'mute', 'pending', 'expired', 'authenticated', 'disturbance'].includes(streamed.kind),
      );
      assert.deepEqual(requests, ['/canary']);
      assert.doesNotMatch(log.lines.join('\n'), /canary/);
      await clock.settle();
      assert.equal(clock.pending, 0);
    }));
});
