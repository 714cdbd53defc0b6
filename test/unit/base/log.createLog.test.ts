import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { createLog } from '../../../src/base/log.ts';
import { NEVER } from '../../../src/base/timeLimit.ts';
import { FakeClock, START_MS } from '../support/fakeClock.ts';
import { RecordingLog } from '../support/recordingLog.ts';

describe('the log tail', () => {
  it('keeps logged lines with their time and level', async () => {
    const [sink, clock] = [new RecordingLog(), new FakeClock()];
    const log = createLog(sink, clock, NEVER);
    log.debug('a');
    await clock.advance(1_000);
    log.info('b');
    log.warn('c');
    assert.deepEqual(sink.lines, ['debug a', 'info b', 'warn c']);
    assert.deepEqual(log.lines(), [
      { atMs: START_MS, level: 'debug', text: 'a' },
      { atMs: START_MS + 1_000, level: 'info', text: 'b' },
      { atMs: START_MS + 1_000, level: 'warn', text: 'c' },
    ]);
  });

  it('keeps the newest sixty lines', () => {
    const log = createLog(new RecordingLog(), new FakeClock(), NEVER);
    for (let line = 1; line <= 100; line++) log.info(`${line}`);
    const texts = log.lines().map(({ text }) => text);
    assert.deepEqual([texts.length, texts[0], texts.at(-1)], [60, '41', '100']);
  });

  it('cannot be changed by its readers', () => {
    const log = createLog(new RecordingLog(), new FakeClock(), NEVER);
    log.info('a');
    log.lines().pop();
    assert.equal(log.lines().length, 1);
  });
});

describe('the log', () => {
  it('writes nothing to a closed channel, which would throw', () => {
    const [sink, closed] = [new RecordingLog(), new AbortController()];
    const log = createLog(sink, new FakeClock(), closed.signal);
    log.info('a');
    closed.abort();
    log.warn('b');
    assert.deepEqual(sink.lines, ['info a']);
    assert.equal(log.lines().length, 2);
  });

  for (const lineBreak of ['\n', '\r\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029', '\u001b[2K'])
    it(`does not let a text forge a line with ${JSON.stringify(lineBreak)}`, () => {
      const sink = new RecordingLog();
      const log = createLog(sink, new FakeClock(), NEVER);
      log.warn(`The answer was x${lineBreak}2025-06-15 12:00:00.000 [info] Signed in.`);
      const rest = lineBreak.endsWith('[2K') ? '[2K' : '';
      const text = `The answer was x ${rest}2025-06-15 12:00:00.000 [info] Signed in.`;
      assert.deepEqual(sink.lines, [`warn ${text}`]);
      assert.deepEqual(log.lines()[0]?.text, text);
    });
});
