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
/** Decodes the escaped text like a browser. */
const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('a text in an html template', () => {
  for (const text of HOSTILE)
    it(`is escaped and reads the same: ${text}`, () => {
      assert.doesNotMatch(escaped(text), /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      assert.equal(unescaped(escaped(text)), text);
    });

  it('has only HTML’s special characters escaped', () => {
    assert.equal(
      escaped(`<a href="x" id='y'>&amp;日本`),
      '&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;日本',
    );
  });

  it('cannot leave a quoted attribute', () => {
    for (const text of HOSTILE)
      assert.match(
        html`<a title="${text}" lang='${text}'></a>`.toString(),
        /^<a title="[^"<>]*" lang='[^'<>]*'><\/a>$/,
      );
  });

  it('is unchanged if it contains no markup', () => {
    const text = 'Zoë 👩‍👩‍👧 {x} `y` $(z) 日本';
    assert.equal(escaped(text), text);
  });

  it('is escaped once in a nested template or an array', () => {
    const inner = html`<b>${'<'}</b>`;
    assert.equal(
      html`<p>${inner}${[inner, '&', ['>']]}</p>`.toString(),
      '<p><b>&lt;</b><b>&lt;</b>&amp;&gt;</p>',
    );
  });

  it('is escaped even if it is another template’s markup as a string', () => {
    assert.equal(html`${html`<b>`.toString()}`.toString(), '&lt;b&gt;');
  });
});

describe('an html template', () => {
  it('keeps its own markup and interprets escape sequences', () => {
    assert.equal(html`<p class="a">'&amp;'\n</p>`.toString(), `<p class="a">'&amp;'\n</p>`);
  });

  it('renders numbers, and nothing for undefined and false', () => {
    assert.equal(html`${0}|${-1.5}|${undefined}|${false}|${[]}`.toString(), '0|-1.5|||');
  });
});
