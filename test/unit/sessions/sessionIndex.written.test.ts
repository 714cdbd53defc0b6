import assert from 'node:assert/strict';
import { it, mock } from 'node:test';

import { writeSessionIndex } from '../../../src/sessions/sessionIndex.ts';
import { FakeMemento } from '../support/fakeMemento.ts';
import { recordOf } from '../support/record.ts';

it('writes the index of sessions only when it changes', async () => {
  const memento = new FakeMemento();
  const update = mock.method(memento, 'update');
  const { grant } = recordOf('a');
  await writeSessionIndex(memento, [recordOf('a')]);
  await writeSessionIndex(memento, [recordOf('a', { grant: { ...grant, accessToken: 'renewed' } })]);
  assert.equal(update.mock.callCount(), 1);
  await writeSessionIndex(memento, [recordOf('b')]);
  assert.equal(update.mock.callCount(), 2);
});
