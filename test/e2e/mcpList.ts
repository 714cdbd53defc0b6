import type { Workbench } from './workbench.ts';

/** VS Code's list of MCP servers. */
export class McpList {
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  async choose(label: string, action: string): Promise<void> {
    await this.#workbench.run('MCP: List Servers');
    await this.#workbench.listItem(label).click();
    await this.#workbench.listItem(action).click();
  }

  start(label: string): Promise<void> {
    return this.choose(label, 'Start Server');
  }

  /** Reopens the list until it shows the state: a server that starts can close it. */
  async waitFor(label: string, state: string): Promise<void> {
    await this.#workbench.until(async () => {
      await this.#workbench.run('MCP: List Servers');
      const row = this.#workbench.listItem(label).filter({ hasText: state });
      const isThere = await row.waitFor({ timeout: 1_000 }).then(
        () => true,
        () => false,
      );
      await this.#workbench.page.keyboard.press('Escape');
      return isThere;
    }, `the state ${state} of ${label}`);
  }
}
