import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { preflight } from '../../../../src/sharing/mcp/preflight.ts';
import {
  Conversation,
  html,
  json,
  networkError,
  neverEnds,
  opaqueRedirect,
  redirect,
  type Reply,
} from '../../support/conversation.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const ADDRESS = 'https://tools.example/mcp';

async function ask(reply: Reply): Promise<{ says: string; conversation: Conversation }> {
  const clock = new FakeClock();
  const conversation = new Conversation(clock, [reply]);
  const says = await clock.run(preflight(conversation.http, ADDRESS, 'canary', NEVER));
  conversation.assertOver();
  return { says, conversation };
}

describe('the preflight request to an MCP server', () => {
  const rows: [what: string, reply: Reply, says: string][] = [
    ['a redirect', redirect('https://evil.example/mcp'), 'redirects'],
    ['a redirect in a browser', opaqueRedirect(), 'redirects'],
    ['a 401', json(401, {}), 'refused'],
    ['a 403', json(403, {}), 'refused'],
    ['a 401 whose body never ends', neverEnds(401), 'refused'],
    ['a redirect whose body never ends', neverEnds(307), 'redirects'],
    ['a stream that stays open', neverEnds(200, 'event: endpoint\n\n'), 'unknown'],
    ['a success', json(200, {}), 'unknown'],
    ['a 400 that asks for a session', json(400, {}), 'unknown'],
    ['a page', html(200), 'unknown'],
    ['no response', networkError('ECONNREFUSED'), 'unknown'],
    ['a 500', json(500, {}), 'unknown'],
  ];
  for (const [what, reply, says] of rows)
    it(`reports ${says} after ${what}, without following a redirect`, async () => {
      assert.equal((await ask(reply)).says, says);
    });

  it('takes no time when the body never ends, and closes the connection', async () => {
    const clock = new FakeClock();
    const canceled: unknown[] = [];
    const body = new ReadableStream({ cancel: (reason) => void canceled.push(reason) });
    const { http } = new Conversation(clock, [{ answer: () => new Response(body, { status: 401 }) }]);
    assert.equal(await clock.run(preflight(http, ADDRESS, 'canary', NEVER)), 'refused');
    assert.equal(clock.ranMs, 0);
    assert.equal(canceled.length, 1);
  });

  it('sends the token to that URL only and never logs it', async () => {
    const { conversation } = await ask(redirect('https://evil.example/mcp'));
    const [request, ...others] = conversation.requests;
    assert.deepEqual(others, []);
    assert.equal(request?.url, ADDRESS);
    assert.equal(request.headers.authorization, 'Bearer canary');
    assert.equal(request.redirect, 'manual');
    assert.ok(!conversation.log.lines.join().includes('canary'));
  });
});
