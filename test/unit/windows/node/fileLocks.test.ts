import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';

import { FileClaims } from '../../../../src/windows/node/fileLocks.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

interface World {
  /** Of all windows; does not exist before the first claim. */
  readonly folder: string;
  /** Starts at the real time, which files are marked with. */
  readonly clock: FakeClock;
  readonly log: RecordingLog;
  readonly open: () => FileClaims;
}

async function world(): Promise<World> {
  const parent = await mkdtemp(path.join(tmpdir(), 'claims-'));
  after(() => rm(parent, { recursive: true }));
  const folder = path.join(parent, 'of', 'all');
  const clock = new FakeClock();
  clock.jump(Date.now() - clock.now());
  const log = new RecordingLog();
  return { folder, clock, log, open: () => new FileClaims(folder, clock, log) };
}

/** Makes all claims older. Other than a clock that is set ahead, it does not do so to what is taken from then on. */
async function grow(folder: string, ms: number): Promise<void> {
  const then = new Date(Date.now() - ms);
  for (const file of await readdir(folder)) await utimes(path.join(folder, file), then, then);
}

describe('claims as files', () => {
  it('one window gets what two want, and each claim is its own', async () => {
    const { log, open } = await world();
    const [one, two] = [open(), open()];
    assert.equal(await one.take('a', HOUR_MS), true);
    assert.equal(await two.take('a', HOUR_MS), false);
    assert.equal(await one.take('a', HOUR_MS), false, 'nor does it get it twice');
    assert.equal(await two.take('b', HOUR_MS), true);
    assert.deepEqual(log.lines, []);
  });

  it('run out after their time, and the next one starts anew', async () => {
    const { clock, open } = await world();
    const [one, two] = [open(), open()];
    await one.take('a', HOUR_MS);
    clock.jump(HOUR_MS - MINUTE_MS);
    assert.equal(await two.take('a', HOUR_MS), false);
    clock.jump(2 * MINUTE_MS);
    assert.equal(await two.take('a', HOUR_MS), true);
  });

  it('are measured by whoever wants the next one', async () => {
    const { clock, open } = await world();
    await open().take('a', HOUR_MS);
    clock.jump(10 * MINUTE_MS);
    assert.equal(await open().take('a', 20 * MINUTE_MS), false);
    assert.equal(await open().take('a', 5 * MINUTE_MS), true);
  });

  it('can be given up before', async () => {
    const { folder, open } = await world();
    const [one, two] = [open(), open()];
    await one.take('a', HOUR_MS);
    await one.take('b', HOUR_MS);
    await one.release('a');
    assert.equal((await readdir(folder)).length, 1);
    assert.equal(await two.take('b', HOUR_MS), false, 'the other one is not');
    assert.equal(await two.take('a', HOUR_MS), true);
    assert.equal(await one.take('a', HOUR_MS), false);
  });

  it('are not given up for another window', async () => {
    const { folder, open } = await world();
    const [one, two, three] = [open(), open(), open()];
    await one.take('a', HOUR_MS);
    await two.release('a');
    assert.equal(await two.take('a', HOUR_MS), false);
    await grow(folder, 2 * HOUR_MS);
    assert.equal(await two.take('a', HOUR_MS), true);
    await one.release('a'); // that window was slower than its claim is long
    assert.equal(await three.take('a', HOUR_MS), false);
    await two.release('a');
    assert.equal(await three.take('a', HOUR_MS), true);
  });

  it('releasing what nobody holds is nothing', async () => {
    const { open } = await world();
    const [one, two] = [open(), open()];
    await one.release('a');
    assert.equal(await one.take('a', HOUR_MS), true);
    await one.release('b');
    await two.release('a');
    assert.equal(await two.take('a', HOUR_MS), false);
    await one.release('a');
    await one.release('a');
    assert.equal(await two.take('a', HOUR_MS), true);
  });

  it('outlive a clock that is set back a little, and not one that is set back for long', async () => {
    const { clock, open } = await world();
    await open().take('a', HOUR_MS);
    clock.jump(-30 * MINUTE_MS);
    assert.equal(await open().take('a', HOUR_MS), false);
    clock.jump(-35 * MINUTE_MS);
    assert.equal(await open().take('a', HOUR_MS), true, 'else it could be held for years');
  });

  it('leave no files behind but the newest', async () => {
    const { folder, clock, open } = await world();
    const claims = open();
    for (let turn = 0; turn < 12; turn++) {
      clock.jump(2 * HOUR_MS);
      assert.equal(await claims.take('a', HOUR_MS), true);
      assert.equal((await readdir(folder)).length, 1);
    }
    await claims.release('a');
    assert.deepEqual(await readdir(folder), []);
  });

  it('clear what a window left that ended before it could', async () => {
    const { folder, clock, open } = await world();
    await open().take('a', HOUR_MS);
    const [file = ''] = await readdir(folder);
    for (const turn of [2, 9, 10]) await writeFile(path.join(folder, file.replace(/1$/, `${turn}`)), '');
    clock.jump(2 * HOUR_MS);
    assert.equal(await open().take('a', HOUR_MS), true);
    assert.deepEqual(await readdir(folder), [file.replace(/1$/, '11')], '10 comes after 9, and before 11');
  });

  it('tell nothing of what they stand for', async () => {
    const { folder, open } = await world();
    await open().take('soon sigma-identity 3pkKXGdcrkuLvjWhA8P4EVaDE4VY', HOUR_MS);
    const files = await readdir(folder);
    assert.equal(files.length, 1);
    assert.match(files.join(), /^[0-9a-f]{16}\.1$/);
    assert.equal(await readFile(path.join(folder, files.join()), 'utf8'), '');
  });

  it('where nothing can be written each window acts as if it were alone, and says so', async () => {
    const { folder, clock, log } = await world();
    const file = path.dirname(path.dirname(folder)) + '/file';
    await writeFile(file, '');
    const claims = new FileClaims(path.join(file, 'claims'), clock, log);
    assert.equal(await claims.take('the name', HOUR_MS), true);
    assert.equal(await claims.take('the name', HOUR_MS), true);
    assert.equal(log.lines.length, 2);
    for (const line of log.lines) assert.match(line, /^warn .*not writable/);
    assert.doesNotMatch(log.lines.join(), /the name/);
    await claims.release('the name');
  });
});

describe('claims as files: a race', () => {
  it('of many windows for one claim has one winner', async () => {
    const { folder, open } = await world();
    for (let round = 0; round < 20; round++) {
      const won = await Promise.all(Array.from({ length: 16 }, () => open().take('a', HOUR_MS)));
      assert.equal(won.filter(Boolean).length, 1, `round ${round}`);
      await grow(folder, 2 * HOUR_MS); // each later round takes what has run out
      assert.equal((await readdir(folder)).length, 1);
    }
  });

  it('of windows that take and release all the time: never do two hold it', async () => {
    const { open } = await world();
    let holders = 0;
    let taken = 0;
    const work = async (claims: FileClaims): Promise<void> => {
      for (let turn = 0; turn < 150; turn++) {
        if (!(await claims.take('a', HOUR_MS))) continue;
        taken++;
        assert.equal(++holders, 1);
        await new Promise((resolve) => setImmediate(resolve));
        holders--;
        await claims.release('a');
      }
    };
    await Promise.all(Array.from({ length: 8 }, () => work(open())));
    assert.ok(taken > 1);
  });

  it('of two processes for many claims has one winner each', async () => {
    const { folder } = await world();
    const names = Array.from({ length: 200 }, (_, at) => `claim ${at}`);
    const windows = [0, 1].map(() =>
      fork(path.join(import.meta.dirname, 'claimant.ts'), [folder, ...names], { execArgv: [] }),
    );
    await Promise.all(windows.map((window) => once(window, 'message')));
    const results = windows.map(async (window) => ((await once(window, 'message')) as [string[]])[0]);
    for (const window of windows) window.send('go');
    assert.deepEqual((await Promise.all(results)).flat().sort(), [...names].sort());
  });
});
