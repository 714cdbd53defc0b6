import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readOptions } from '../../probe/options.ts';

const DEFAULTS = {
  sigma: 'https://auth.sigmaidentity.com',
  adom: 'https://carbon.adom.inc',
  clientId: 'vscode-bap-identity',
};

describe('the options of the probe', () => {
  it('are by default the settings of the extension', () => {
    assert.deepEqual(readOptions([]), DEFAULTS);
  });

  it('replace servers and the client ID, and leave one service out', () => {
    const args = [
      '--sigma',
      'https://a.example/',
      '--adom=http://localhost:1',
      '--client-id',
      'x',
      '--only',
      'adom',
    ];
    assert.deepEqual(readOptions(args), {
      sigma: 'https://a.example',
      adom: 'http://localhost:1',
      clientId: 'x',
      only: 'adom',
    });
  });

  for (const [args, words] of [
    [['--sigma', 'http://example.com'], /^--sigma is not the address of a server/],
    [['--adom', 'example.com'], /^--adom is not the address of a server/],
    [['--only', 'both'], /^--only is sigma or adom\./],
    [['--verbose'], /Unknown option '--verbose'/],
    [['more'], /Unexpected argument 'more'/],
  ] as const)
    it(`explain what is wrong with ${args.join(' ')}`, () => {
      const options = readOptions(args);
      assert.ok(typeof options === 'string');
      assert.match(options, words);
    });
});
