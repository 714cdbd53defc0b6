import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Grant, RenewResult } from '../../../src/services/service.ts';
import { missingScopes } from '../../../src/sessions/accounts.ts';
import { FakeService } from '../support/fakeService.ts';
import { SessionWorld, type Window, worldOf } from '../support/sessionWorld.ts';

const REQUESTED = ['openid', 'email', 'profile'];

/** Grants other scopes with each renewal. */
class ChangingService extends FakeService {
  scopes: string[] | undefined;

  override async renew(grant: Grant, signal: AbortSignal): Promise<RenewResult> {
    const renewed = await super.renew(grant, signal);
    if (renewed.kind !== 'granted' || this.scopes === undefined) return renewed;
    return { ...renewed, grant: { ...renewed.grant, scopes: this.scopes } };
  }
}

function warnings({ log }: Window): string[] {
  return log.lines.filter((line) => line.includes('scopes'));
}

describe('granted scopes', () => {
  for (const [granted, missing] of [
    [undefined, []],
    [REQUESTED, []],
    [['profile', 'openid', 'email', 'admin'], []],
    [['openid'], ['email', 'profile']],
    [['admin'], REQUESTED],
    [['Email'], REQUESTED],
  ] as const)
    it(`of a sign-in are compared with those requested: ${granted?.join(' ') ?? 'not said'}`, async () => {
      const world = new SessionWorld();
      const one = await world.ready();
      const grant = { ...world.service.grant(), ...(granted && { scopes: [...granted] }) };
      const record = await world.clock.run(world.signIn(one, grant, REQUESTED));
      assert.deepEqual(record.scopes, REQUESTED, 'VS Code compares the scopes with those it requested');
      assert.deepEqual(missingScopes(record), missing);
      const warning = `warn Test Identity has not granted these scopes: ${missing.join(' ')}.`;
      assert.deepEqual(warnings(one), missing.length > 0 ? [warning] : []);
    });

  it('of a renewal are compared with those before', async () => {
    const [world, service] = worldOf((clock) => new ChangingService(clock));
    const hold = { lifeMs: 60_000, refreshable: true };
    world.have('a', { ...service.grant(hold), scopes: ['openid', 'email'] }, { scopes: REQUESTED });
    service.lifeMs = 60_000;
    const one = await world.ready();
    const grantedAfter = async (scopes: string[] | undefined): Promise<unknown> => {
      service.scopes = scopes;
      await world.clock.advance(55_000);
      await world.sessionsOf(one);
      return one.store.liveSession('a')?.grant.scopes;
    };
    assert.deepEqual(await grantedAfter(['email', 'openid']), ['email', 'openid']);
    assert.deepEqual(warnings(one), []);
    assert.deepEqual(await grantedAfter(['openid']), ['openid']);
    assert.deepEqual(warnings(one), ['warn Test Identity no longer grants these scopes: email.']);
    assert.deepEqual(await grantedAfter(['openid']), ['openid']);
    assert.equal(warnings(one).length, 1);
    assert.deepEqual(one.store.liveSession('a')?.scopes, REQUESTED);
  });
});
