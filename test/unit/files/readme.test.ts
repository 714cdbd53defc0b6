import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';

import { readServers } from '../../../src/sharing/mcp/servers.ts';

const readme = readFileSync('README.md', 'utf8');

/** The code blocks in this language, in order. */
function examples(language: string): string[] {
  return [...readme.matchAll(/```(\w+)\n(.*?)```/gs)].flatMap(([, name, code = '']) =>
    name === language ? [code] : [],
  );
}

/** The anchors of the headings, as GitHub and VS Code spell them. */
function anchors(markdown: string): string[] {
  return [...markdown.replace(/```.*?```/gs, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the README', () => {
  it('has the examples that the type check compiles, the one without a token first', () => {
    const files = ['whoAmI', 'callService'].map((name) => `test/consumer/src/${name}.ts`);
    assert.deepEqual(
      examples('ts'),
      files.map((file) => readFileSync(file, 'utf8')),
    );
  });

  it('has an example of an MCP server that the setting accepts', () => {
    const [example = ''] = examples('json');
    const setting = z
      .looseObject({ 'bapIdentity.mcp.servers': z.unknown() })
      .parse(JSON.parse(`{${example}}`));
    const rules = { providers: ['sigma-identity', 'adom'], serviceUrls: [], spelling: (url: string) => url };
    const { servers, problems } = readServers(setting['bapIdentity.mcp.servers'], rules);
    assert.equal(servers.length, 1);
    assert.deepEqual(problems, []);
  });

  it('links only to public URLs, to its own headings, and to files that packaging links to', () => {
    const targets = [...readme.matchAll(/(?<!!)\[[^\]]*\]\(([^)]*)\)/g)].map(([, target = '']) => target);
    assert.ok(targets.length > 2);
    const headings = anchors(readme);
    for (const target of targets) {
      if (target.startsWith('#')) assert.ok(headings.includes(target.slice(1)), target);
      else if (/^[A-Z]+(?:\.md)?$/.test(target)) assert.ok(existsSync(target), target);
      else assert.match(target, /^https:\/\//);
    }
    assert.match(readFileSync('package.js', 'utf8'), /rewriteRelativeLinks: repository !== undefined/);
  });

  it('has the heading that the message about lost sessions opens', () => {
    const [, anchor = ''] =
      /LOST_SESSIONS = '([^']+)'/.exec(readFileSync('src/accounts/noticeMessages.ts', 'utf8')) ?? [];
    assert.ok(anchors(readme).includes(anchor), anchor);
  });

  it('shows pictures that are in the package, and no SVG, which the Marketplace does not show', () => {
    const shipped = readFileSync('.vscodeignore', 'utf8').split('\n');
    const pictures = [...readme.matchAll(/!\[([^\]]*)\]\(([^)]*)\)/g)];
    assert.ok(pictures.length > 0);
    for (const [, description = '', target = ''] of pictures) {
      assert.ok(shipped.includes(`!${target}`), target);
      assert.doesNotMatch(target, /\.svg$/);
      assert.notEqual(description, '');
    }
  });

  it('fits on a page: fewer than 2,000 words', () => {
    assert.ok(readme.split(/\s+/).length < 2_000);
  });
});
