import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { KnownSessions } from '../../../src/sessions/sessionIndex.ts';
import { FakeMemento } from '../support/fakeMemento.ts';
import { recordOf } from '../support/record.ts';

describe('known sessions', () => {
  it('come back as they were written', async () => {
    const memento = new FakeMemento();
    const known = [{ id: 'a', provider: 'sigma-identity', scopes: ['profile', 'openid'] }];
    await new KnownSessions(memento).write(known);
    assert.deepEqual(new KnownSessions(memento).read(), known);
  });

  it('hold no secret and no name', async () => {
    const memento = new FakeMemento();
    await new KnownSessions(memento).write([recordOf('a', { refreshToken: 'refresh' })]);
    const text = JSON.stringify([...memento.kept]);
    assert.match(text, /"id":"a"/);
    assert.doesNotMatch(text, /token|refresh|Ann|bap-1|user-1|auth\.example/);
  });

  it('are none at first, and none again when all are gone', async () => {
    const known = new KnownSessions(new FakeMemento());
    assert.deepEqual(known.read(), []);
    await known.write([recordOf('a')]);
    await known.write([]);
    assert.deepEqual(known.read(), []);
  });

  for (const odd of ['text', 7, null, {}, [null], [{ id: 'a' }], [{ id: 'a', provider: 1, scopes: [] }]]) {
    it(`are none where there is something else: ${JSON.stringify(odd)}`, async () => {
      const memento = new FakeMemento();
      await memento.update('knownSessions', odd);
      assert.deepEqual(new KnownSessions(memento).read(), []);
    });
  }
});
