import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readSessionIndex, writeSessionIndex } from '../../../src/sessions/sessionIndex.ts';
import { FakeMemento } from '../support/fakeMemento.ts';
import { recordOf } from '../support/record.ts';

const { grant } = recordOf('a');

describe('session index', () => {
  it('is read back as it was written, with the scopes in order', async () => {
    const memento = new FakeMemento();
    const index = [{ id: 'a', serviceId: 'sigma-identity', scopes: ['profile', 'openid'] }];
    await writeSessionIndex(memento, index);
    assert.deepEqual(readSessionIndex(memento), index);
  });

  it('holds no secret and no name', async () => {
    const memento = new FakeMemento();
    const session = recordOf('a', { grant: { ...grant, refreshToken: 'refresh' } });
    await writeSessionIndex(memento, [session]);
    const text = JSON.stringify([...memento.kept]);
    assert.match(text, /"id":"a"/);
    assert.doesNotMatch(text, /token|refresh|Ann|bap-1|user-1|auth\.example/);
  });

  it('is empty at first, and empty again when all sessions are gone', async () => {
    const memento = new FakeMemento();
    assert.deepEqual(readSessionIndex(memento), []);
    await writeSessionIndex(memento, [recordOf('a')]);
    assert.equal(readSessionIndex(memento).length, 1);
    await writeSessionIndex(memento, []);
    assert.deepEqual(readSessionIndex(memento), []);
  });

  for (const odd of ['text', 7, null, {}, [null], [{ id: 'a' }], [{ id: 'a', serviceId: 1, scopes: [] }]])
    it(`is empty if something else is stored in its place: ${JSON.stringify(odd)}`, async () => {
      const memento = new FakeMemento();
      await writeSessionIndex(memento, [recordOf('a')]);
      const [key] = memento.keys();
      assert.ok(key);
      await memento.update(key, odd);
      assert.deepEqual(readSessionIndex(memento), []);
    });

  it('rejects with VS Code’s error when it cannot be written', async () => {
    const memento = new FakeMemento();
    memento.writeFailure = new Error('full');
    await assert.rejects(
      writeSessionIndex(memento, [recordOf('a')]),
      (error) => error === memento.writeFailure,
    );
  });
});
