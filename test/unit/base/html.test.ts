import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { html } from '../../../src/base/html.ts';

const HOSTILE = [
  `<script>alert("1")</script>`,
  `"><img src=x onerror='alert(1)'>`,
  `' onfocus='alert(1)' autofocus='`,
  '</title></style></textarea><b>',
  '<!-- --><![CDATA[ ]]>',
  '&lt;b&gt; &#60;b&#62;',
  '${1} $& $1 \\u003cb\\u003e',
];
const escaped = (text: string): string => html`${text}`.toString();
/** Reads the escaped text as a browser does. */
const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('a text in a template', () => {
  for (const text of HOSTILE)
    it(`is text and not markup, and reads as it was: ${text}`, () => {
      assert.doesNotMatch(escaped(text), /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      assert.equal(unescaped(escaped(text)), text);
    });

  it('has the characters of HTML escaped, and no other', () => {
    assert.equal(
      escaped(`<a href="x" id='y'>&amp;日本`),
      '&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;日本',
    );
  });

  it('stays in its quoted attribute', () => {
    for (const text of HOSTILE)
      assert.match(
        html`<a title="${text}" lang='${text}'></a>`.toString(),
        /^<a title="[^"<>]*" lang='[^'<>]*'><\/a>$/,
      );
  });

  it('is not changed where nothing in it is markup', () => {
    const text = 'Zoë 👩‍👩‍👧 {x} `y` $(z) 日本';
    assert.equal(escaped(text), text);
  });

  it('is escaped once in a nested template, and once in an array', () => {
    const inner = html`<b>${'<'}</b>`;
    assert.equal(
      html`<p>${inner}${[inner, '&', ['>']]}</p>`.toString(),
      '<p><b>&lt;</b><b>&lt;</b>&amp;&gt;</p>',
    );
  });

  it('that is the markup of another template is no markup any more', () => {
    assert.equal(html`${html`<b>`.toString()}`.toString(), '&lt;b&gt;');
  });
});

describe('a template', () => {
  it('keeps its own markup, with its escape sequences read', () => {
    assert.equal(html`<p class="a">'&amp;'\n</p>`.toString(), `<p class="a">'&amp;'\n</p>`);
  });

  it('shows numbers, and nothing for undefined and false', () => {
    assert.equal(html`${0}|${-1.5}|${undefined}|${false}|${[]}`.toString(), '0|-1.5|||');
  });
});
