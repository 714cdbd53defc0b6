import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { FrameLocator, Locator } from 'playwright-core';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { demoPerson, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { BREAK_OUT, mallory, PICTURE, proven } from './identityProfiles.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const SATOSHI = '3DgKFHRq8n2RDjF4dZEyncXVc1Rf';
const COPIED = 'Copied, if your browser allows it.';
const PROOF = 'BAP Identity has verified that the BAP ID was computed from this address.';

/** A copy, because a test changes the profile. */
const satoshi = structuredClone(demoPerson);

describe('the identity page', () => {
  let sigma: SigmaServer;
  let adom: AdomServer;
  let workbench: Workbench;
  /** The webview in the active tab. */
  let card: FrameLocator;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, people: [satoshi, mallory, proven] });
    adom = await startAdomServer();
    workbench = await Workbench.open({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.adom.apiUrl': adom.url,
    });
    card = workbench.webview;
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
    await adom.close();
  });
  dependentTests('identity', () => workbench);

  /** Picks a service in the open list and completes the sign-in. */
  const signIn = async (service: string, approve: (code: string) => void | Promise<void>): Promise<void> => {
    await workbench.listItem(service).click();
    await approve(await workbench.userCode(service));
    await workbench.waitForNotification(`Signed in to ${service} as`);
    await workbench.clearNotifications();
  };
  const press = (message: string, button: string): Promise<void> =>
    workbench.clickInNotification(message, 'button', button);
  /** Reopens the list if a webview that opens late takes the focus and closes it. */
  const choose = (command: string, account: string): Promise<void> =>
    workbench.until(async () => {
      await workbench.run(command);
      try {
        await workbench.listItem(account).click({ timeout: 2_000 });
        return true;
      } catch {
        return false;
      }
    }, `${account} in the list of ${command}`);
  const show = (account: string): Promise<void> => choose('BAP Identity: Show Identity…', account);
  const row = (label: string): Locator => card.locator('button.row', { hasText: new RegExp(`^${label}`) });
  const button = (name: string): Locator => card.getByRole('button', { name, exact: true });
  const tabs = (): Promise<string[]> => workbench.page.locator('.tabs-container .tab').allInnerTexts();
  const copied = (text: string): Promise<void> =>
    workbench.until(async () => (await workbench.clipboard()) === text, `${text} on the clipboard`);

  it('reports that no one is signed in and offers to sign in', async () => {
    await workbench.run('BAP Identity: Show Identity…');
    await workbench.waitForNotification('No one is signed in with BAP Identity.');
    await press('No one is signed in with BAP Identity.', 'Sign In');
    await signIn('Adom', () => {
      adom.approve();
    });
  });

  it('shows an account without a BAP ID, which cannot be copied', async () => {
    await workbench.run('BAP Identity: Show Identity…');
    await card.getByRole('heading', { name: 'Ada' }).waitFor();
    await row('User ID').waitFor();
    assert.equal(await row('BAP ID').count(), 0);
    await workbench.screenshot('identity-adom');
    await workbench.run('BAP Identity: Copy BAP ID');
    await workbench.waitForNotification('No one with a BAP ID is signed in.');
    await press('No one with a BAP ID is signed in.', 'Sign In');
    await signIn('Sigma Identity', (code) => sigma.approve(code));
  });

  it('does not have to be open to copy the BAP ID', async () => {
    await workbench.run('BAP Identity: Copy BAP ID');
    await workbench.waitForNotification(`The BAP ID of satoshi is ${SATOSHI}. ${COPIED}`);
    assert.equal(await workbench.clipboard(), SATOSHI);
  });

  it('shows each account in its own tab', async () => {
    await show('satoshi (');
    await card.getByRole('heading', { name: 'satoshi', level: 1 }).waitFor();
    assert.deepEqual(await tabs(), ['Ada', 'satoshi']);
    const shown = await card.locator('main').innerText();
    const expected = [
      'Sigma Identity',
      SATOSHI,
      '02eb4f9ffb94825304f0cdf9c1e9cb7ea14bc2291d6182e96d4429ab68a8e1224c',
      '15GrkEZ3ZaZqBhdDoXKbXtNoacg7zkFMr6',
      'Writes code',
      'openid profile',
      String(new Date().getFullYear()),
    ];
    for (const text of expected) assert.ok(shown.includes(text), `${text} is not in ${shown}`);
  });

  it('copies a row on click and confirms it', async () => {
    await row('Public key').click();
    await copied('02eb4f9ffb94825304f0cdf9c1e9cb7ea14bc2291d6182e96d4429ab68a8e1224c');
    await row('Public key').getByText(COPIED).waitFor();
    await workbench.screenshot('identity-copied');
  });

  it('copies a row from the keyboard and announces it to screen readers', async () => {
    // A click moves the focus into the webview.
    await row('Public key').click();
    await workbench.page.keyboard.press('Shift+Tab');
    await row('BAP ID').and(card.locator(':focus-visible')).waitFor();
    await workbench.page.keyboard.press('Enter');
    await copied(SATOSHI);
    await card.getByRole('status').getByText(`BAP ID: ${COPIED}`).waitFor();
    await workbench.screenshot('identity-keyboard');
    await workbench.page.keyboard.press('Tab');
    await workbench.page.keyboard.press('Tab');
    await workbench.page.keyboard.press('Space');
    await copied('15GrkEZ3ZaZqBhdDoXKbXtNoacg7zkFMr6');
    await card.getByText(COPIED, { exact: true }).and(card.locator(':visible')).waitFor({ state: 'hidden' });
    assert.equal(await card.getByRole('status').innerText(), '');
  });

  for (const theme of ['Light Modern', 'Dark Modern', 'Dark High Contrast', 'Light High Contrast'] as const) {
    it(`shows a copied row in ${theme}`, async () => {
      await workbench.useTheme(theme);
      await row('BAP ID').click();
      await row('BAP ID').getByText(COPIED).waitFor();
      await workbench.screenshot(`identity-${theme.replaceAll(' ', '-').toLowerCase()}`);
    });
  }

  it('contains no token and blocks every other resource and script', async () => {
    const html = String(await card.locator('html').evaluate('document.documentElement.outerHTML'));
    const tokens = sigma.requests.flatMap(
      ({ headers }) => /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? [],
    );
    assert.ok(tokens.length > 0, 'no token was sent');
    for (const token of tokens) assert.ok(!html.includes(token), 'a token is in the page');
    assert.ok(html.includes(SATOSHI), 'this is not the identity page');

    const blocked: unknown = await card.locator('body').evaluate(BREAK_OUT);
    assert.deepEqual(blocked, {
      seen: ['connect-src', 'frame-src', 'img-src', 'script-src-attr', 'script-src-elem'],
      title: 'satoshi',
    });
  });

  it('updates the open tab with the profile of the next sign-in', async () => {
    const profile = satoshi.identities[0]?.profile;
    assert.ok(profile);
    profile.description = 'Writes papers';
    await workbench.run('BAP Identity: Sign In…');
    await signIn('Sigma Identity', (code) => sigma.approve(code));
    await row('Description').getByText('Writes papers').waitFor();
    assert.deepEqual(await tabs(), ['Ada', 'satoshi']);
  });

  it('shows markup in a name as text and loads the picture from a gateway', async () => {
    const asked: (string | undefined)[] = [];
    await workbench.page.context().route(`${PICTURE}**`, async (route) => {
      asked.push(route.request().headers().referer);
      await route.fulfill({
        contentType: 'image/svg+xml',
        body: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#f7931a"/></svg>',
      });
    });
    await workbench.run('BAP Identity: Sign In…');
    await signIn('Sigma Identity', (code) => sigma.approve(code, 0, 1));
    await show('Mal');
    await card.getByRole('heading', { name: '<b>Mal</b> <img src=x onerror=alert(1)>', level: 1 }).waitFor();
    await card.getByText('</span><script>document.body.remove()</script>').waitFor();
    assert.equal(await card.locator('h1 *').count(), 0);
    // The picture replaces the initials.
    await card.locator('.avatar span').waitFor({ state: 'detached' });
    await card.locator('.avatar img').waitFor();
    assert.deepEqual(asked, [undefined]);
    await workbench.screenshot('identity-picture');
  });

  it('shows initials when the picture does not load', async () => {
    await workbench.run('View: Close Editor');
    await workbench.page.context().unroute(`${PICTURE}**`);
    await workbench.page.context().route(`${PICTURE}**`, (route) => route.fulfill({ status: 404 }));
    await show('Mal');
    await card.locator('.avatar').getByText('BO').waitFor();
    await card.locator('.avatar img').waitFor({ state: 'detached' });
  });

  it('reuses the tab of an account', async () => {
    const before = await tabs();
    await show('satoshi (');
    await card.getByRole('heading', { name: 'satoshi', level: 1 }).waitFor();
    assert.deepEqual(await tabs(), before);
    assert.equal(before.length, 3);
  });

  it('closes when the extension crashes and can be opened again', async () => {
    await workbench.run('Consumer: Crash');
    await workbench.until(async () => (await tabs()).length === 0, 'the tabs to close');
    await show('satoshi (');
    await card.getByRole('heading', { name: 'satoshi', level: 1 }).waitFor();
    await show('Mal');
    await workbench.until(async () => (await tabs()).length === 2, 'two tabs');
  });

  it('opens VS Code’s list of trusted extensions', async () => {
    await workbench.run('Consumer: Sign In with Sigma Identity');
    await workbench.answerDialog('Allow');
    await workbench.listItem('satoshi (').click();
    await workbench.waitForNotification('Consumer: the service says 200.');
    await workbench.clearNotifications();
    await show('satoshi (');
    await card.getByRole('heading', { name: 'satoshi', level: 1 }).waitFor();
    await button('Manage Trusted Extensions').click();
    await workbench.page.getByText('Manage Trusted Extensions', { exact: true }).first().waitFor();
    await workbench.listItem('Consumer').waitFor();
    await workbench.screenshot('identity-trusted-extensions');
    await workbench.page.keyboard.press('Escape');
  });

  it('signs in again with the same service', async () => {
    await button('Sign In Again').click();
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi');
    await workbench.clearNotifications();
    await row('BAP ID').waitFor();
  });

  it('asks before signing out and changes nothing on Cancel', async () => {
    await button('Sign Out…').click();
    await workbench.dialog().getByText('Sign out of satoshi').waitFor();
    await workbench.screenshot('identity-sign-out');
    await workbench.answerDialog('Cancel');
    await row('BAP ID').waitFor();
  });

  it('shows a signed-out account with a sign-in button, and leaves other tabs alone', async () => {
    const before = await tabs();
    await button('Sign Out…').click();
    await workbench.answerDialog('Sign Out');
    await workbench.waitForNotification('You are signed out of satoshi');
    await card.getByText('You are signed out of satoshi').waitFor();
    assert.equal(await row('BAP ID').count(), 0);
    assert.deepEqual(await tabs(), before);
    await workbench.clearNotifications();
    for (const theme of ['Dark Modern', 'Light Modern'] as const) {
      await workbench.useTheme(theme);
      await workbench.screenshot(`identity-signed-out-${theme.replaceAll(' ', '-').toLowerCase()}`);
    }
    await show('Mal');
    await row('BAP ID').waitFor();
    await workbench.run('View: Close Editor');
  });

  it('shows the account again after that sign-in', async () => {
    await button('Sign In').click();
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi');
    await workbench.clearNotifications();
    await row('BAP ID').waitFor();
    await button('Sign Out…').waitFor();
  });

  it('says that a BAP ID was derived from its root address and what that does not prove', async () => {
    await show('Mal');
    await card.getByRole('heading', { name: 'Mal', level: 1 }).waitFor(); // not the tab that was active before
    await row('Root address').waitFor();
    assert.equal(await card.getByText(PROOF).count(), 0);
    await workbench.run('BAP Identity: Sign In…');
    await signIn('Sigma Identity', (code) => sigma.approve(code, 0, 2));
    await show('Robin');
    await card.getByRole('heading', { name: 'Robin Sage', level: 1 }).waitFor();
    await card.getByText(PROOF).and(card.getByText('doesn’t prove who holds the private key')).waitFor();
    for (const theme of ['Light Modern', 'Dark Modern'] as const) {
      await workbench.useTheme(theme);
      await workbench.screenshot(`identity-proven-${theme.replaceAll(' ', '-').toLowerCase()}`);
    }
    await row('Root address').click();
    await copied('1wt1buQLx2G39adHovj2QJZnZK9vsXUjC');
  });
});
