import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { FrameLocator, Locator } from 'playwright-core';
import {
  bapIdOf,
  saidOfDemoPerson,
  startClawNetServer,
  type ClawNetServer,
  type Said,
} from '../servers/clawnet.ts';
import { requestsTo, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const SATOSHI = '3DgKFHRq8n2RDjF4dZEyncXVc1Rf';
const MARKUP = '</ul><img src=x onerror="document.title=1"><a href="command:workbench.action.quit">x</a>';

/** More than one page of trust. The second entry has markup in every text. */
const said: Said = {
  ...saidOfDemoPerson,
  trust: saidOfDemoPerson.trust.with(1, {
    sourceBapId: bapIdOf(1),
    reason: `${MARKUP} \u202E${'very '.repeat(200)}`,
    onChain: false,
    createdAt: 1e300,
    profile: { alternateName: MARKUP, image: 'https://evil.example/x.png' },
  }),
};

describe('the ClawNet section of Show Identity', () => {
  let sigma: SigmaServer;
  let clawnet: ClawNetServer;
  let workbench: Workbench;
  let page: FrameLocator;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true });
    clawnet = await startClawNetServer({ said: { [SATOSHI]: said }, anyOrigin: true });
    workbench = await Workbench.open({
      'bapIdentity.sigma.serverUrl': sigma.url,
      'bapIdentity.clawnet.apiUrl': clawnet.url,
    });
    page = workbench.webview;
  });
  after(async () => {
    await workbench.close();
    await Promise.all([sigma.close(), clawnet.close()]);
  });
  dependentTests('clawnet', () => workbench);

  const section = (): Locator => page.getByRole('region', { name: 'ClawNet' });
  const button = (name: string): Locator => section().getByRole('button', { name, exact: true });
  const list = (name: string): Locator => section().getByRole('list', { name, exact: true });

  it('sends nothing until the user asks, and names the host it would ask', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').click();
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi');
    await workbench.clearNotifications();
    await workbench.run('BAP Identity: Show Identity…');
    await section()
      .getByText(`Nothing is sent until you ask: ${new URL(clawnet.url).host}`)
      .waitFor();
    await button('Ask ClawNet').waitFor();
    await workbench.page.waitForTimeout(500); // enough time for a request to arrive
    assert.equal(clawnet.requests.length, 0);
    await workbench.screenshot('clawnet-before');
  });

  it('shows an unusable response as one line in the page, with a way to retry', async () => {
    clawnet.failNext('GET /api/v1/trust', { kind: 'html' });
    clawnet.failNext('GET /api/v1/vouches', { kind: 'drop' });
    await button('Ask ClawNet').click();
    await section().getByText('ClawNet didn’t return a usable response.').waitFor();
    assert.equal(await section().getByText('ClawNet didn’t return a usable response.').count(), 1);
    assert.equal(await workbench.page.locator('.notification-list-item').count(), 0);
    await workbench.screenshot('clawnet-failed');
    await button('Try Again').click();
    await list('Trusted by').waitFor();
  });

  it('shows trust and vouches, lists revoked vouches separately, and says that none of it is proof', async () => {
    await section().getByText('It is not proof').waitFor();
    const texts = await list('Trusted by').getByRole('listitem').allInnerTexts();
    assert.equal(texts.length, 20);
    for (const text of ['Robin Sage', 'Reviewed my code for years', bapIdOf(0), 'On-chain · Oct 30, 2026'])
      assert.ok(texts[0]?.includes(text), texts[0]);
    const vouches = await list('Vouches').getByRole('listitem').allInnerTexts();
    assert.deepEqual(
      vouches.map((text) => /Says it is \w+ · (?:Not o|O)n-chain/.exec(text)?.[0]),
      ['Says it is safe · On-chain', 'Says it is unsafe · Not on-chain'],
    );
    assert.match(
      (await list('Revoked vouches').innerText()).replace(/\s+/g, ' '),
      /Mistook them for somebody else/,
    );
    assert.doesNotMatch(await section().innerText(), /score|\d+ ?\/ ?100|%/i);
  });

  it('shows markup from other users as text, within the section', async () => {
    const hostile = list('Trusted by').getByRole('listitem').nth(1);
    assert.ok((await hostile.innerText()).includes(MARKUP));
    assert.equal(await section().locator('a, img, script').count(), 0);
    assert.equal(String(await page.locator('body').evaluate('document.title')), 'satoshi');
    const { width = 0 } = (await section().boundingBox()) ?? {};
    assert.ok(((await hostile.boundingBox())?.width ?? Infinity) <= width, 'it is wider than the section');
  });

  it('loads the next page from the keyboard and keeps focus nearby', async () => {
    await button('Show More').focus();
    await workbench.page.keyboard.press('Enter');
    await workbench.until(async () => (await list('Trusted by').getByRole('listitem').count()) === 23, 'all');
    assert.equal(await button('Show More').count(), 0);
    await section().getByRole('heading', { name: 'Trusted by' }).and(page.locator(':focus')).waitFor();
  });

  it('follows the color theme', async () => {
    for (const theme of ['Dark Modern', 'Light Modern', 'Dark High Contrast'] as const) {
      await workbench.useTheme(theme);
      for (const [name, place] of [
        ['top', list('Trusted by').getByRole('listitem').first()],
        ['end', list('Revoked vouches')],
      ] as const) {
        await place.scrollIntoViewIfNeeded();
        await workbench.screenshot(`clawnet-${name}-${theme.replaceAll(' ', '-').toLowerCase()}`);
      }
    }
  });

  it('restores the section when its tab is shown again, without another request', async () => {
    const before = clawnet.requests.length;
    await workbench.run('File: New Untitled Text File');
    await workbench.page.locator('.editor-instance .monaco-editor').first().waitFor();
    await workbench.run('BAP Identity: Show Identity…');
    await workbench.until(
      async () => (await list('Trusted by').getByRole('listitem').count()) === 23,
      'the same statements',
    );
    assert.equal(clawnet.requests.length, before);
  });

  it('sends no token and no cookie to ClawNet', async () => {
    const tokens = requestsTo(sigma.requests, 'GET /api/auth/oauth2/userinfo').flatMap(
      ({ headers }) => /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? [],
    );
    assert.ok(tokens.length > 0, 'no token is known');
    const asked = clawnet.requests.filter(({ method }) => method === 'GET');
    assert.ok(asked.length >= 5);
    const sent = JSON.stringify(asked);
    for (const token of tokens) assert.ok(!sent.includes(token), 'a token was sent to ClawNet');
    for (const { headers } of asked)
      assert.deepEqual(
        Object.keys(headers).filter((name) => /authorization|cookie/i.test(name)),
        [],
      );
    return Promise.resolve();
  });

  it('removes the section when the setting is empty', async () => {
    await workbench.set('bapIdentity.clawnet.apiUrl', '');
    await section().waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'satoshi', level: 1 }).waitFor();
    await workbench.set('bapIdentity.clawnet.apiUrl', clawnet.url);
    await button('Ask ClawNet').waitFor();
  });

  it('starts over after its tab was closed during a request', async () => {
    clawnet.failNext('GET /api/v1/trust', { kind: 'hold' });
    await button('Ask ClawNet').click();
    await list('Vouches').waitFor();
    await section().getByText('Asking ClawNet…').waitFor(); // the request for trust
    await workbench.screenshot('clawnet-asking');
    await workbench.run('View: Close Editor');
    await workbench.run('BAP Identity: Show Identity…');
    await button('Ask ClawNet').waitFor();
  });
});
