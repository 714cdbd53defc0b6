import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { isOffered, UsedServices } from '../../../src/accounts/usedServices.ts';
import { FakeMemento } from '../support/fakeMemento.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const BOTH = ['sigma-identity', 'adom'];

describe('the services offered in the Accounts menu', () => {
  const rows: [what: string, own: unknown[] | undefined, used: string[], offered: string[]][] = [
    ['both before the first sign-in', undefined, [], BOTH],
    ['the one that was used', undefined, ['adom'], ['adom']],
    ['both if both were used', undefined, ['adom', 'sigma-identity'], BOTH],
    ['none if only a service of another version was used', undefined, ['github'], []],
    ['both if the user says so, whatever was used', BOTH, ['adom'], BOTH],
    ['the other one if the user says so', ['sigma-identity'], ['adom'], ['sigma-identity']],
    ['none if the user says so', [], [], []],
    ['what is known of a list with other values', ['adom', 'github', 7], [], ['adom']],
  ];
  for (const [what, own, used, offered] of rows)
    it(`are ${what}`, () => {
      const wanted = { ids: own ?? BOTH, isUserSet: own !== undefined };
      assert.deepEqual(
        BOTH.filter((id) => isOffered(id, wanted, used)),
        offered,
      );
    });
});

describe('the services that were used', () => {
  const log = new RecordingLog();

  it('are remembered by the next window, and added to', async () => {
    const memento = new FakeMemento();
    new UsedServices(memento, log).add(['adom']);
    await Promise.resolve();
    assert.deepEqual(memento.get('usedServices'), ['adom']);
    assert.deepEqual(new UsedServices(memento, log).add(['sigma-identity']), ['adom', 'sigma-identity']);
  });

  it('are written only when there is a new one', async () => {
    const memento = new FakeMemento();
    new UsedServices(memento, log).add([]);
    assert.deepEqual(memento.keys(), []);
    await memento.update('usedServices', ['adom']);
    memento.writeFailure = new Error('written');
    const quiet = new RecordingLog();
    assert.deepEqual(new UsedServices(memento, quiet).add(['adom']), ['adom']);
    await new Promise(setImmediate);
    assert.deepEqual(quiet.lines, []);
  });

  it('are known when they cannot be written, and the log says so', async () => {
    const memento = new FakeMemento();
    const failing = new RecordingLog();
    memento.writeFailure = new Error('secret');
    assert.deepEqual(new UsedServices(memento, failing).add(['adom']), ['adom']);
    await new Promise(setImmediate);
    assert.match(failing.lines.join(), /services in use could not be noted: Error/);
  });

  it('are none when the stored value is corrupt', async () => {
    const memento = new FakeMemento();
    await memento.update('usedServices', { adom: true });
    assert.deepEqual(new UsedServices(memento, log).add([]), []);
  });
});
