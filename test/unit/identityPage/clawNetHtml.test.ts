import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Lists, StatementList } from '../../../src/identityPage/clawNet.ts';
import type { Statement } from '../../../src/identityPage/clawNetApi.ts';
import { clawNetHtml, clawNetStatus } from '../../../src/identityPage/clawNetHtml.ts';
import { texts as all } from '../support/identityTexts.ts';

const texts = all.clawNet;
const NONE: StatementList = { state: 'notAsked', statements: [] };
const said = (by: string, different: Partial<Statement> = {}): Statement => ({
  by,
  isOnChain: true,
  isRevoked: false,
  ...different,
});
const answered = (...statements: Statement[]): StatementList => ({ state: 'answered', statements });
const htmlOf = (lists: Partial<Lists>, words = texts): string =>
  clawNetHtml({ trust: NONE, vouches: NONE, ...lists }, 'clawnet.example', words, 'en').toString();
/** The buttons as `action: label`. */
const buttons = (html: string): string[] =>
  Array.from(html.matchAll(/data-run="(\w+)"[^>]*>([^<]*)/g), ([, action, label]) => `${action}: ${label}`);
const text = (html: string): string =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

describe('the HTML of the ClawNet section', () => {
  it('says what it would request, and from where, before it does', () => {
    assert.equal(text(htmlOf({})), 'ClawNet Before clawnet.example Ask ClawNet');
    assert.deepEqual(buttons(htmlOf({})), ['askClawNet: Ask ClawNet']);
  });

  it('shows that a request is pending', () => {
    const asking = { state: 'asking', statements: [] } as const;
    assert.equal(text(htmlOf({ trust: asking, vouches: asking })), 'ClawNet Asking ClawNet…');
    assert.match(
      text(htmlOf({ trust: asking, vouches: answered(said('a')) })),
      /Trusted by Asking ClawNet… Vouches a/,
    );
  });

  it('shows trust and vouches with a note that they prove nothing', () => {
    const html = htmlOf({
      trust: answered(
        said('bap-1', { name: 'Robin', reason: 'Met', saidAtMs: Date.UTC(2026, 9, 3, 12) }),
        said('bap-2', { isOnChain: false }),
      ),
      vouches: answered(
        said('bap-3', { verdict: 'safe' }),
        said('bap-4', { verdict: 'unsafe', isRevoked: true }),
        said('bap-5', { verdict: 'unsafe' }),
      ),
    });
    assert.equal(
      text(html),
      'ClawNet No proof: clawnet.example' +
        ' Trusted by Robin On-chain · Oct 3, 2026 Met bap-1 bap-2 Not on-chain' +
        ' Vouches bap-3 Safe · On-chain bap-5 Unsafe · On-chain' +
        ' Revoked bap-4 Unsafe · On-chain',
    );
    assert.deepEqual(buttons(html), []);
  });

  it('offers the next page of each list', () => {
    const html = htmlOf({
      trust: { ...answered(said('a')), cursor: 'x' },
      vouches: { ...answered(said('b')), cursor: 'y' },
    });
    assert.deepEqual(buttons(html), ['moreTrust: Show More', 'moreVouches: Show More']);
    const asking = htmlOf({
      trust: { state: 'asking', statements: [said('a')], cursor: 'x' },
      vouches: answered(),
    });
    assert.deepEqual(buttons(asking), ['moreTrust: Show More'], 'the focus can stay where it is');
  });

  it('says when there are no statements', () => {
    assert.equal(
      text(htmlOf({ trust: answered(), vouches: answered(said('a', { isRevoked: true, verdict: 'safe' })) })),
      'ClawNet No proof: clawnet.example Trusted by None Vouches None Revoked a Safe · On-chain',
    );
  });

  it('shows a failed request as one line and keeps earlier statements', () => {
    const failed = { state: 'failed', statements: [] } as const;
    const neither = htmlOf({ trust: failed, vouches: failed });
    assert.equal(text(neither), 'ClawNet No usable answer. Try Again');
    const one = htmlOf({ trust: failed, vouches: answered(said('a', { verdict: 'safe' })) });
    assert.equal(
      text(one),
      'ClawNet No proof: clawnet.example Trusted by No usable answer. Try Again Vouches a Safe · On-chain',
    );
    const second = htmlOf({
      trust: { state: 'failed', statements: [said('a')], cursor: 'x' },
      vouches: answered(),
    });
    assert.match(text(second), /Trusted by a On-chain No usable answer\. Try Again Vouches None$/);
  });

  it('escapes texts of other users and of translations', () => {
    const evil = `</ul><script>alert("1")</script><img src=x onerror='alert(1)'>&lt;b&gt;`;
    const markup = (word: string): string[] => {
      const words = { ...texts, trust: word, none: word, safe: word, failed: word, noProof: () => word };
      const one = said(word, { name: word, reason: word, verdict: 'safe' });
      const html = clawNetHtml({ trust: answered(one), vouches: answered(one) }, word, words, 'en');
      return Array.from(html.toString().matchAll(/<[^<>]*>/g), ([tag]) => tag);
    };
    assert.deepEqual(markup(evil), markup('harmless'));
  });

  it('contains no links or images of other users', () => {
    const html = htmlOf({ trust: answered(said('a', { name: '[x](command:quit) https://evil.example/' })) });
    assert.doesNotMatch(html, /<a\b|href|src=|<img/);
  });

  it('announces its state to screen readers', () => {
    const failed = { state: 'failed', statements: [] } as const;
    const asking = { state: 'asking', statements: [] } as const;
    assert.equal(clawNetStatus({ trust: NONE, vouches: NONE }, texts), '');
    assert.equal(clawNetStatus({ trust: asking, vouches: failed }, texts), 'Asking ClawNet…');
    assert.equal(clawNetStatus({ trust: answered(), vouches: failed }, texts), 'No usable answer.');
    assert.equal(clawNetStatus({ trust: answered(), vouches: answered() }, texts), 'Answered');
  });
});
