import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { html } from '../../../src/base/html.ts';
import { qrPage, type QrPage } from '../../../src/signIn/qrPage.ts';

const PAGE: QrPage = {
  language: 'en',
  title: 'Sign in with Sigma Identity',
  svg: html`<svg></svg>`,
  instruction: 'Scan the QR code.',
  code: 'ABCD-EFGH',
  elsewhere: 'Other device: https://auth.example/device',
  warning: 'Continue only if you started this.',
};

describe('the page of a QR code', () => {
  it('can load and run nothing but its own style', () => {
    const page = qrPage(PAGE);
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? '';
    const nonce = /^default-src 'none'; style-src 'nonce-([\w-]{20,})'$/.exec(policy)?.[1] ?? '';
    assert.ok(page.includes(`<style nonce="${nonce}">`), policy);
    assert.notEqual(qrPage(PAGE), page, 'the nonce is always the same');
  });

  it('shows text from outside as text', () => {
    const evil = `<img src=x onerror="a('&')">`;
    const page = qrPage({
      ...PAGE,
      language: evil,
      title: evil,
      instruction: evil,
      code: evil,
      elsewhere: evil,
      warning: evil,
    });
    assert.ok(!page.includes('<img'), page);
    assert.equal(page.split(html`${evil}`.toString()).length - 1, 7);
  });

  it('has no element for the code when there is no code', () => {
    assert.match(qrPage(PAGE), /<strong>ABCD-EFGH<\/strong>/);
    assert.ok(!qrPage({ ...PAGE, code: undefined }).includes('<strong>'));
  });

  it('has no element for the QR code when there is no QR code', () => {
    assert.match(qrPage(PAGE), /<svg>/);
    assert.doesNotMatch(qrPage({ ...PAGE, svg: undefined }), /<svg|undefined/);
  });
});
