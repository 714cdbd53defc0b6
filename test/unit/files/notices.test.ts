import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { build } from 'esbuild';

import esbuild from '../../../esbuild.js';

const { bundles, packageFolders, thirdPartyNotices } = esbuild;

describe('the third-party notices', () => {
  for (const bundle of Object.values(bundles))
    it(`cover exactly the packages in ${bundle.outfile}`, async () => {
      const { metafile } = await build({ ...bundle, write: false });
      const notices = thirdPartyNotices(metafile);
      // Every file of the bundle is ours or belongs to a package with a notice. esbuild.js writes `once:`.
      const named = packageFolders(metafile);
      const ours = /^(src\/|package\.json$|once:vscode$)/;
      const files = Object.keys(metafile.inputs).filter((file) => !ours.test(file));
      assert.deepEqual(
        files.filter((file) => !named.some((folder) => file.startsWith(`${folder}/`))),
        [],
      );
      assert.deepEqual(
        Array.from(notices.matchAll(/^-{80}\n\n(\S+) /gm), ([, name]) => name),
        named.map((folder) => folder.replace(/^.*node_modules\//, '')),
      );
      for (const folder of named)
        assert.ok(notices.includes(readFileSync(`${folder}/LICENSE`, 'utf8').trim()), folder);
    });

  it('are in the package', () => {
    assert.match(readFileSync('.vscodeignore', 'utf8'), /^!dist\/ThirdPartyNotices\.txt$/m);
  });

  const folder = mkdtempSync(path.join(tmpdir(), 'notices-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const metafileWith = (name: string, license?: string) => {
    const home = path.join(folder, 'node_modules', name);
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, 'package.json'), JSON.stringify({ name, version: '1.2.3' }));
    if (license !== undefined) writeFileSync(path.join(home, license), 'All may use it.\n');
    return { inputs: { [path.join(home, 'lib/index.js')]: {}, 'src/extension.ts': {} } };
  };

  it('name the package, its version and its license', () => {
    for (const [name, license] of [
      ['plain', 'LICENSE'],
      ['@scope/plain', 'license.md'],
      ['british', 'LICENCE.txt'],
    ] as const)
      assert.match(
        thirdPartyNotices(metafileWith(name, license)),
        new RegExp(`\n${name} 1.2.3\n\nAll may use it.\n$`),
      );
  });

  it('fail to build when a package has no license file', () => {
    assert.throws(
      () => thirdPartyNotices(metafileWith('bare')),
      /bare is in the bundle and has no license file/,
    );
    assert.throws(() => thirdPartyNotices(metafileWith('noticed', 'NOTICE')), /has no license file/);
  });
});
