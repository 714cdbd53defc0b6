import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { besideLinks } from '../../../src/base/safeText.ts';

/** How VS Code finds links in a notification (`linkedText.ts`), for links to commands. */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;
const linksIn = (message: string): (string | undefined)[] =>
  Array.from(message.matchAll(LINK), ([, text]) => text);

describe('text from outside beside links', () => {
  const texts: [text: string, shown: string][] = [
    ['ABCD-EFGH', 'ABCD-EFGH'],
    ['[ABCD', '［ABCD'],
    ['AB]CD', 'AB］CD'],
    ['[ABCD](command:evil)', '［ABCD］(command:evil)'],
    ['https://[::1]:8080/device', 'https://［::1］:8080/device'],
    ['AB\u202eCD\u200b', 'ABCD'],
  ];
  for (const [text, shown] of texts)
    it(`${JSON.stringify(text)} stays readable, and is not part of a link`, () => {
      assert.equal(besideLinks(text), shown);
      const message = `Your code is ${besideLinks(text)}. [Copy code](command:copy?1 "Copy code") · ${besideLinks(text)}`;
      assert.deepEqual(linksIn(message), ['Copy code']);
    });
});
