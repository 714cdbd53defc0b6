import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { describe, it } from 'node:test';

import { newOwner, processOf } from '../../../../src/storage/node/lockFile.ts';
import { ownerElsewhere, ownerHere } from '../../support/lockWorld.ts';

describe('the process of the owner of a lock', () => {
  const { pid: ended } = spawnSync(process.execPath, ['--eval', '']);
  const [id = ''] = newOwner().split(' ');
  const rows: Record<string, [owner: string, is: ReturnType<typeof processOf>]> = {
    'that has ended': [ownerHere(ended), 'ended'],
    'that is this one': [newOwner(), 'alive'],
    'that is another one': [ownerHere(process.ppid), 'alive'],
    'that may be of another user': [ownerHere(1), 'alive'],
    'that is in another container': [ownerElsewhere(), 'unknown'],
    'that has ended in another container': [`${id} ${ended} 0123456789abcdef`, 'unknown'],
    'without a place': [`${id} ${ended}`, 'unknown'],
    'that is not named': ['', 'unknown'],
  };
  for (const [what, [owner, is]] of Object.entries(rows))
    it(`${what} is ${is}`, () => {
      assert.equal(processOf(owner), is);
    });

  for (const [code, is] of [
    ['EPERM', 'alive'],
    ['ESRCH', 'ended'],
  ] as const)
    it(`is ${is} when the system answers ${code}`, (t) => {
      t.mock.method(process, 'kill', () => {
        throw Object.assign(new Error('a message'), { code });
      });
      assert.equal(processOf(ownerHere(1)), is);
    });

  for (const [what, name, other] of [
    ['in another container of this machine', 'readlinkSync', 'pid:[1]'],
    ['from before this machine started again', 'readFileSync', '00000000-0000-0000-0000-000000000000'],
  ] as const)
    it(`that is ${what} is unknown`, { skip: process.platform !== 'linux' }, async (t) => {
      // Another copy of the module, which has not looked at this machine yet.
      const copy = new URL(`../../../../src/storage/node/lockFile.ts?${name}`, import.meta.url).href;
      const there = (await import(copy)) as { newOwner: typeof newOwner };
      t.mock.method(fs, name, () => other);
      syncBuiltinESMExports();
      t.after(() => {
        t.mock.reset();
        syncBuiltinESMExports();
      });
      const owner = there.newOwner();
      assert.equal(owner.split(' ')[1], String(process.pid));
      assert.equal(processOf(owner), 'unknown');
    });

  it('is unknown when the file holds something else', () => {
    for (const pid of ['', '0', '-1', '1.5', '1e3', 'x', '99999999999', '1 2'])
      assert.equal(processOf(ownerHere(pid)), 'unknown', pid);
  });

  it('is named by a text that is unique to each lock, and not too long to be read', () => {
    assert.notEqual(newOwner(), newOwner());
    assert.ok(newOwner().length < 100);
  });
});
