import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { extendSession, type ExtendSessionResult } from '../../../../src/services/sigma/session.ts';
import { Conversation, json, type Reply } from '../../support/conversation.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const EXPIRES_MS = Date.UTC(2026, 0, 1);
const SESSION = { session: { token: 'canary', expiresAt: new Date(EXPIRES_MS).toISOString() } };

const ROWS: [name: string, reply: Reply, result: ExtendSessionResult][] = [
  ['the session', json(200, SESSION), { kind: 'alive', expiresAtMs: EXPIRES_MS }],
  ['null', json(200, null), { kind: 'noSession' }],
  ['401 invalid_token', json(401, { error: 'invalid_token' }), { kind: 'noSession' }],
];

describe('extendSession', () => {
  for (const [name, reply, result] of ROWS)
    it(`${name}: ${result.kind}`, async () => {
      const clock = new FakeClock();
      const { http, log } = new Conversation(clock, [reply]);
      const asked = extendSession(http, 'https://auth.example/get-session', 'canary', NEVER);
      assert.deepEqual(await clock.run(asked), result);
      assert.match(log.lines.join('\n'), /^\w+ get-session: \d{3} [^\n]*$/);
      assert.doesNotMatch(log.lines.join('\n'), /canary/);
    });
});
