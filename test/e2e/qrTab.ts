import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { decodeQr } from './decodeQr.ts';
import type { Workbench } from './workbench.ts';

/** The notification and the QR tab of one sign-in. */
export class QrTab {
  readonly #workbench: Workbench;
  readonly #service: string;

  constructor(workbench: Workbench, service: string) {
    this.#workbench = workbench;
    this.#service = service;
  }

  get tab(): Locator {
    return this.#workbench.page.getByRole('tab', { name: `Sign in with ${this.#service}` });
  }

  get page(): FrameLocator {
    return this.#workbench.webview;
  }

  get qr(): Locator {
    return this.page.getByRole('img', { name: 'QR code for the page where you approve this sign-in' });
  }

  get #title(): string {
    return `Sign in with ${this.#service}:`;
  }

  async start(): Promise<void> {
    await this.#workbench.run('BAP Identity: Sign In…');
    await this.#workbench.listItem(this.#service).click();
  }

  click(link: string): Promise<void> {
    return this.#workbench.clickInNotification(this.#title, 'link', link);
  }

  async show(): Promise<void> {
    await this.click('Show QR code');
    await this.tab.waitFor();
    await this.page.getByRole('heading', { name: `Sign in with ${this.#service}` }).waitFor();
  }

  async cancel(): Promise<void> {
    await this.#workbench.clickInNotification(this.#title, 'button', 'Cancel');
    await this.#workbench.notification(this.#title).waitFor({ state: 'detached' });
    await this.waitUntilClosed();
  }

  waitUntilClosed(): Promise<void> {
    return this.tab.waitFor({ state: 'detached' });
  }

  /** Compares the QR code in a screenshot, which can show it later than the DOM has it. */
  async expectCode(address: string | undefined, name: string): Promise<void> {
    assert.ok(address !== undefined);
    let read: string | undefined;
    await this.#workbench.until(async () => {
      read = decodeQr(await this.#workbench.screenshot(name));
      return read !== undefined;
    }, `a QR code that can be read in ${name}.png`);
    assert.equal(read, address);
  }
}
