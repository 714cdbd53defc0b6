import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Frame, Locator, Page } from 'playwright-core';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { outFolder } from '../vscode/paths.ts';
import { QrTab } from './qrTab.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const REPORT = path.join(outFolder, 'axe.txt');
/** Each theme, and the class that VS Code gives a webview in it. */
const THEMES = [
  ['Light Modern', 'vscode-light'],
  ['Light High Contrast', 'vscode-high-contrast-light'],
  ['Dark High Contrast', 'vscode-high-contrast'],
  ['Dark Modern', 'vscode-dark'],
] as const;

describe('signing in with a keyboard and a screen reader', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;
  let qr: QrTab;

  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true });
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url });
    qr = new QrTab(workbench, 'Sigma Identity');
    await writeFile(REPORT, '');
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });
  dependentTests('accessibility', () => workbench);

  const press = (key: string): Promise<void> => workbench.page.keyboard.press(key);
  const focused = (): Locator => workbench.page.locator('*:focus');
  /** The webview's document in the active tab. */
  const documentOf = async (mark: string): Promise<Frame> => {
    await qr.page.locator(`body.${mark}`).waitFor();
    const outer = workbench.page.locator('iframe.webview.ready').contentFrame();
    const frame = await (await outer.locator('#active-frame').elementHandle()).contentFrame();
    assert.ok(frame, 'there is no page');
    return frame;
  };
  /** Copies a page that allows no scripts into a browser tab where axe can run. Its styles are inline. */
  const copyOf = async (page: Frame): Promise<Page> => {
    const html = await page.evaluate<string>('document.documentElement.outerHTML');
    const copy = await workbench.page.context().newPage();
    await copy.setContent(
      `<!DOCTYPE html>${html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')}`,
    );
    return copy;
  };
  /** Runs axe on the active tab's webview in every theme. */
  const check = async (name: string, mayRunScripts: boolean): Promise<void> => {
    for (const [theme, mark] of THEMES) {
      await workbench.useTheme(theme);
      const page = await documentOf(mark);
      await workbench.screenshot(`${name}-${mark}`);
      const copy = mayRunScripts ? undefined : await copyOf(page);
      await (copy ?? page).evaluate(AXE);
      const { violations, passes } = await (copy ?? page).evaluate<AxeResults>('axe.run()');
      await copy?.close();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      const lines = [`${name}, ${theme}: ${passes.length} rules pass, ${found.length} fail`, ...found];
      await appendFile(REPORT, `${lines.join('\n  ')}\n`);
      assert.deepEqual(found, [], theme);
    }
  };

  it('starts from the keyboard and moves focus to a notification with a complete label', async () => {
    await workbench.run('BAP Identity: Sign In…');
    await workbench.listItem('Sigma Identity').waitFor();
    await press('Enter');
    const code = await workbench.userCode('Sigma Identity');
    const row = workbench.page.locator('.notifications-center .monaco-list-row', { hasText: code });
    assert.match((await row.getAttribute('class')) ?? '', /\bfocused\b/);
    const spoken = (await row.getAttribute('aria-label')) ?? '';
    for (const words of [
      code,
      'Copy link',
      `Open ${new URL(sigma.url).host}`,
      'Continue only if you started this',
    ])
      assert.ok(spoken.replaceAll('\u00a0', ' ').includes(words), spoken);
  });

  it('reaches every named link and button with Tab', async () => {
    await workbench.run('Notifications: Show Notifications');
    await workbench.page.locator('.notifications-center .monaco-list:focus').waitFor();
    const names: string[] = [];
    const links = [`Open ${new URL(sigma.url).host}`, 'Copy code', 'Copy link', 'Show QR code'];
    for (const name of ['Cancel', ...links]) {
      await press('Tab');
      names.push((await focused().last().innerText()).replaceAll('\u00a0', ' '));
      await workbench.page.getByRole(name === 'Cancel' ? 'button' : 'link', { name }).waitFor();
    }
    assert.deepEqual(names, ['Cancel', ...links]);
  });

  it('activates a link with Enter and confirms it', async () => {
    await workbench.waitForNotification('Your code is');
    const link = workbench.notification('Your code is').getByRole('link', { name: 'Copy code' });
    await link.focus();
    await press('Enter');
    await workbench.waitForNotification('Copied, if your browser allows it.');
    assert.equal(await workbench.clipboard(), sigma.newestUserCode);
  });

  it('confirms a copy command in a dialog that one key accepts', async () => {
    await workbench.run('BAP Identity: Copy Sign-In Link');
    const dialog = workbench.page.getByRole('dialog', { name: 'Copy the link for your sign-in with Sigma' });
    await dialog.getByText('Other extensions can read what is on the clipboard.').waitFor();
    assert.equal(await focused().last().innerText(), 'Copy Link');
    await press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await workbench.until(async () => /[?&]code=/.test(await workbench.clipboard()), 'the link');
    await workbench.waitForNotification('Copied, if your browser allows it.');
  });

  it('gives the status bar item a descriptive name', async () => {
    await workbench.page
      .getByRole('button', { name: /^Sign in with Sigma Identity: \d+ min left$/ })
      .waitFor();
  });

  it('has no axe violations on the QR page', async () => {
    await qr.show();
    await check('axe-qr', false);
  });

  it('has no axe violations on the identity page', async () => {
    await sigma.approve(sigma.newestUserCode ?? '');
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi.');
    await workbench.run('BAP Identity: Show Identity…');
    await qr.page.getByRole('heading', { name: 'satoshi' }).waitFor();
    await check('axe-identity', true);
  });
});
