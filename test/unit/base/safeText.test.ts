import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { safeText } from '../../../src/base/safeText.ts';

/** VS Code renders the first as a link (`parseLinkedText`) and the second as an icon. */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
const ICON = /\$\([a-z0-9-]+(?:~[a-z]+)?\)/i;
// eslint-disable-next-line no-control-regex
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

const CASES: [name: string, text: string, safe: string][] = [
  [
    'keeps plain text',
    'Ann Example-Müller, Ph.D. (she) [x] $5 日本 👍',
    'Ann Example-Müller, Ph.D. (she) [x] $5 日本 👍',
  ],
  [
    'breaks a link to a command',
    '[Ann](command:workbench.action.quit)',
    '[Ann] (command:workbench.action.quit)',
  ],
  ['breaks a link to the web', '[Ann](https://evil.example "hi")', '[Ann] (https://evil.example "hi")'],
  ['breaks two links', '[a](command:x)[b](command:y)', '[a] (command:x)[b] (command:y)'],
  ['breaks a link with brackets in brackets', '[[a]](command:x)', '[[a]] (command:x)'],
  ['breaks an icon', 'Ann $(verified-filled)', 'Ann $ (verified-filled)'],
  ['breaks an icon with two dollar signs', '$$(x)', '$$ (x)'],
  ['breaks a link with an invisible character in it', '[a]\u200b(command:x)', '[a] (command:x)'],
  ['breaks an icon with a soft hyphen in it', '$\u00ad(x)', '$ (x)'],
  ['replaces line breaks', 'Ann\r\n\nSigned in as root\u2028!\u2029', 'Ann Signed in as root !'],
  ['replaces control characters', 'A\tn\u0007n\u001b[31m\u0000', 'A n n [31m'],
  [
    'removes characters that change the reading direction',
    '\u202eefas ton\u202c \u2066x\u2069\u200f',
    'efas ton x',
  ],
  ['removes a byte order mark and joiners', '\ufeffA\u200dn\u200cn\u2060', 'Ann'],
  ['removes a text of invisible characters', ' \u200b\u202e\n\t ', ''],
  ['removes the blank braille pattern', '\u2800', ''],
  ['replaces half of a surrogate pair', 'A\ud800nn \udc00', 'A\ufffdnn \ufffd'],
  ['does not join halves of a surrogate pair', '\udb40\u200b\udc41', '\ufffd\ufffd'],
  ['keeps an empty text', '', ''],
  ['shortens a long name', 'a'.repeat(121), `${'a'.repeat(120)}…`],
  ['keeps a name of the maximum length', '👍'.repeat(120), '👍'.repeat(120)],
  ['does not cut a surrogate pair', '👍'.repeat(200), `${'👍'.repeat(120)}…`],
];

describe('safeText', () => {
  for (const [name, text, safe] of CASES) {
    it(name, () => {
      assert.equal(safeText(text), safe);
    });
  }

  it('leaves no link, icon or hidden character in random texts, idempotently', () => {
    const parts = [
      '[',
      ']',
      '(',
      ')',
      '$',
      '$(',
      '](',
      'command:x',
      'https://x',
      'eye',
      ' ',
      '"',
      '\n',
      '\u200b',
      '\u202e',
    ];
    let seed = 1;
    const next = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647; // Lehmer generator, for reproducible runs
      return seed % below;
    };
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from({ length: 1 + next(12) }, () => parts[next(parts.length)]).join('');
      const safe = safeText(text);
      assert.doesNotMatch(safe, LINK, JSON.stringify(text));
      assert.doesNotMatch(safe, ICON, JSON.stringify(text));
      assert.doesNotMatch(safe, HIDDEN, JSON.stringify(text));
      assert.equal(safeText(safe), safe, JSON.stringify(text));
    }
  });
});
