import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SessionRecord } from '../../../src/sessions/sessionRecord.ts';
import { listAccounts, listKeptAccounts } from '../../../src/ui/accountPicker.ts';
import { offerInAccountsMenu } from '../../../src/ui/accountsMenu.ts';
import { World } from './world.ts';

/** A world with a session whose access token has ended. */
async function waitingWorld(): Promise<World> {
  const world = new World();
  const { id } = await world.signIn(['a']);
  const record: SessionRecord | undefined = world.store.get(id);
  assert.ok(record);
  await world.store.put({ ...record, refreshToken: 'refresh', expiresAtMs: 0 });
  return world;
}

describe('an account whose session waits to be renewed', () => {
  it('is offered for a sign-out and not for use', async () => {
    const { provider } = await waitingWorld();
    assert.deepEqual(
      (await listKeptAccounts([provider])).map(({ id, label }) => ({ id, label })),
      [{ id: 'bap-1', label: 'Ann (bap-1)' }],
    );
    assert.deepEqual(await listAccounts([provider]), []);
  });

  it('gets no entry in the Accounts menu, because the question for one would use the network', async () => {
    const log = vscode.window.createOutputChannel('Accounts menu', { log: true });
    const looks = async (world: World): Promise<number> => {
      let count = 0;
      const signedIn = { load: () => world.store.load(), records: () => [] };
      const wanted = (): string[] => {
        count += 1;
        return [];
      };
      offerInAccountsMenu([world.provider], signedIn, wanted, log).dispose();
      await world.pending();
      return count;
    };
    assert.equal(await looks(await waitingWorld()), 0);
    assert.equal(await looks(new World()), 1);
    log.dispose();
  });
});
