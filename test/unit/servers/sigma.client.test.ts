import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Clock } from '../../../src/base/clock.ts';
import type { Failure } from '../../../src/oauth/failure.ts';
import type { Grant } from '../../../src/services/service.ts';
import { requestsTo, secondPerson, type Fault, type SigmaServer } from '../../servers/sigma.ts';
import {
  begin,
  granted,
  hurried,
  LONGEST_PAUSE_MS,
  sigmaService,
  unlimited,
  whileTesting,
} from './client.ts';
import { accessToken, sigmaServer, userinfo } from './sigmaApi.ts';
import { unreachable } from '../support/unreachable.ts';

const TOKEN = 'POST /api/auth/device/token';

/** better-auth allows whole seconds only; the client's clock runs ten times as fast. */
const FAST = { identityAtApproval: true, intervalSeconds: 1 };

function answersToPolls({ requests }: SigmaServer): unknown[] {
  return requestsTo(requests, TOKEN).map(({ status }) => status);
}

async function grantFor(server: SigmaServer): Promise<Grant> {
  return { server: server.url, accessToken: await accessToken(server) };
}

describe('Sigma Identity over HTTP: a whole sign-in', { concurrency: true }, () => {
  it('signs in, identifies the user, and signs out', async () => {
    const server = await sigmaServer(FAST);
    const service = sigmaService(server);
    const pending = await begin(service);
    const { userCode = '' } = pending;
    assert.equal(pending.browserUri, `${server.url}/device?code=${userCode}`);
    await server.approve(userCode, 1, 1);
    const grant = granted(await pending.wait(whileTesting(), () => undefined));
    assert.deepEqual(answersToPolls(server), [200], 'no poll after success');

    const unhurried = sigmaService(server, unlimited);
    const identified = await unhurried.identify(grant, whileTesting());
    assert.ok(identified.kind === 'identified');
    const { person } = identified;
    const [, { bapId, pubkey, profile } = assert.fail()] = secondPerson.identities;
    assert.equal(person.accountId, bapId);
    assert.equal(person.accountLabel, `${profile?.alternateName ?? ''} (${bapId})`);
    assert.equal(person.bap?.pubkey, pubkey);

    assert.equal((await userinfo(server, grant.accessToken)).status, 200);
    await unhurried.revoke(grant, whileTesting());
    assert.equal((await userinfo(server, grant.accessToken)).status, 401, 'the token has ended');
  });

  it('polls while it is pending, and waits longer after slow_down', async () => {
    const server = await sigmaServer(FAST);
    const pauses: number[] = [];
    const clock: Clock = {
      ...hurried,
      sleep: (ms, signal) => {
        if (ms <= LONGEST_PAUSE_MS) pauses.push(ms);
        return hurried.sleep(ms, signal);
      },
    };
    const pending = await begin(sigmaService(server, clock));
    const { userCode = '' } = pending;
    const [errors, longest]: [unknown[], number[]] = [[], []];
    const onAnswer = (act: () => unknown): void => {
      const change = async (answer: Record<string, unknown>): Promise<unknown> => {
        errors.push(answer.error);
        longest.push(Math.max(...pauses.splice(0)));
        await act();
        return answer;
      };
      server.failNext(TOKEN, { kind: 'rewrite', change });
    };
    onAnswer(() => {
      server.setLastPoll(userCode, Date.now() + 3_600_000);
    });
    onAnswer(() => {
      server.setLastPoll(userCode, 0);
      return server.approve(userCode);
    });
    granted(await pending.wait(whileTesting(), () => undefined));
    assert.deepEqual(errors, ['authorization_pending', 'slow_down']);
    const [, before = NaN] = longest;
    assert.ok(Math.max(...pauses) > before, 'the wait after slow_down is longer');
    assert.deepEqual(answersToPolls(server), [400, 400, 200]);
  });

  for (const revocation of [false, true]) {
    it(`ends the token ${revocation ? 'by revoke when sign-out fails' : 'by sign-out when there is no revoke'}`, async () => {
      const server = await sigmaServer({ revocation });
      const grant = await grantFor(server);
      if (revocation) server.failNext('/api/auth/sign-out', { kind: 'answer', status: 500 });
      await sigmaService(server, unlimited).revoke(grant, whileTesting());
      assert.equal((await userinfo(server, grant.accessToken)).status, 401);
    });
  }
});

describe('Sigma Identity over HTTP: failures', { concurrency: true }, () => {
  it('fails when the user denies', async () => {
    const server = await sigmaServer(FAST);
    const pending = await begin(sigmaService(server));
    await server.deny(pending.userCode ?? '');
    const waited = await pending.wait(whileTesting(), () => undefined);
    assert.deepEqual(waited, { kind: 'failed', failure: { kind: 'denied' } });
  });

  it('ends when the code has expired', async () => {
    const server = await sigmaServer(FAST);
    const pending = await begin(sigmaService(server));
    server.expire(pending.userCode ?? '');
    assert.deepEqual(await pending.wait(whileTesting(), () => undefined), { kind: 'expired' });
  });

  it('fails when the server does not know the client id', async () => {
    const service = sigmaService(await sigmaServer({ clientIds: ['another'] }));
    const failure: Failure = { kind: 'clientRefused', error: 'invalid_client' };
    assert.deepEqual(await service.begin(service.defaultScopes, whileTesting()), { kind: 'failed', failure });
  });

  it('fails with codeSpent when the answer with the token is lost', async () => {
    const server = await sigmaServer(FAST);
    const pending = await begin(sigmaService(server));
    await server.approve(pending.userCode ?? '');
    server.failNext(TOKEN, { kind: 'lost' });
    const waited = await pending.wait(whileTesting(), () => undefined);
    assert.deepEqual(waited, { kind: 'failed', failure: { kind: 'codeSpent' } });
  });

  const ends: [name: string, fault: Fault, failure: Failure][] = [
    ['a page instead of a code', { kind: 'html' }, unreachable('loginPage')],
    [
      'a redirect instead of a code',
      { kind: 'redirect', to: 'http://127.0.0.1:9/' },
      unreachable('loginPage'),
    ],
    ['no answer', { kind: 'drop' }, unreachable('reset')],
  ];
  for (const [name, fault, failure] of ends) {
    it(`fails after ${name}`, async () => {
      const server = await sigmaServer();
      server.failNext('/api/auth/device/code', fault);
      const begun = await sigmaService(server).begin(['openid'], whileTesting());
      assert.deepEqual(begun, { kind: 'failed', failure });
    });
  }

  it('fails when the token is rejected at its first use', async () => {
    const server = await sigmaServer();
    const grant = await grantFor(server);
    await server.endSession(grant.accessToken);
    const identified = await sigmaService(server).identify(grant, whileTesting());
    assert.deepEqual(identified, { kind: 'failed', failure: { kind: 'grantRejected' } });
  });
});
