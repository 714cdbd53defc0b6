import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { MAX_BODY_CHARACTERS } from '../../../src/http/body.ts';
import { after, json, networkError, redirect, type Reply, text } from '../support/conversation.ts';
import { exchange } from '../support/exchange.ts';

describe('send: the log', () => {
  for (const [name, reply, line, level = 'debug'] of [
    ['logs the status', after(0.25, json(200, { access_token: 'canary' })), '200 after 250 ms'],
    ['logs a plain error code', json(400, { error: 'slow_down' }), '400 slow_down after 0 ms'],
    [
      'does not log an error with other text',
      json(400, { error: 'token canary-1 is bad' }),
      '400 after 0 ms',
    ],
    ['does not log an error that is null', json(400, { error: null }), '400 after 0 ms'],
    ['does not log an error that is an object', json(400, { error: { canary: 1 } }), '400 after 0 ms'],
    [
      'does not log the target of a redirect',
      redirect('https://elsewhere.example/canary'),
      'redirect refused from <auth.example> (loginPage) after 0 ms',
      'info',
    ],
    [
      'logs the code of a network error, not its message',
      networkError('ECONNRESET'),
      'no answer from <auth.example> (reset: TypeError (cause: Error ECONNRESET)) after 0 ms',
      'info',
    ],
    [
      'logs what is wrong with an answer',
      json(404, { error: 'no_such_page' }),
      '404 no_such_page from <auth.example> (notFound) after 0 ms',
      'info',
    ],
  ] as const) {
    it(name, async () => {
      const { conversation } = await exchange(reply);
      assert.deepEqual(conversation.log.lines, [`${level} test: ${line}`]);
    });
  }

  it('logs that an answer was too large', async () => {
    const { conversation } = await exchange(text(200, 'x'.repeat(MAX_BODY_CHARACTERS + 1)));
    assert.deepEqual(conversation.log.lines, [
      'info test: no answer from <auth.example> (unknown: AnswerTooLargeError) after 0 ms',
    ]);
  });

  it('logs the name of an error without a code', async () => {
    const failing = (error: unknown): Reply => ({
      answer: () => {
        throw error;
      },
    });
    for (const [error, reason] of [
      [new TypeError('canary'), 'TypeError'],
      [new TypeError('canary', { cause: 'canary' }), 'TypeError'],
      [new TypeError('canary', { cause: { code: 'https://canary' } }), 'TypeError'],
      ['canary', 'an unknown error'],
    ] as const) {
      const { conversation } = await exchange(failing(error));
      assert.deepEqual(conversation.log.lines, [
        `info test: no answer from <auth.example> (unknown: ${reason}) after 0 ms`,
      ]);
    }
  });
});
