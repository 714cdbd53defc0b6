import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { demoPerson, requestsTo } from '../../servers/adom.ts';
import { adomServer, get } from './adomApi.ts';
import { adomService, begin, granted, until, whileTesting } from './client.ts';

const STATUS = 'GET /auth/intents/*/status';

/** A clock on which no wait ever ends unless it is aborted. */
const stopped: Clock = {
  now: () => Date.now(),
  sleep: (_ms, signal) => systemClock.sleep(2 ** 31 - 1, signal),
};

describe('Adom over HTTP: a whole sign-in', { concurrency: true }, () => {
  for (const updates of ['auto', 'stream', 'poll'] as const) {
    for (const updatesUrl of ['with-status', 'without-status', 'absent'] as const) {
      it(`signs in by ${updates}, updates_url ${updatesUrl}`, async () => {
        const confirmationCode = updatesUrl !== 'absent';
        const server = await adomServer({ updatesUrl, confirmationCode });
        const told: number[] = [];
        const now = (): number => told[told.push(systemClock.now()) - 1] ?? NaN;
        const service = adomService(server, updates, { ...systemClock, now });
        const pending = await begin(service);
        assert.equal(pending.userCode !== undefined, confirmationCode);
        const token = new URL(pending.browserUri).searchParams.get('token') ?? '';
        assert.equal(pending.browserUri, `${server.url}/auth/intent?token=${token}`);

        const contact: boolean[] = [];
        const waited = pending.wait(whileTesting(), ({ kind }) => contact.push(kind === 'service'));
        if (updates !== 'poll') await until(() => server.openStreams === 1);
        server.approve(token);
        const grant = granted(await waited);

        assert.equal(server.retrievals(), 1, 'the token is retrieved once');
        assert.equal(requestsTo(server.requests, STATUS).length, 1);
        assert.ok(contact.every((reached) => reached));
        assert.ok(told.includes((grant.expiresAtMs ?? 0) - 3_600_000), 'the life of the setting');

        const identified = await service.identify(grant, whileTesting());
        assert.ok(identified.kind === 'identified');
        const { id, email, display_name: name } = demoPerson.user;
        const accountLabel = `${name} (${id})`;
        assert.deepEqual(identified.person, { subject: id, accountId: id, accountLabel, name, email });

        await service.revoke(identified.grant, whileTesting());
        assert.ok(server.requests.every(({ headers }) => headers['user-agent'] === 'unit-test/1'));
        const authorization = `Bearer ${grant.accessToken}`;
        assert.equal(
          (await get(`${server.url}/user`, { authorization })).status,
          401,
          'the session has ended',
        );
        await until(() => server.openStreams === 0);
      });
    }
  }

  it('sends the token in a cookie after Bearer was refused, also at sign-out', async () => {
    const server = await adomServer({ bearer: false });
    const service = adomService(server);
    const waited = (await begin(service)).wait(whileTesting(), () => undefined);
    server.approve();
    const identified = await service.identify(granted(await waited), whileTesting());
    assert.ok(identified.kind === 'identified');
    assert.equal(identified.person.accountId, demoPerson.user.id);
    assert.equal(identified.grant.sentAs, 'cookie');
    await service.revoke(identified.grant, whileTesting());
    const cookie = `session_token=${identified.grant.accessToken}`;
    assert.equal((await get(`${server.url}/user`, { cookie })).status, 401);
  });

  it('adopts the new token of each user response and signs out with the newest', async () => {
    const server = await adomServer({ rotatesTokens: true });
    const service = adomService(server);
    const waited = (await begin(service)).wait(whileTesting(), () => undefined);
    server.approve();
    const first = granted(await waited);
    const identified = await service.identify(first, whileTesting());
    assert.ok(identified.kind === 'identified');
    const verdict = await service.verify(identified.grant, whileTesting());
    assert.ok(verdict.kind === 'valid');
    const { grant } = verdict;
    const tokens = [first, identified.grant, grant].map(({ accessToken }) => accessToken);
    assert.equal(new Set(tokens).size, 3);
    assert.deepEqual(grant, { ...first, sentAs: 'bearer', accessToken: grant.accessToken });
    assert.deepEqual(await service.verify(first, whileTesting()), { kind: 'rejected' });
    await service.revoke(grant, whileTesting());
    assert.deepEqual(await service.verify(grant, whileTesting()), { kind: 'rejected' });
  });

  it('closes its stream when the user cancels', async () => {
    const server = await adomServer();
    const cancel = new AbortController();
    const waited = (await begin(adomService(server))).wait(cancel.signal, () => undefined);
    await until(() => server.openStreams === 1);
    const reason = new Error('canceled');
    cancel.abort(reason);
    await assert.rejects(waited, reason);
    await until(() => server.openStreams === 0);
    assert.equal(requestsTo(server.requests, STATUS).length, 1, 'it does not reconnect');
  });
});

describe('Adom over HTTP: from the approval to the session', () => {
  it('needs no request or interval with a stream', async () => {
    const server = await adomServer();
    const waited = (await begin(adomService(server, 'stream', stopped))).wait(
      whileTesting(),
      () => undefined,
    );
    await until(() => server.openStreams === 1);
    const asked = server.requests.length;
    server.approve();
    granted(await waited);
    assert.equal(server.requests.length, asked);
  });
});
