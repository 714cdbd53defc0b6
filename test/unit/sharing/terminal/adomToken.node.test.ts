import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { it } from 'node:test';

import { adomHasToken } from '../../../../src/sharing/terminal/adomToken.node.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

it('finds the token in the Adom CLI’s file', async (test) => {
  const folder = await temporaryFolder(test);
  const file = path.join(folder, 'api-key');
  assert.equal(await adomHasToken(file), false, 'no file');
  assert.equal(await adomHasToken(folder), false, 'a folder');
  await writeFile(file, '');
  assert.equal(await adomHasToken(file), false, 'an empty file');
  await writeFile(file, 'tok_of_adom');
  assert.equal(await adomHasToken(file), true);
});
