import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { Grant } from '../../../../src/services/service.ts';
import { json, type Reply, text } from '../../support/conversation.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { adomWorld, type World } from '../../support/serviceKit.ts';

const GRANT: Grant = {
  server: 'https://adom.example',
  accessToken: 'canary-old',
  sentAs: 'bearer',
  expiresAtMs: 7,
};
const NEW = { 'set-cookie': 'session_token=canary-new; Path=/; HttpOnly; Secure' };
const USER = { id: 'usr_1', display_name: 'Ann' };
const DEAD = json(401, { error: 'unauthorized' });

async function verified(reply: Reply, grant = GRANT): Promise<Grant | string> {
  const { clock, conversation, service } = adomWorld([reply]);
  const verdict = await clock.run(service.verify(grant, NEVER));
  conversation.assertOver();
  assert.doesNotMatch(conversation.log.lines.join(), /canary/);
  return verdict.kind === 'valid' ? verdict.grant : verdict.kind;
}

async function identified(...replies: Reply[]): Promise<World & { grant: Grant | undefined }> {
  const world = adomWorld(replies);
  const result = await world.clock.run(world.service.identify(GRANT, NEVER));
  world.conversation.assertOver();
  return { ...world, grant: result.kind === 'identified' ? result.grant : undefined };
}

describe('Adom: a new session token in a cookie', () => {
  const rotated = { ...GRANT, accessToken: 'canary-new' };

  it('is taken from a verification, and the rest of the grant stays', async () => {
    assert.deepEqual(await verified(json(200, USER, NEW)), rotated);
    const inCookie = { ...GRANT, sentAs: 'cookie' } as const;
    assert.deepEqual(await verified(json(200, USER, NEW), inCookie), { ...rotated, sentAs: 'cookie' });
  });

  it('is taken from a sign-in', async () => {
    assert.deepEqual((await identified(json(200, USER, NEW))).grant, rotated);
    assert.deepEqual((await identified(DEAD, json(200, USER, NEW))).grant, { ...rotated, sentAs: 'cookie' });
  });

  it('is taken without its quotes', async () => {
    const quoted = { 'set-cookie': 'session_token="canary-new"' };
    assert.deepEqual(await verified(json(200, USER, quoted)), rotated);
  });

  for (const [cookie, token] of [
    ['canary%2Dnew', 'canary-new'],
    ['"canary%2Dnew"', 'canary-new'],
    ['a1b2%2Bc3%3D%3D', 'a1b2+c3=='],
  ] as const)
    it(`is decoded: ${cookie}`, async () => {
      const encoded = { 'set-cookie': `session_token=${cookie}; Path=/` };
      assert.deepEqual(await verified(json(200, USER, encoded)), { ...GRANT, accessToken: token });
    });

  for (const cookie of ['s%3Aabc.def', '1|canary', 'id:canary', 'canary%ZZ', 'canary%20new'])
    it(`is logged when it cannot be read: ${cookie}`, async () => {
      const { clock, conversation, service } = adomWorld([
        json(200, USER, { 'set-cookie': `session_token=${cookie}` }),
      ]);
      assert.deepEqual(await clock.run(service.verify(GRANT, NEVER)), { kind: 'valid', grant: GRANT });
      const { lines } = conversation.log;
      assert.match(lines.join(), /warn user: .*new session token that cannot be read/);
      assert.doesNotMatch(lines.join(), /canary|abc/);
    });

  it('is taken from a cookie that lasts by the clock of the service, however wrong ours is', async () => {
    const dateMs = new FakeClock().now() - 2 * 3_600_000;
    const date = (ms: number): string => new Date(ms).toUTCString();
    const cookie = (ms: number): Record<string, string> => ({
      'set-cookie': `session_token=canary-new; Expires=${date(ms)}`,
      date: date(dateMs),
    });
    assert.deepEqual(await verified(json(200, USER, cookie(dateMs + 3_600_000))), rotated);
    assert.deepEqual(await verified(json(200, USER, cookie(dateMs - 1_000))), GRANT, 'that one is deleted');
  });

  it('is not taken from an answer about somebody else, and the log says so', async () => {
    const { clock, conversation, service } = adomWorld([json(200, USER, NEW)]);
    assert.deepEqual(await clock.run(service.verify(GRANT, NEVER, 'usr_2')), { kind: 'unknown' });
    assert.match(conversation.log.lines.join(), /warn user: the answer is about somebody else/);
  });

  it('is taken from an answer about the same user', async () => {
    const { clock, service } = adomWorld([json(200, USER, NEW)]);
    const verdict = await clock.run(service.verify(GRANT, NEVER, 'usr_1'));
    assert.deepEqual(verdict, { kind: 'valid', grant: rotated });
  });

  for (const cookie of [
    'session_token=; Path=/',
    'session_token=canary-new; Max-Age=0',
    'session_token=${env:HOME}',
    'session_token=canary%20new',
    'session_token=canary new',
    `session_token=${'x'.repeat(20_000)}`,
    'session=canary-new',
    'csrf_session_token=canary-new',
  ])
    it(`is not read from ${cookie.slice(0, 60)}`, async () => {
      const reply = json(200, USER, { 'set-cookie': cookie });
      assert.deepEqual(await verified(reply), GRANT);
      assert.deepEqual((await identified(reply)).grant, GRANT);
    });

  it('is not taken from an answer without a user', async () => {
    for (const reply of [text(200, '', NEW), json(200, {}, NEW), json(200, null, NEW), json(500, USER, NEW)])
      assert.equal(await verified(reply), 'unknown');
    assert.equal(await verified(json(401, USER, NEW)), 'rejected');
    assert.deepEqual((await identified(text(200, 'Welcome', NEW), json(404, {}))).grant, GRANT);
    assert.deepEqual((await identified(json(404, USER, NEW))).grant, GRANT);
    const refused = await identified(json(401, USER, NEW), json(404, {}));
    assert.deepEqual(refused.grant, { ...GRANT, sentAs: 'cookie' });
    const [, second] = refused.conversation.requests;
    assert.equal(second?.headers.cookie, 'session_token=canary-old');
  });
});
