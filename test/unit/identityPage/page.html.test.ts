import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LiveSession } from '../../../src/sessions/record.ts';
import { identityCard } from '../../../src/identityPage/card.ts';
import { identityHtml, signedInPage, signedOutPage } from '../../../src/identityPage/page.ts';
import { texts } from '../support/identityTexts.ts';
import { recordOf } from '../support/record.ts';

const parts = {
  style: 'style.css',
  script: 'script.js',
  cspSource: 'https://vscode.example',
  nonce: 'n1',
  language: 'en',
};
function pageOf(record: LiveSession, words = texts): string {
  const card = identityCard([record], 'Sigma Identity', words, 'en');
  const options = { canManageExtensions: true, hasClawNet: false, hasMcpServers: false };
  return identityHtml(signedInPage(card, options, words), undefined, words, parts);
}
function policyOf(record: LiveSession): string[] {
  const content = /Content-Security-Policy" content="([^"]+)"/.exec(pageOf(record))?.[1] ?? '';
  return content.replaceAll('&#39;', "'").split('; ');
}
const { person } = recordOf('s1');
const strict = [
  "default-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  'style-src https://vscode.example',
  "script-src 'nonce-n1'",
];

/** A session in which every text from the service is `text`. */
function saying(text: string): LiveSession {
  const profile = { givenName: text, familyName: text, description: text, rootAddress: text };
  const bap = {
    bapId: text,
    rootAddressProven: true,
    pubkey: text,
    profile: { ...profile, addresses: [{ address: `${text}2` }] },
  };
  const names = { accountId: text, accountLabel: text, subject: text, name: text, email: text };
  return recordOf('s1', { scopes: [text], person: { ...names, bap } });
}

describe('the HTML of the identity page', () => {
  it('allows only its own style and script', () => {
    assert.deepEqual(policyOf(recordOf('s1')), strict);
    assert.doesNotMatch(pageOf(recordOf('s1')), /<img/);
  });

  it('allows images from the picture’s origin if there is a picture', () => {
    const withPicture = recordOf('s1', { person: { ...person, picture: 'https://ordfs.network/a_0' } });
    assert.deepEqual(policyOf(withPicture), strict.toSpliced(3, 0, 'img-src https://ordfs.network'));
    assert.match(
      pageOf(withPicture),
      /<img src="https:\/\/ordfs\.network\/a_0" alt="" referrerpolicy="no-referrer">/,
    );
  });

  it('has a button for every copyable row, with a label that says what it copies', () => {
    const page = pageOf(recordOf('s1'));
    assert.match(
      page,
      /data-row="0"><span class="label">User ID<\/span><span class="value id">user-1<\/span><span class="copy">Copy</,
    );
    const rows = Array.from(page.matchAll(/<button[^>]* data-row="(\d+)"/g), ([, row]) => row);
    assert.deepEqual(rows, ['0', '1', '2']);
    assert.equal(page.match(/<button[^>]* class="row"/g)?.length, 3);
  });

  it('has a button for every action, which only names the action', () => {
    const page = pageOf(recordOf('s1'));
    const buttons = Array.from(
      page.matchAll(/<button[^>]* data-run="([^"]*)">([^<]*)</g),
      ([, ...parts]) => parts,
    );
    assert.deepEqual(buttons, [
      ['signIn', 'Sign In Again'],
      ['manageExtensions', 'Manage Trusted Extensions'],
      ['signOut', 'Sign Out…'],
    ]);
  });

  it('contains no link, whatever the service sends', () => {
    const evil = '[run](command:workbench.action.quit) <a href="command:workbench.action.quit">command:x</a>';
    assert.doesNotMatch(pageOf(saying(evil)), /<a\b|href="(?!style\.css")/);
  });

  it('escapes a notice', () => {
    const card = identityCard([recordOf('s1')], 'Sigma Identity', texts, 'en');
    const page = identityHtml(signedOutPage(card, 'You are <out>.', texts), undefined, texts, parts);
    assert.match(page, /<p class="notice">You are &lt;out&gt;\.<\/p>/);
  });

  it('shows a note below its row’s button and reads it out with the row', () => {
    const page = pageOf(saying('x'), { ...texts, rootAddressProven: 'It is <proven>.' });
    assert.match(
      page,
      /<button [^>]*aria-describedby="note-2">(?:(?!<\/?button).)*<\/button><p class="note" id="note-2">It is &lt;proven&gt;\.<\/p><\/li>/,
    );
    assert.equal(page.match(/aria-describedby|class="note"/g)?.length, 2);
  });

  it('escapes the texts of a service', () => {
    const evil = `</title></h1><script>alert("1")</script><img src=x onerror='alert(1)'>&lt;b&gt;`;
    // The tags and attributes are the same as with a harmless text.
    const markup = (page: string): string[] => Array.from(page.matchAll(/<[^<>]*>/g), ([tag]) => tag);
    const harmless = markup(pageOf(saying('harmless')));
    assert.deepEqual(markup(pageOf(saying(evil))), harmless);
  });

  it('escapes a name without letters, in the heading and as initials', () => {
    const page = pageOf(recordOf('s1', { person: { ...person, name: '<' } }));
    assert.match(page, /<span>&[^;]+;<\/span>/);
    assert.match(page, /<h1>&lt;<\/h1>/);
  });

  it('escapes translations', () => {
    const page = pageOf(recordOf('s1'), { ...texts, userId: '<User>', identity: '<Identity>' });
    assert.doesNotMatch(page, /<User>|<Identity>/);
  });

  it('escapes the picture’s URL in its attribute', () => {
    const picture = `https://ordfs.network/'"><script>`;
    assert.match(
      pageOf(recordOf('s1', { person: { ...person, picture } })),
      /<img src="https:\/\/ordfs\.network\/&#39;%22%3E%3Cscript%3E" alt=""/,
    );
  });

  it('contains no token', () => {
    assert.doesNotMatch(
      pageOf(recordOf('s1', { grant: { ...recordOf('s1').grant, refreshToken: 'refresh of s1' } })),
      /token of s1|refresh of s1/,
    );
  });
});
