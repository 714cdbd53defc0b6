import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';

import { besideLinks } from '../../../src/base/safeText.ts';
import { NEVER } from '../../../src/base/timeLimit.ts';
import { hostOf, isLoopback, isSafeAddress, parseServer } from '../../../src/http/address.ts';
import { createIntent } from '../../../src/services/adom/intent.ts';
import { trustedPicture } from '../../../src/services/picture.ts';
import { address } from '../support/addresses.ts';
import { Conversation, json } from '../support/conversation.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { holds } from '../support/fuzz.ts';
import { assertSafe } from '../support/texts.ts';

/**
 * How VS Code takes an address apart: by the expression of RFC 3986, appendix B, and not by the URL standard, which
 * browsers and `fetch` keep to.
 */
function authorityOf(text: string): string {
  return /^(([^:/?#]+?):)?(\/\/([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?/.exec(text)?.[4] ?? '';
}

function assertTrustworthy(url: URL): void {
  assert.ok(url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(url)), url.href);
  assert.deepEqual([url.username, url.password], ['', '']);
}

/** Not by the code under test. */
function isThisMachine({ hostname }: URL): boolean {
  const numbers = hostname.split('.').map(Number);
  const isIp4 = numbers.length === 4 && numbers.every((number) => number >= 0 && number < 256);
  return hostname === 'localhost' || hostname === '[::1]' || (isIp4 && numbers[0] === 127);
}

describe('an address from outside', () => {
  it('is safe only if it is https or on this machine, has no user, and has the same host to every parser', (context) =>
    holds(context, address, (text) => {
      if (!isSafeAddress(text)) return;
      const url = new URL(text);
      assertTrustworthy(url);
      assert.ok(isSafeAddress(url));
      const authority = authorityOf(text);
      assert.doesNotMatch(authority, /[@\\]/);
      assert.doesNotMatch(text, /[\s\p{Cc}\\]/u, 'what the URL standard repairs');
      assert.equal(new URL(`${url.protocol}//${authority}/`).host, url.host);
    }));

  it('is shown with the host that is opened, or the end of it', (context) =>
    holds(context, address, (text) => {
      if (!isSafeAddress(text)) return;
      const { host } = new URL(text);
      const shown = besideLinks(hostOf(text));
      assertSafe(shown);
      const read = shown.replaceAll('［', '[').replaceAll('］', ']');
      if (read.startsWith('…')) assert.ok(read.length > 100 && host.endsWith(read.slice(1)));
      else assert.equal(read, host);
    }));
});

describe('the server of a setting', () => {
  it('has one form, with the host in the text, and no path added to it can leave it', (context) =>
    holds(context, address, (text) => {
      const server = parseServer(text);
      if (server === undefined) return;
      const url = new URL(server);
      assertTrustworthy(url);
      assert.equal(parseServer(server), server);
      assert.equal(url.host, new URL(text.trim()).host);
      assert.doesNotMatch(server, /[?#\s\\]|\/$/);
      const added = new URL(`${server}/auth/intents`);
      assert.equal(added.origin, url.origin);
      assert.ok(added.pathname.endsWith('/auth/intents'));
      assert.equal(added.href, `${server}/auth/intents`, 'an address that fetch does not change');
    }));
});

describe('the address of an intent’s updates', () => {
  const server = 'https://adom.example';
  const near = fc.oneof(
    address,
    address.map((text) => text.replace(/^(https?:\/\/)[^/?#]*/, '$1adom.example')),
    address.map((text) => `${server}/${text}`),
  );

  it('is on the server of the setting, whatever the server says', (context) =>
    holds(context, near, async (updatesUrl) => {
      const clock = new FakeClock();
      const { http, log } = new Conversation(clock, [
        json(201, { token: 'canary', updates_url: updatesUrl }),
      ]);
      const created = await clock.run(createIntent(http, server, 'https://hydrogen.example', 60, NEVER));
      assert.doesNotMatch(log.lines.join('\n'), /canary/);
      if (created.kind === 'failed') return;
      const { origin, pathname, username, password } = new URL(created.intent.statusUrl);
      assert.equal(origin, server);
      assert.deepEqual([username, password], ['', '']);
      assert.match(pathname, /\/status\/*$/);
    }));
});

describe('the address of a picture', () => {
  it('is https, on the server or a listed host, without a user', (context) =>
    holds(context, address, (text) => {
      const shown = trustedPicture(text, 'https://auth.example');
      if (shown === undefined) return;
      const url = new URL(shown);
      assert.equal(url.protocol, 'https:');
      assert.deepEqual([url.username, url.password], ['', '']);
      assert.match(url.host, /^(auth\.example|ordfs\.network|.*gravatar\.com)$/);
    }));
});

describe('this machine', () => {
  it('is the same in a hostname and in an address', (context) =>
    holds(
      context,
      fc.oneof(
        fc.ipV4(),
        fc.domain(),
        fc.ipV6().map((ip) => `[${ip}]`),
      ),
      (hostname) => {
        const url = URL.parse(`http://${hostname}/`);
        if (url !== null) assert.equal(isLoopback(url.hostname), isThisMachine(url));
      },
    ));
});
