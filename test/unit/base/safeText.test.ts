import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { safeText } from '../../../src/base/safeText.ts';

/** What VS Code's message renderer makes a link of (`parseLinkedText`), and its icon renderer an icon. */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
const ICON = /\$\([a-z0-9-]+(?:~[a-z]+)?\)/i;
// eslint-disable-next-line no-control-regex
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

const CASES: [name: string, text: string, safe: string][] = [
  [
    'plain text stays',
    'Ann Example-Müller, Ph.D. (she) [x] $5 日本 👍',
    'Ann Example-Müller, Ph.D. (she) [x] $5 日本 👍',
  ],
  ['a link to a command', '[Ann](command:workbench.action.quit)', '[Ann] (command:workbench.action.quit)'],
  ['a link to the web', '[Ann](https://evil.example "hi")', '[Ann] (https://evil.example "hi")'],
  ['two links', '[a](command:x)[b](command:y)', '[a] (command:x)[b] (command:y)'],
  ['brackets in brackets', '[[a]](command:x)', '[[a]] (command:x)'],
  ['an icon', 'Ann $(verified-filled)', 'Ann $ (verified-filled)'],
  ['an icon made of dollars', '$$(x)', '$$ (x)'],
  ['a link that an invisible character holds apart', '[a]\u200b(command:x)', '[a] (command:x)'],
  ['an icon that a soft hyphen holds apart', '$\u00ad(x)', '$ (x)'],
  ['line breaks', 'Ann\r\n\nSigned in as root\u2028!\u2029', 'Ann Signed in as root !'],
  ['tabs, bells and escapes', 'A\tn\u0007n\u001b[31m\u0000', 'A n n [31m'],
  ['letters that turn the reading around', '\u202eefas ton\u202c \u2066x\u2069\u200f', 'efas ton x'],
  ['a byte order mark and joiners', '\ufeffA\u200dn\u200cn\u2060', 'Ann'],
  ['only what cannot be seen', ' \u200b\u202e\n\t ', ''],
  ['a letter of braille without a dot', '\u2800', ''],
  ['half of a surrogate pair', 'A\ud800nn \udc00', 'A\ufffdnn \ufffd'],
  ['half pairs that an invisible character holds apart', '\udb40\u200b\udc41', '\ufffd\ufffd'],
  ['nothing', '', ''],
  ['a very long name', 'a'.repeat(121), `${'a'.repeat(120)}…`],
  ['a name of just that length', '👍'.repeat(120), '👍'.repeat(120)],
  ['a very long name of pairs is cut between them', '👍'.repeat(200), `${'👍'.repeat(120)}…`],
];

describe('safe text', () => {
  for (const [name, text, safe] of CASES) {
    it(name, () => {
      assert.equal(safeText(text), safe);
    });
  }

  it('whatever is put together: no link, no icon, nothing hidden; and twice is as once', () => {
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
      seed = (seed * 48_271) % 2_147_483_647; // Lehmer: the same run every time
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
