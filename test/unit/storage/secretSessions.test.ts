import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SecretSessions } from '../../../src/storage/secretSessions.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeSecrets } from '../support/fakeSecrets.ts';

function twoWindows(): [FakeSecrets, SecretSessions, SecretSessions] {
  const secrets = new FakeSecrets(new FakeClock());
  return [secrets, new SecretSessions(secrets.window()), new SecretSessions(secrets.window())];
}

describe('sessions in SecretStorage', () => {
  it('are written, listed, read, replaced and deleted by every window', async () => {
    const [, one, two] = twoWindows();
    assert.deepEqual(await one.ids(), []);
    assert.equal(await one.read('a'), undefined);
    await one.write('a', 'first');
    await two.write('b', 'other');
    await two.write('a', 'second');
    assert.deepEqual(await one.ids(), ['a', 'b']);
    assert.equal(await one.read('a'), 'second');
    await two.delete('a');
    await two.delete('a'); // a second time does no harm
    assert.deepEqual(await one.ids(), ['b']);
    assert.equal(await one.read('a'), undefined);
  });

  it('have a key of their own each, beside other secrets', async () => {
    const [secrets, one] = twoWindows();
    secrets.stored.set('sessionKey', 'other secret');
    await one.write('a', 'text');
    assert.deepEqual(
      [...secrets.stored],
      [
        ['sessionKey', 'other secret'],
        ['session/a', 'text'],
      ],
    );
    assert.deepEqual(await one.ids(), ['a']);
  });

  it('tell each listener of each change, in whichever window, and of no other secret', async () => {
    const [secrets, one, two] = twoWindows();
    const heard: string[] = [];
    one.onDidChange((id) => heard.push(`one ${id}`));
    const subscription = one.onDidChange((id) => heard.push(`removed ${id}`));
    two.onDidChange((id) => heard.push(`two ${id}`));
    subscription.dispose();
    await one.write('a', 'text');
    await secrets.window().store('sessionKey', 'other secret');
    await two.delete('a');
    assert.deepEqual(heard, ['one a', 'two a', 'one a', 'two a']);
  });

  it('tell nothing after the end', async () => {
    const [secrets, one, two] = twoWindows();
    one.onDidChange(() => assert.fail('it was disposed'));
    one.onDidChange(() => assert.fail('it was disposed'));
    one.dispose();
    await two.write('a', 'text');
    assert.equal(secrets.listeners, 0);
  });

  it("reject with VS Code's error", async () => {
    const [secrets, one] = twoWindows();
    const [readFailure, writeFailure] = [new Error('cannot be read'), new Error('cannot be written')];
    Object.assign(secrets, { readFailure, writeFailure });
    await assert.rejects(one.ids(), (error) => error === readFailure);
    await assert.rejects(one.read('a'), (error) => error === readFailure);
    await assert.rejects(one.write('a', 'text'), (error) => error === writeFailure);
    await assert.rejects(one.delete('a'), (error) => error === writeFailure);
  });
});
