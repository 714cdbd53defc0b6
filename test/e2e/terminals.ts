import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Workbench } from './workbench.ts';

const SETTING = 'bapIdentity.terminal.environment';

/** Keeps the settings editor from covering the terminals. */
export const terminalSettings = { 'workbench.editor.useModal': 'off' };

/** Drives terminals and the setting for their environment. */
export class Terminals {
  readonly #workbench: Workbench;
  readonly #folder: string;
  #outputs = 0;

  private constructor(workbench: Workbench, folder: string) {
    this.#workbench = workbench;
    this.#folder = folder;
  }

  static async of(workbench: Workbench): Promise<Terminals> {
    return new Terminals(workbench, await mkdtemp(path.join(tmpdir(), 'terminal-')));
  }

  /** Deletes the output files. */
  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  choose(mode: string): Promise<void> {
    return this.#workbench.set(SETTING, mode);
  }

  /** Changes the setting in the settings editor. */
  async chooseInEditor(mode: string): Promise<void> {
    await this.#workbench.run('Preferences: Open Settings (UI)');
    const { page } = this.#workbench;
    const search = page.locator('.settings-header .monaco-editor');
    // Retype until the text is complete: a busy editor can drop keys.
    await this.#workbench.until(async () => {
      await search.click();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(`@id:${SETTING}`);
      return (await search.locator('.view-line').innerText()) === `@id:${SETTING}`;
    }, 'the name of the setting');
    const select = page.getByLabel(SETTING, { exact: true });
    const option = page
      .locator('.select-box-dropdown-list-container .option-text')
      .getByText(mode, { exact: true });
    // Reopen the options until one is clicked: they close when the editor re-renders or loses the focus.
    await this.#workbench.until(async () => {
      if (!(await option.isVisible())) await select.click();
      return option.click({ timeout: 5_000 }).then(
        () => true,
        () => false,
      );
    }, `the option ${mode}`);
  }

  /** Runs a command in a new terminal and returns its output. */
  runInNew(command: string): Promise<string> {
    return this.#run('Consumer: Run in a New Terminal', command);
  }

  /** Runs a command in the active terminal and returns its output. */
  runInLast(command: string): Promise<string> {
    return this.#run('Consumer: Run in the Terminal', command);
  }

  /** Reloads without open terminals, because VS Code would restore and focus them. */
  async reloadWithout(): Promise<void> {
    await this.#workbench.run('Terminal: Kill All Terminals');
    const shells = this.#workbench.page.locator('.terminal-wrapper .xterm');
    await this.#workbench.until(async () => (await shells.count()) === 0, 'the terminals to close');
    await this.#workbench.reload();
  }

  /** Sends the command through test/consumer: the focus can move away while keys are typed. */
  async #run(consumerCommand: string, command: string): Promise<string> {
    const file = path.join(this.#folder, String(++this.#outputs));
    await this.#workbench.run(consumerCommand);
    const { page } = this.#workbench;
    const box = page.locator('.quick-input-widget', { hasText: 'Consumer: Text for the Terminal' });
    await box.locator('input[type="text"]').fill(`{ ${command}; } > ${file} 2>&1; echo > ${file}.done`);
    await page.keyboard.press('Enter');
    await this.#workbench.until(
      () =>
        readFile(`${file}.done`).then(
          () => true,
          () => false,
        ),
      'the shell',
    );
    return (await readFile(file, 'utf8')).trim();
  }
}
