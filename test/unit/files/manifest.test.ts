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

describe('the manifest check', () => {
  it('accepts our manifest', () => {
    assert.deepEqual(manifestProblems(JSON.parse(readFileSync('package.json', 'utf8'))), []);
  });

  it('reports proposed API, even an empty list', () => {
    assert.match(manifestProblems({ enabledApiProposals: ['authIssuers'] }).join(), /^enabledApiProposals/);
    assert.match(manifestProblems({ enabledApiProposals: [] }).join(), /^enabledApiProposals/);
  });

  it('reports more keywords than the Marketplace allows', () => {
    const keywords = Array.from({ length: 30 }, (_, index) => `keyword ${index}`);
    assert.deepEqual(manifestProblems({ keywords }), []);
    assert.match(manifestProblems({ keywords: [...keywords, 'one more'] }).join(), /^keywords/);
  });

  it('reports a setting that a workspace or a remote machine could override', () => {
    const withScope = (scope?: string): unknown => ({
      contributes: { configuration: { properties: { 'a.b': { scope } } } },
    });
    assert.deepEqual(manifestProblems(withScope('application')), []);
    for (const scope of [undefined, 'machine', 'machine-overridable', 'window', 'resource'])
      assert.match(manifestProblems(withScope(scope)).join(), /^a\.b: only the scope "application"/);
  });

  it('requires all public URLs or none', () => {
    assert.deepEqual(manifestProblems(ADDRESSES), []);
    assert.match(manifestProblems({ bugs: ADDRESSES.bugs }).join(), /Set now: bugs/);
    assert.match(manifestProblems({ ...ADDRESSES, homepage: undefined }).join(), /^homepage/);
  });

  it('reports a URL that is not public', () => {
    for (const homepage of ['', 'http://example.org/', 'https://localhost/', 'not an address'])
      assert.match(manifestProblems({ ...ADDRESSES, homepage }).join(), /^homepage/);
  });
});

describe('the release check', () => {
  it('requires the tag to match the version', () => {
    const manifest = { ...ADDRESSES, version: '1.2.3' };
    assert.deepEqual(releaseProblems(manifest, '', 'v1.2.3'), []);
    assert.match(releaseProblems(manifest, '', 'v1.2.4').join(), /^version/);
  });

  it('requires the public URLs, and says where they are documented', () => {
    const problems = releaseProblems({ version: '1.2.3' }, '', 'v1.2.3');
    assert.deepEqual(
      problems.map((problem) => /^\w+/.exec(problem)?.[0]),
      ['repository', 'bugs', 'homepage'],
    );
    assert.match(readFileSync('CONTRIBUTING.md', 'utf8'), /^## Before the first release$/m);
  });

  it('requires an address for vulnerability reports in SECURITY.md', () => {
    const manifest = { ...ADDRESSES, version: '1.2.3' };
    const marked = readFileSync('SECURITY.md', 'utf8');
    assert.match(releaseProblems(manifest, marked, 'v1.2.3').join(), /^SECURITY\.md/);
    assert.deepEqual(releaseProblems(manifest, marked.replace('FILL IN', ''), 'v1.2.3'), []);
  });
});

it('the icon has the size that the Marketplace requires', () => {
  const { width, height } = PNG.sync.read(readFileSync('media/icon.png'));
  assert.ok(width === height && width >= 128, `${width} × ${height}`);
});
