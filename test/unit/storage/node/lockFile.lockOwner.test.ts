import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

import { hasEnded, newOwner } from '../../../../src/storage/node/lockFile.ts';

/** The same lock, if this process owned it. */
function ownedBy(pid: number | string): string {
  const [id, , place] = newOwner().split(' ');
  return `${id} ${pid} ${place}`;
}

describe('the owner of a lock', () => {
  it('has ended when its process has', () => {
    const { pid } = spawnSync(process.execPath, ['--eval', '']);
    assert.equal(hasEnded(ownedBy(pid)), true);
  });

  it('has not ended while its process runs', () => {
    assert.equal(hasEnded(newOwner()), false);
    assert.equal(hasEnded(ownedBy(process.ppid)), false);
  });

  it('is not known to have ended when its process is elsewhere, as in another container', () => {
    const { pid } = spawnSync(process.execPath, ['--eval', '']);
    const [id] = newOwner().split(' ');
    assert.equal(hasEnded(`${id} ${pid} 0123456789abcdef`), false);
    assert.equal(hasEnded(`${id} ${pid}`), false);
  });

  it('is not known to have ended when the file holds something else', () => {
    for (const pid of ['', '0', '-1', '1.5', '1e3', 'x', '99999999999', '1 2']) {
      assert.equal(hasEnded(ownedBy(pid)), false, pid);
    }
    assert.equal(hasEnded(''), false);
  });

  it('has a text of its own for each lock, which is shorter than the most that is read of a file', () => {
    assert.notEqual(newOwner(), newOwner());
    assert.ok(newOwner().length < 100);
  });
});
