import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import type { LiveSession } from '../../../src/sessions/record.ts';
import { SessionCipher } from '../../../src/storage/cipher.ts';
import { DiskClock } from '../support/diskClock.ts';
import { STALE_ALIVE_MS } from '../support/lockWorld.ts';
import { recordOf } from '../support/record.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { openRenewalWindow } from '../support/renewalWindow.ts';
import { endAfter, temporaryFolder } from '../support/temporaryFolder.ts';
import type { Told } from './renewalProcess.ts';

const file = path.join(import.meta.dirname, 'renewalProcess.ts');
const posix = { skip: process.platform === 'win32' };
const NO_LOCK = /this window cannot lock out the others/;
/** Files can be created and not filled. */
const LIMITED = 'trap \'\' XFSZ; ulimit -f 0; exec "$@"';

/** A session, the windows that can renew it, and the service that they ask. */
class World {
  readonly clock = new DiskClock();
  readonly log = new RecordingLog();
  /** What the service was sent, by any window. */
  readonly sent: (string | undefined)[] = [];
  readonly #folder: string;
  readonly #keyText: string;
  readonly #test: TestContext;
  /** The windows of this process are closed when it aborts. */
  readonly #closed: AbortSignal;

  private constructor(folder: string, keyText: string, test: TestContext, closed: AbortSignal) {
    this.#folder = folder;
    this.#keyText = keyText;
    this.#test = test;
    this.#closed = closed;
  }

  static async create(test: TestContext): Promise<World> {
    const closed = new AbortController();
    const folder = await temporaryFolder(test, () => {
      closed.abort(new Error('closed'));
    });
    const { keyText } = await SessionCipher.create();
    return new World(folder, keyText, test, closed.signal);
  }

  /** A window of this process, which has read what is stored. `first` is stored before. */
  async open(first?: LiveSession): Promise<ReturnType<typeof openRenewalWindow>> {
    const { clock, log } = this;
    const runtime = { clock, log, closed: this.#closed };
    const window = openRenewalWindow(this.#folder, this.#keyText, runtime, (token) =>
      Promise.resolve(this.answer(token)),
    );
    this.#closed.addEventListener('abort', window.close);
    await clock.run(window.store.load());
    if (first !== undefined) await clock.run(window.store.replace(first));
    return window;
  }

  /** Starts a window of another process. It renews the session at once. */
  start({ hangs = false, diskIsFull = false } = {}): ChildProcess {
    const command = [process.execPath, file, this.#folder, this.#keyText, ...(hangs ? ['hangs'] : [])];
    const [name = '', ...args] = diskIsFull ? ['sh', '-c', LIMITED, 'sh', ...command] : command;
    return endAfter(this.#test, spawn(name, args, { stdio: ['pipe', 'inherit', 'inherit', 'ipc'] }));
  }

  answer(refreshToken: string | undefined): number {
    this.sent.push(refreshToken);
    return this.sent.length + 1;
  }
}

const OLD = recordOf('a', {
  grantedAtMs: 1_000,
  grant: { server: 'https://auth.example', accessToken: 'access 1', refreshToken: 'refresh 1' },
});

async function told(window: ChildProcess): Promise<Told> {
  const [message] = (await once(window, 'message')) as [Told];
  return message;
}

/** What the process has when its attempt is over. Fails when it sends a token instead. */
async function endOf(window: ChildProcess): Promise<Extract<Told, { has: unknown }>> {
  const message = await told(window);
  assert.ok('has' in message, `it says ${JSON.stringify(message)}`);
  return message;
}

describe('a renewal that the window of another process may send, too', () => {
  it('is sent once when a process is stopped before the answer', posix, async (t) => {
    const world = await World.create(t);
    const here = await world.open(OLD);
    const there = world.start();
    assert.deepEqual(await told(there), { asks: 'refresh 1' });
    there.kill('SIGSTOP');
    const answer = world.answer('refresh 1');
    const renewing = here.renew();
    await world.clock.advance(STALE_ALIVE_MS - 5_000);
    assert.deepEqual(world.sent, ['refresh 1']);
    there.kill('SIGCONT');
    there.send(answer);
    assert.equal((await endOf(there)).has, 'access 2');
    await world.clock.run(renewing);
    assert.deepEqual(world.sent, ['refresh 1']);
    assert.equal(here.store.liveSession('a')?.grant.accessToken, 'access 2');
  });

  it('is not sent by a process that hung until another one had its lock', posix, async (t) => {
    const world = await World.create(t);
    const here = await world.open(OLD);
    const there = world.start({ hangs: true });
    assert.deepEqual(await told(there), { hangs: true });
    await world.clock.run(here.renew());
    assert.deepEqual(world.sent, ['refresh 1']);
    there.stdin?.write('.');
    const { has, lines } = await endOf(there);
    assert.equal(has, 'access 2');
    assert.match(lines.join('\n'), NO_LOCK);
    assert.deepEqual(world.sent, ['refresh 1']);
  });

  it('is not sent by a process that cannot write a lock, as on a full disk', posix, async (t) => {
    const world = await World.create(t);
    const here = await world.open(OLD);
    const { has, lines } = await endOf(world.start({ diskIsFull: true }));
    assert.equal(has, 'access 1');
    assert.match(lines.join('\n'), NO_LOCK);
    await world.clock.run(here.renew());
    assert.deepEqual(world.sent, ['refresh 1']);
  });
});
