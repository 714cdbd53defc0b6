import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, it } from 'node:test';

import { SessionCipher } from '../../../../src/storage/cipher.ts';
import { openHungWindow } from '../../support/hungWindow.ts';
import { recordOf } from '../../support/record.ts';
import { signedInAgain } from '../../support/storeWorld.ts';
import { endAfter, temporaryFolder } from '../../support/temporaryFolder.ts';

const writer = path.join(import.meta.dirname, 'hungWriter.ts');
const A = recordOf('a');

async function printed(child: ChildProcessWithoutNullStreams): Promise<string> {
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return chunk.toString();
}

describe('a window that hangs in the middle of a write, however long', () => {
  const newer = signedInAgain(A, 'newest');
  for (const turns of [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20])
    for (const does of ['signs out', 'signs in again'] as const)
      it(`undoes nothing when another window ${does} meanwhile: after ${turns} turns of the event loop`, async (t) => {
        const folder = await temporaryFolder(t);
        const { keyText } = await SessionCipher.create();
        const other = openHungWindow(folder, keyText);
        await other.store.load();
        await other.store.replace(A);
        const child = endAfter(t, spawn(process.execPath, [writer, folder, keyText, String(turns)]));
        assert.equal(await printed(child), 'hangs');
        if (does === 'signs out') await other.store.remove(A);
        else await other.store.replace(newer);
        other.close();
        child.stdin.write('.');
        assert.equal(await printed(child), does === 'signs out' ? 'removed' : 'live');
        await once(child, 'exit');
        const next = openHungWindow(folder, keyText);
        await next.store.load();
        assert.equal(
          next.store.liveSession('a')?.grant.accessToken,
          does === 'signs out' ? undefined : 'newest',
        );
        next.close();
      });
});
