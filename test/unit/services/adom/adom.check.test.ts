import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { ServiceCheck } from '../../../../src/services/serviceCheck.ts';
import { html, json, networkError, never, redirect, type Reply, text } from '../../support/conversation.ts';
import { adomWorld, assertCancels } from '../../support/serviceKit.ts';

const ANSWERS: [answer: ServiceCheck['answer'], name: string, reply: Reply][] = [
  ['service', '401', json(401, { error: 'Unauthorized' })],
  ['notTheService', '401 without a body', text(401, '')],
  ['notTheService', '401 of a proxy', json(401, {}, { 'www-authenticate': 'Negotiate' })],
  ['loginPage', '401 of a page', html(401)],
  ['loginPage', 'a page', html(200)],
  ['notFound', '404', json(404, {})],
  ['notTheService', 'a user, though nobody said who asks', json(200, { id: 'user-1' })],
  ['loginPage', 'a redirect', redirect('https://elsewhere.example/')],
  ['serverFault', '502', html(502)],
  ['dns', 'no connection', networkError('ENOTFOUND')],
  ['timeout', 'no answer', never()],
];

describe('Adom: check', () => {
  for (const [answer, name, reply] of ANSWERS) {
    it(`${answer}: ${name}`, async () => {
      const { clock, conversation, service } = adomWorld([reply]);
      const found = await clock.run(service.check(NEVER));
      assert.equal(found.answer, answer);
      assert.equal(found.client, undefined, 'Adom has no client ids');
      assert.equal(clock.pending, 0);
      conversation.assertOver();
      const [request] = conversation.requests;
      assert.equal(`${request?.method} ${request?.url}`, 'GET https://adom.example/user');
      assert.equal(request?.headers.authorization ?? request?.headers.cookie, undefined);
    });
  }

  it('sends nothing if the setting is not an address', async () => {
    const { service, clock, conversation } = adomWorld([], { apiUrl: '' });
    assert.deepEqual(await clock.run(service.check(NEVER)), { answer: 'badServerSetting' });
    conversation.assertOver();
  });

  it('rejects at once when it is canceled', async () => {
    const world = adomWorld([never()]);
    await assertCancels(world, 2, (signal) => world.service.check(signal));
  });
});
