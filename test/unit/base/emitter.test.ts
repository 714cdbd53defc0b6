import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Emitter } from '../../../src/base/emitter.ts';

describe('Emitter', () => {
  it('calls listeners in subscription order', () => {
    const emitter = new Emitter<string>();
    const heard: string[] = [];
    emitter.event((value) => heard.push(`one ${value}`));
    emitter.event((value) => heard.push(`two ${value}`));
    emitter.fire('a');
    emitter.fire('b');
    assert.deepEqual(heard, ['one a', 'two a', 'one b', 'two b']);
  });

  it('does not call a listener after its subscription is disposed', () => {
    const emitter = new Emitter<string>();
    const heard: string[] = [];
    const listener = (value: string): number => heard.push(value);
    const first = emitter.event(listener);
    const second = emitter.event(listener);
    emitter.fire('a');
    first.dispose();
    first.dispose();
    emitter.fire('b');
    second.dispose();
    emitter.fire('c');
    assert.deepEqual(heard, ['a', 'a', 'b'], 'each subscription counts');
  });

  it('does not call a listener that subscribes during the event', () => {
    const emitter = new Emitter<string>();
    const heard: string[] = [];
    const subscription = emitter.event(() => {
      emitter.event((value) => heard.push(value));
      subscription.dispose();
    });
    emitter.fire('a');
    assert.deepEqual(heard, []);
    emitter.fire('b');
    assert.deepEqual(heard, ['b']);
  });

  it('calls no listener after it is disposed', () => {
    const emitter = new Emitter<string>();
    const heard: string[] = [];
    emitter.event((value) => heard.push(value));
    emitter.dispose();
    emitter.fire('a');
    assert.deepEqual(heard, []);
  });
});
