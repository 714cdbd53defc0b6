import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';

import { type Answer, Peers } from '../../../../src/windows/node/peers.ts';
import { shortHash } from '../../../../src/windows/node/shortHash.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

// Everything of this file happens in a folder of its own.
process.env.TMPDIR = await mkdtemp(path.join(tmpdir(), 'peers-'));
after(() => rm(tmpdir(), { recursive: true }));

interface Peer {
  readonly peers: Peers;
  readonly heard: string[];
  readonly log: RecordingLog;
}

/** A window that answers with its name and what it was told, unless told otherwise. */
function open(key: string, name: string, answer?: Answer): Peer {
  const heard: string[] = [];
  const log = new RecordingLog();
  const note: Answer = (message) => {
    heard.push(message);
    return answer ? answer(message) : Promise.resolve(`${name} heard ${message}`);
  };
  const peers = new Peers(key, note, log);
  after(() => peers.close());
  return { peers, heard, log };
}

async function ready(key: string, name: string, answer?: Answer): Promise<Peer> {
  const peer = open(key, name, answer);
  await peer.peers.listen();
  return peer;
}

/** A key that no other test uses. */
const newKey = (): string => crypto.randomUUID();
const folderOf = (key: string): string => path.join(tmpdir(), `bap-${shortHash(key)}`);

describe('windows with the same key', () => {
  it('hear each other, but not themselves', async () => {
    const key = newKey();
    const one = await ready(key, 'one');
    const two = await ready(key, 'two');
    const three = await ready(key, 'three');
    assert.deepEqual((await one.peers.ask('hello')).sort(), ['three heard hello', 'two heard hello']);
    assert.deepEqual((await three.peers.ask('hi')).sort(), ['one heard hi', 'two heard hi']);
    assert.deepEqual([one.heard, two.heard, three.heard], [['hi'], ['hello', 'hi'], ['hello']]);
    assert.deepEqual([...one.log.lines, ...two.log.lines, ...three.log.lines], []);
  });

  it('are not heard by one with another key', async () => {
    const one = await ready(newKey(), 'one');
    const other = await ready(newKey(), 'other');
    assert.deepEqual(await one.peers.ask('hello'), []);
    assert.deepEqual(other.heard, []);
  });

  it('meet in a folder that only this user can enter, and that does not tell the key', async () => {
    const key = newKey();
    await ready(key, 'one');
    const { mode } = await stat(folderOf(key));
    assert.equal(mode & 0o777, 0o700);
    assert.match(path.basename(folderOf(key)), /^bap-[0-9a-f]{16}$/);
  });

  it('answer many at once, each with its own', async () => {
    const key = newKey();
    const one = await ready(key, 'one');
    await ready(key, 'two');
    const asked = await Promise.all(Array.from({ length: 20 }, (_, at) => one.peers.ask(`${at}`)));
    assert.deepEqual(
      asked.flat(),
      Array.from({ length: 20 }, (_, at) => `two heard ${at}`),
    );
  });

  it('say as much as they like', async () => {
    const key = newKey();
    const one = await ready(key, 'one');
    const two = await ready(key, 'two');
    const long = 'é😀\n'.repeat(400_000);
    assert.equal(
      (await one.peers.ask(long)).join() === `two heard ${long}`,
      true,
      'not cut, no letter in half',
    );
    assert.deepEqual([one.log.lines, two.log.lines], [[], []]);
  });

  it('take their time, and each answer comes as it is ready', async () => {
    const key = newKey();
    const slow = Promise.withResolvers<string>();
    const one = await ready(key, 'one');
    await ready(key, 'two', () => slow.promise);
    const three = await ready(key, 'three', (message) => {
      slow.resolve('two, later');
      return Promise.resolve(message);
    });
    assert.deepEqual((await one.peers.ask('hello')).sort(), ['hello', 'two, later']);
    assert.deepEqual(three.heard, ['hello']);
  });
});

describe('a window', () => {
  it('is gone when it has closed, and leaves nothing', async () => {
    const key = newKey();
    const one = await ready(key, 'one');
    const two = await ready(key, 'two');
    assert.equal((await readdir(folderOf(key))).length, 2);
    await two.peers.close();
    assert.equal((await readdir(folderOf(key))).length, 1);
    assert.deepEqual(await one.peers.ask('hello'), []);
    assert.deepEqual(two.heard, []);
    await two.peers.close();
  });

  it('that was killed leaves a file, which the next one that speaks clears', async () => {
    const key = newKey();
    const one = await ready(key, 'one');
    const two = await ready(key, 'two');
    const left = path.join(folderOf(key), 'killed');
    const listen = `require('net').createServer().listen(${JSON.stringify(left)}, () => console.log('up'))`;
    const killed = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(killed.stdout, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    assert.ok((await readdir(folderOf(key))).includes('killed'));
    assert.deepEqual(await one.peers.ask('hello'), ['two heard hello']);
    assert.ok(!(await readdir(folderOf(key))).includes('killed'));
    assert.deepEqual(await two.peers.ask('hello'), ['one heard hello'], 'and clears no other');
    assert.deepEqual(one.log.lines, []);
  });

  it('that never answers is given up, and costs nobody else’s answer', async () => {
    const key = newKey();
    const one = await ready(key, 'one');
    await ready(key, 'two');
    const hung = createServer({ allowHalfOpen: true }, (socket) =>
      socket.on('error', () => undefined).resume(),
    );
    hung.listen(path.join(folderOf(key), 'hung'));
    await once(hung, 'listening');
    after(() => hung.close());
    // The limit is the socket's own timer, which no fake clock can move.
    const startMs = performance.now();
    assert.deepEqual(await one.peers.ask('hello'), ['two heard hello']);
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs > 900 && tookMs < 5_000, `${tookMs} ms`);
    assert.deepEqual(one.log.lines, ['warn Another window does not answer.']);
    assert.ok((await readdir(folderOf(key))).includes('hung'), 'it may come to itself again');
  });

  it('does not answer what makes no sense to it, and lives on', async () => {
    const key = newKey();
    const one = await ready(key, 'one');
    const two = await ready(key, 'two', (message) => {
      JSON.parse(message);
      return Promise.resolve('understood');
    });
    assert.deepEqual(await one.peers.ask('{"half":'), []);
    assert.deepEqual(await one.peers.ask('{}'), ['understood']);
    assert.equal(two.heard.length, 2);
  });

  it('has nobody to talk to where there is nobody', async () => {
    const key = newKey();
    const alone = open(key, 'alone');
    assert.deepEqual(await alone.peers.ask('hello'), [], 'not even a folder');
    await alone.peers.listen();
    assert.deepEqual(await alone.peers.ask('hello'), []);
    assert.deepEqual(alone.log.lines, []);
  });

  it('closes before it has opened', async () => {
    await open(newKey(), 'one').peers.close();
  });
});

describe('a folder that is not this user’s alone', () => {
  for (const [name, make] of [
    [
      'others can look into it',
      async (folder: string) => {
        await mkdir(folder);
        await chmod(folder, 0o755);
      },
    ],
    [
      'its group can write to it',
      async (folder: string) => {
        await mkdir(folder);
        await chmod(folder, 0o720);
      },
    ],
    [
      'it is a link to somewhere else',
      async (folder: string) => {
        await mkdir(`${folder}-elsewhere`, { mode: 0o700 });
        await symlink(`${folder}-elsewhere`, folder);
      },
    ],
  ] as const) {
    it(`is not used: ${name}`, async () => {
      const key = newKey();
      await make(folderOf(key));
      const { peers } = open(key, 'one');
      await assert.rejects(peers.listen(), /not private/);
      assert.deepEqual(await readdir(folderOf(key)), []);
    });
  }
});
