import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PNG } from 'pngjs';

import { manifestProblems, releaseProblems } from '../../../lint/manifest.mjs';

const ADDRESSES = {
  repository: { type: 'git', url: 'https://git.example.org/project.git' },
  bugs: { url: 'https://git.example.org/project/issues' },
  homepage: 'https://example.org/',
};

describe('the check of the manifest', () => {
  it('finds nothing in ours', () => {
    assert.deepEqual(manifestProblems(JSON.parse(readFileSync('package.json', 'utf8'))), []);
  });

  it('reports proposed API, also an empty list', () => {
    assert.match(manifestProblems({ enabledApiProposals: ['authIssuers'] }).join(), /^enabledApiProposals/);
    assert.match(manifestProblems({ enabledApiProposals: [] }).join(), /^enabledApiProposals/);
  });

  it('reports more keywords than the Marketplace allows', () => {
    const keywords = Array.from({ length: 30 }, (_, index) => `keyword ${index}`);
    assert.deepEqual(manifestProblems({ keywords }), []);
    assert.match(manifestProblems({ keywords: [...keywords, 'one more'] }).join(), /^keywords/);
  });

  it('wants all public addresses or none', () => {
    assert.deepEqual(manifestProblems(ADDRESSES), []);
    assert.match(manifestProblems({ bugs: ADDRESSES.bugs }).join(), /Set now: bugs/);
    assert.match(manifestProblems({ ...ADDRESSES, homepage: undefined }).join(), /^homepage/);
  });

  it('reports an address that nobody else can open', () => {
    for (const homepage of ['', 'http://example.org/', 'https://localhost/', 'not an address'])
      assert.match(manifestProblems({ ...ADDRESSES, homepage }).join(), /^homepage/);
  });
});

describe('the check before a release', () => {
  it('wants the tag to be the version', () => {
    const manifest = { ...ADDRESSES, version: '1.2.3' };
    assert.deepEqual(releaseProblems(manifest, '', 'v1.2.3'), []);
    assert.match(releaseProblems(manifest, '', 'v1.2.4').join(), /^version/);
  });

  it('wants the public addresses, and says where to read about them', () => {
    const problems = releaseProblems({ version: '1.2.3' }, '', 'v1.2.3');
    assert.deepEqual(
      problems.map((problem) => /^\w+/.exec(problem)?.[0]),
      ['repository', 'bugs', 'homepage'],
    );
    assert.match(readFileSync('CONTRIBUTING.md', 'utf8'), /^## Before the first release$/m);
  });

  it('wants SECURITY.md to say where to report a weakness', () => {
    const manifest = { ...ADDRESSES, version: '1.2.3' };
    const marked = readFileSync('SECURITY.md', 'utf8');
    assert.match(releaseProblems(manifest, marked, 'v1.2.3').join(), /^SECURITY\.md/);
    assert.deepEqual(releaseProblems(manifest, marked.replace('FILL IN', ''), 'v1.2.3'), []);
  });
});

it('the icon has the size that the Marketplace wants', () => {
  const { width, height } = PNG.sync.read(readFileSync('media/icon.png'));
  assert.ok(width === height && width >= 128, `${width} × ${height}`);
});
