import * as vscode from 'vscode';

import { accountKey } from '../sessions/accountKey.ts';
import type { Sessions } from '../sessions/openSessions.ts';
import type { AccountItem } from '../accounts/accountPicker.ts';
import type { Mcp } from '../sharing/mcp/mcp.ts';
import { AccountPage } from './accountPage.ts';
import type { ClawNetContext } from './clawNet.ts';
import { IdentityPanel } from './panel.ts';
import { trustedExtensionsCommand } from './trustedExtensions.ts';

/** The editor tabs that show identities: one for each account. */
export class IdentityPanels implements vscode.Disposable {
  readonly #media: vscode.Uri;
  readonly #mcp: Mcp;
  readonly #clawNet: ClawNetContext;
  readonly #panels = new Map<string, IdentityPanel>();
  readonly #listeners: readonly { dispose(): void }[];

  constructor(extensionUri: vscode.Uri, sessions: Sessions, mcp: Mcp, clawNet: ClawNetContext) {
    this.#media = vscode.Uri.joinPath(extensionUri, 'media');
    this.#mcp = mcp;
    this.#clawNet = clawNet;
    const update = (): void => {
      for (const panel of this.#panels.values()) panel.update();
    };
    // The store tells of the sessions of all servers, and the sessions tell when the settings name another server.
    this.#listeners = [
      sessions.store.onDidChange(update),
      sessions.onDidChange(update),
      mcp.onDidChangeAllowed(update),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration('bapIdentity.clawnet')) return;
        update();
        for (const panel of this.#panels.values()) panel.updateClawNet();
      }),
    ];
  }

  /** Opens the account's tab, or brings it to the front. */
  async show(item: Pick<AccountItem, 'provider' | 'account'>): Promise<void> {
    const command = await trustedExtensionsCommand();
    const { serviceId, server, id: accountId } = item.account;
    const key = accountKey({ serviceId, server, person: { accountId } });
    const open = this.#panels.get(key);
    if (open !== undefined) {
      open.reveal();
      return;
    }
    const page = new AccountPage(item, command, this.#mcp, this.#clawNet, () => {
      panel.updateClawNet();
    });
    const panel: IdentityPanel = new IdentityPanel(this.#media, page);
    this.#panels.set(key, panel);
    panel.onDidDispose(() => this.#panels.delete(key));
  }

  dispose(): void {
    for (const each of [...this.#listeners, ...this.#panels.values()]) each.dispose();
  }
}
