import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../vscode/browser.ts';
import { ensureChromium } from '../vscode/chromium.ts';
import { outFolder } from '../vscode/paths.ts';
import type { Theia } from './host.ts';

const screenshotFolder = path.join(outFolder, 'screenshots-theia');

/** Generous, because a window on a busy machine can take a minute to start its extensions. */
const WAIT_MS = 120_000;

/** A window of Theia, driven like a user would. */
export class TheiaWindow {
  readonly page: Page;
  readonly #theia: Theia;
  readonly #browser: Browser;

  private constructor(theia: Theia, browser: Browser, page: Page) {
    this.#theia = theia;
    this.#browser = browser;
    this.page = page;
  }

  static async open(theia: Theia): Promise<TheiaWindow> {
    const browser = await launchBrowser(await ensureChromium());
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(WAIT_MS);
    const window = new TheiaWindow(theia, browser, await context.newPage());
    await window.reload();
    return window;
  }

  /** Theia adds the button of the Accounts menu with the first provider. */
  async reload(): Promise<void> {
    await this.page.goto(this.#theia.url);
    await this.#accountsButton().waitFor();
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  // Accounts menu

  /** Reopens the menu until it has the entry, which its extension adds at some point. Leaves the menu open. */
  async accountsEntry(name: string): Promise<Locator> {
    const entry = this.menuItem(name);
    await this.until(async () => {
      await this.page.keyboard.press('Escape');
      await this.#accountsButton().click();
      return entry.isVisible();
    }, `"${name}" in the Accounts menu`);
    return entry;
  }

  async chooseInAccountsMenu(name: string): Promise<void> {
    await (await this.accountsEntry(name)).click();
  }

  async signOutInMenu(account: string): Promise<void> {
    await (await this.accountsEntry(account)).hover();
    await this.menuItem('Sign Out').click();
    await this.clickInNotification('Sign', 'button', 'Sign Out');
  }

  menuItem(name: string): Locator {
    return this.page.locator('.lm-Menu-item', { hasText: name }).first();
  }

  #accountsButton(): Locator {
    return this.page.locator('.theia-sidebar-menu-item', { has: this.page.locator('.codicon-account') });
  }

  // Notifications

  notification(text: string | RegExp): Locator {
    return this.page
      .locator('.theia-notification-list-item', { hasText: text })
      .filter({ visible: true })
      .first();
  }

  async waitForNotification(text: string | RegExp): Promise<string> {
    const message = this.notification(text).locator('.theia-notification-message');
    return (await message.innerText()).replace(/\s+/g, ' ');
  }

  async clickInNotification(
    text: string | RegExp,
    role: 'button' | 'link',
    name: string | RegExp,
  ): Promise<void> {
    await this.notification(text).getByRole(role, { name }).click();
  }

  /** Returns the code in a sign-in's notification. */
  async userCode(service: string): Promise<string> {
    const text = await this.waitForNotification(new RegExp(`Sign in with ${service}: .*Your code is`));
    const code = /Your code is (\S+)\./.exec(text)?.[1];
    assert.ok(code, text);
    return code;
  }

  // Command Palette, lists, dialogs and tabs

  async run(command: string): Promise<void> {
    await this.until(async () => {
      await this.page.keyboard.press('F1');
      try {
        await this.page.locator('.quick-input-widget input[type="text"]').first().fill(`>${command}`, {
          timeout: 5_000,
        });
        await this.listItem(command).click({ timeout: 5_000 });
        return true;
      } catch {
        await this.page.keyboard.press('Escape');
        return false;
      }
    }, `the command ${command}`);
  }

  /** An item of an open list. */
  listItem(name: string): Locator {
    return this.page
      .locator('.quick-input-list .monaco-list-row', { hasText: name })
      .filter({ visible: true })
      .first();
  }

  dialog(): Locator {
    return this.page.locator('.dialogBlock');
  }

  async answerDialog(button: string): Promise<void> {
    await this.dialog().getByRole('button', { name: button, exact: true }).click();
    await this.dialog().waitFor({ state: 'hidden' });
  }

  /** The page in the web view of the active tab. */
  webView(): FrameLocator {
    return this.page.frameLocator('.theia-webview iframe').frameLocator('#active-frame');
  }

  /** Returns the browser tab that `open` causes to open. */
  async newTab(open: () => Promise<void>): Promise<Page> {
    const tab = this.page.context().waitForEvent('page');
    await open();
    return tab;
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshotFolder, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshotFolder, `${name}.png`) });
  }

  /** Repeats `attempt` until it returns true. Fails with what it waited for. */
  async until(attempt: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    while (!(await attempt())) {
      assert.ok(Date.now() < deadline, `timed out waiting for ${what}`);
      await this.page.waitForTimeout(500);
    }
  }
}
