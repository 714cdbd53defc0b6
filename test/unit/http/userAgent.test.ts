import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { userAgent } from '../../../src/http/userAgent.ts';

const ROWS: readonly (readonly [name: string, version: string, system: string, expected: string])[] = [
  ['Visual Studio Code', '1.105.0', 'darwin', 'Visual Studio Code 1.105.0; macOS'],
  [
    'Visual Studio Code - Insiders',
    '1.140.0-insider',
    'win32',
    'Visual Studio Code - Insiders 1.140.0-insider; Windows',
  ],
  ['code-server', '1.139.1', 'linux', 'code-server 1.139.1; Linux'],
  ['Code – OSS', '1.105.0', 'freebsd', 'Code - OSS 1.105.0; freebsd'],
  ['Éditeur（β）', '1', 'linux', 'Editeur 1; Linux'],
  ['编辑器', '1.0.0', 'linux', 'editor 1.0.0; Linux'],
  ['A (b); \\c\r\nX-Evil: 1', '1', 'linux', 'A b c X-Evil: 1 1; Linux'],
  ['x'.repeat(100), '1', 'linux', `${'x'.repeat(60)} 1; Linux`],
  [` ${'x'.repeat(59)} y`, '1', 'linux', `${'x'.repeat(59)} 1; Linux`],
];

describe('userAgent', () => {
  for (const [name, version, system, expected] of ROWS)
    it(`names the editor and the system: ${expected}`, () => {
      assert.equal(userAgent('0.1.0', { name, version }, system), `BAP-Identity/0.1.0 (${expected})`);
    });

  it('is a header with one comment, whatever the editor calls itself', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(text, text, text, (name, version, system) => {
        const header = userAgent('0.1.0', { name, version }, system);
        assert.match(header, /^BAP-Identity\/0\.1\.0 \([!-'*-:<-[\]-~ ]+; [!-'*-:<-[\]-~ ]*\)$/);
        assert.equal(new Headers({ 'user-agent': header }).get('user-agent'), header);
      }),
    );
  });
});
