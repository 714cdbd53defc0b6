import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { identityCard } from '../../../src/identityPage/card.ts';
import { type IdentityPage, signedInPage, signedOutPage } from '../../../src/identityPage/page.ts';
import { texts } from '../support/identityTexts.ts';
import { recordOf } from '../support/record.ts';

const card = identityCard([recordOf('s1')], 'Sigma Identity', texts, 'en');
const actions = ({ buttons }: IdentityPage): string[] => buttons.map(({ action }) => action);

describe('the page of a signed-in account', () => {
  it('links to signing in again, its trusted extensions, and signing out', () => {
    const page = signedInPage(
      card,
      { canManageExtensions: true, hasClawNet: true, hasMcpServers: false },
      texts,
    );
    assert.deepEqual(actions(page), ['signIn', 'manageExtensions', 'signOut']);
    assert.equal(page.notice, undefined);
    assert.equal(page.hasClawNet, true);
  });

  it('links to the MCP servers that may get its token', () => {
    const page = signedInPage(
      card,
      { canManageExtensions: true, hasClawNet: false, hasMcpServers: true },
      texts,
    );
    assert.deepEqual(actions(page), ['signIn', 'manageExtensions', 'mcpServers', 'signOut']);
  });

  it('does not link to a page that the editor lacks', () => {
    const page = signedInPage(
      card,
      { canManageExtensions: false, hasClawNet: false, hasMcpServers: false },
      texts,
    );
    assert.deepEqual(actions(page), ['signIn', 'signOut']);
  });

  it('explains why an account of another server is not in use, and offers no sign-in, which would use a different server', () => {
    const page = signedInPage(
      card,
      { canManageExtensions: true, hasClawNet: false, hasMcpServers: false, whyDormant: 'Not in use.' },
      texts,
    );
    assert.deepEqual(actions(page), ['manageExtensions', 'signOut']);
    assert.equal(page.notice, 'Not in use.');
  });
});

describe('the page of a signed-out account', () => {
  it('says so, offers to sign in, and shows only the account’s name', () => {
    const page = signedOutPage(card, 'You are signed out.', texts);
    assert.deepEqual(actions(page), ['signIn']);
    assert.equal(page.notice, 'You are signed out.');
    assert.equal(page.hasClawNet, false);
    assert.deepEqual(page.card, { ...card, groups: [] });
  });
});
