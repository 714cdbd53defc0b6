import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { itemOf, itemFor } from '../../../src/sessions/items.ts';
import { FIRST_VERSION } from '../../../src/sessions/record.ts';
import { inParts } from '../../../src/storage/parts.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeStorage, textOf } from '../support/fakeStorage.ts';
import { recordOf } from '../support/record.ts';

const record = recordOf('a');
const session = itemOf(record);
const identity = itemFor('a', FIRST_VERSION, 'handle');

async function bothStored(): Promise<{ storage: FakeStorage; parts: ReturnType<typeof inParts> }> {
  const storage = new FakeStorage(new FakeClock());
  const parts = inParts(storage.window());
  await parts.sessions.add(session, textOf(record));
  await parts.identities.add(identity, 'handle');
  return { storage, parts };
}

describe('a storage in two parts', () => {
  it('lists in each part its own items only, though both are of the same session', async () => {
    const { storage, parts } = await bothStored();
    assert.deepEqual(await parts.sessions.names(), [session.name]);
    assert.deepEqual(await parts.identities.names(), [identity.name]);
    assert.equal(storage.stored.size, 2);
  });

  it('reads in each part what was added to it', async () => {
    const { parts } = await bothStored();
    assert.equal(await parts.sessions.read(session.name), textOf(record));
    assert.equal(await parts.identities.read(identity.name), 'handle');
    assert.equal(await parts.sessions.read(identity.name), undefined);
  });

  it('deletes the older items of the same part only', async () => {
    const { parts } = await bothStored();
    const next = itemFor('a', { ...FIRST_VERSION, signIn: 2 }, 'next');
    await parts.identities.add(next, 'next');
    assert.deepEqual(await parts.identities.names(), [next.name]);
    assert.deepEqual(await parts.sessions.names(), [session.name]);
  });

  it('tells each part of its own changes, and both when any item may have changed', async () => {
    const { storage, parts } = await bothStored();
    const heard: string[] = [];
    parts.sessions.onDidChange((id) => heard.push(`sessions ${id ?? 'all'}`));
    parts.identities.onDidChange((id) => heard.push(`identities ${id ?? 'all'}`));
    await parts.sessions.add(itemOf(recordOf('b')), '');
    await parts.identities.add(itemFor('c', FIRST_VERSION, ''), '');
    storage.tellOfAll();
    assert.deepEqual(heard, ['sessions b', 'identities c', 'sessions all', 'identities all']);
  });
});
