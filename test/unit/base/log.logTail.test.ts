import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { LogTail } from '../../../src/base/log.ts';
import { FakeClock, START_MS } from '../support/fakeClock.ts';
import { RecordingLog } from '../support/recordingLog.ts';

describe('the last lines of the log', () => {
  it('go to the log, and stay with their time and level', async () => {
    const [log, clock] = [new RecordingLog(), new FakeClock()];
    const tail = new LogTail(log, clock);
    tail.debug('a');
    await clock.advance(1_000);
    tail.info('b');
    tail.warn('c');
    assert.deepEqual(log.lines, ['debug a', 'info b', 'warn c']);
    assert.deepEqual(tail.lines(), [
      { atMs: START_MS, level: 'debug', text: 'a' },
      { atMs: START_MS + 1_000, level: 'info', text: 'b' },
      { atMs: START_MS + 1_000, level: 'warn', text: 'c' },
    ]);
  });

  it('are the newest sixty', () => {
    const tail = new LogTail(new RecordingLog(), new FakeClock());
    for (let line = 1; line <= 100; line++) tail.info(`${line}`);
    const texts = tail.lines().map(({ text }) => text);
    assert.deepEqual([texts.length, texts[0], texts.at(-1)], [60, '41', '100']);
  });
});
