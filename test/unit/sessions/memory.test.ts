import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { itemOf } from '../../../src/sessions/items.ts';
import { SessionMemory } from '../../../src/sessions/memory.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';
import { renewed } from '../support/storeWorld.ts';

const A = recordOf('a', { signedInAtMs: 2_000 });
const B = recordOf('b', { signedInAtMs: 1_000 });
const NEXT = renewed(A, 'second');

function memoryOf(...records: Parameters<SessionMemory['publish']>[0][]): [SessionMemory, string[]] {
  const memory = new SessionMemory();
  for (const each of records) memory.publish(each);
  const told: string[] = [];
  memory.onDidChange(({ kind, record }) => told.push(`${kind} ${record.id}`));
  memory.firesChanges = true;
  return [memory, told];
}

describe('the sessions in memory', () => {
  it('are known by their ids, with their items', () => {
    const [memory, told] = memoryOf(A, endedOf('e'), removedOf('r'));
    assert.deepEqual(memory.ids(), ['a', 'e', 'r']);
    assert.deepEqual(memory.records(), [A, endedOf('e'), removedOf('r')]);
    assert.deepEqual([memory.get('a'), memory.itemOf('a')], [A, itemOf(A)]);
    for (const get of ['get', 'itemOf', 'liveSession'] as const) assert.equal(memory[get]('x'), undefined);
    assert.deepEqual(
      ['a', 'e', 'r'].map((id) => memory.liveSession(id)?.id),
      ['a', undefined, undefined],
    );
    assert.deepEqual(told, []);
  });

  it('are listed without signed-out ones, oldest sign-in first, in one list until something changes', () => {
    const [memory] = memoryOf(A, removedOf('r'), B);
    const list = memory.sessions();
    assert.deepEqual(list, [B, A]);
    memory.publish(A);
    assert.equal(memory.sessions(), list);
    memory.publish(NEXT);
    assert.deepEqual(memory.sessions(), [B, NEXT]);
  });

  it('are replaced by newer versions only, and each change is told', () => {
    const [memory, told] = memoryOf(A);
    memory.publish(NEXT);
    memory.publish(NEXT);
    memory.publish(A);
    memory.publish(B);
    assert.deepEqual([memory.get('a'), told], [NEXT, ['changed a', 'added b']]);
    memory.publish(removedOf('a'));
    memory.publish(NEXT);
    assert.deepEqual([memory.get('a'), told.at(-1)], [removedOf('a'), 'removed a']);
    memory.dispose();
    memory.publish(removedOf('b'));
    assert.equal(told.length, 3);
  });

  it('keep the item that they were read from', () => {
    const memory = new SessionMemory();
    const item = { ...itemOf(A), name: 'a.1-0-0.0123456789abcdef' };
    memory.publish(A, item);
    assert.equal(memory.itemOf('a'), item);
  });
});
