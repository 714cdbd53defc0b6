import assert from 'node:assert/strict';
import { allAccounts, usableAccounts } from '../../../src/accounts/accountPicker.ts';
import { offerInAccountsMenu } from '../../../src/accounts/accountsMenu.ts';
import { UsedServices, type WantedServices } from '../../../src/accounts/usedServices.ts';
import { FakeMemento } from '../../unit/support/fakeMemento.ts';
import { World } from './world.ts';

/** A world with a session whose access token has expired. */
async function waitingWorld(): Promise<World> {
  const world = new World();
  const { id } = await world.signIn(['a']);
  const record = world.sessions.store.liveSession(id);
  assert.ok(record);
  const grant = { ...record.grant, refreshToken: 'refresh', expiresAtMs: 0 };
  await world.sessions.store.replace({ ...record, version: { ...record.version, revision: 1 }, grant });
  return world;
}

describe('an account whose session is due for renewal', () => {
  it('is listed for signing out but not for use', async () => {
    const { provider } = await waitingWorld();
    assert.deepEqual(
      (await allAccounts([provider])).map(({ account: { id, label } }) => ({ id, label })),
      [{ id: 'bap-1', label: 'Ann (bap-1)' }],
    );
    // Without a refresh token, this would end the session.
    assert.deepEqual(await usableAccounts([provider]), []);
  });

  it('gets no entry in the Accounts menu, because asking for one would use the network', async () => {
    const timesRead = async (world: World): Promise<number> => {
      let count = 0;
      const wanted = (): WantedServices => {
        count += 1;
        return { ids: [], isUserSet: true };
      };
      const used = new UsedServices(new FakeMemento(), world.log);
      offerInAccountsMenu(world.sessions, wanted, used, world.runtime).dispose();
      await world.pending();
      return count;
    };
    assert.equal(await timesRead(await waitingWorld()), 0);
    assert.equal(await timesRead(new World()), 1);
  });
});
