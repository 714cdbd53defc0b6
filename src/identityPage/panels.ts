import * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { AccountItem } from '../accounts/accountPicker.ts';
import type { Log } from '../base/log.ts';
import { accountKey } from '../sessions/accounts.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { settings } from '../settings.ts';
import type { Mcp } from '../sharing/mcp/mcp.ts';
import { copyToClipboard, notConfirmed } from '../signIn/clipboard.ts';
import { AccountPage, trustedExtensionsCommand } from './accountPage.ts';
import type { ClawNetContext } from './clawNet.ts';
import { Action, identityHtml, type IdentityPage, type PanelContent } from './page.ts';
import { identityTexts } from './texts.ts';

/** The editor tabs that show identities, one for each account. */
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
    // The store fires for the sessions of all servers, and the sessions fire when the settings name another server.
    this.#listeners = [
      sessions.store.onDidChange(update),
      sessions.onDidChange(update),
      mcp.onDidChangeAllowed(update),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration(settings.clawnetApiUrl.key)) return;
        update();
        for (const panel of this.#panels.values()) panel.updateClawNet();
      }),
    ];
  }

  /** Opens the account's tab, or brings it to the front. */
  async show(item: Pick<AccountItem, 'provider' | 'account'>): Promise<void> {
    const command = await trustedExtensionsCommand();
    const key = accountKey(item.account.sessions[0]);
    const open = this.#panels.get(key);
    if (open !== undefined) {
      open.reveal();
      return;
    }
    const page = new AccountPage(item, command, this.#mcp, this.#clawNet, () => {
      panel.updateClawNet();
    });
    const panel: IdentityPanel = new IdentityPanel(this.#media, page, this.#clawNet.http.log);
    this.#panels.set(key, panel);
    panel.onDidDispose(() => this.#panels.delete(key));
  }

  dispose(): void {
    for (const each of [...this.#listeners, ...this.#panels.values()]) each.dispose();
  }
}

export const IDENTITY_VIEW_TYPE = 'bapIdentity.identity';

/**
 * Everything that a page can request: to copy one of its rows, to run an action, or to receive its ClawNet section
 * after it has been drawn again. A page never says what text to copy.
 */
const Request = z.union([
  z.object({ copy: z.number() }),
  z.object({ run: Action }),
  z.object({ drawn: z.literal(true) }),
]);

/** One tab that shows an identity. */
class IdentityPanel {
  readonly #panel: vscode.WebviewPanel;
  readonly #media: vscode.Uri;
  readonly #content: PanelContent;
  readonly #log: Log;
  #page: IdentityPage | undefined;

  constructor(media: vscode.Uri, content: PanelContent, log: Log) {
    this.#media = media;
    this.#content = content;
    this.#log = log;
    this.#panel = vscode.window.createWebviewPanel(IDENTITY_VIEW_TYPE, '', vscode.ViewColumn.Active, {
      enableScripts: true,
      enableForms: false,
      localResourceRoots: [media],
    });
    this.#panel.iconPath = vscode.Uri.joinPath(media, 'icon.png');
    this.#panel.webview.onDidReceiveMessage((message) => {
      const request = z.safeParse(Request, message).data;
      if (request === undefined) return;
      if ('run' in request) void content.run(request.run);
      else if ('copy' in request)
        void this.#copy(request.copy).catch(() => undefined); // the tab has closed
      else this.updateClawNet();
    });
    this.#panel.onDidDispose(() => {
      content.dispose();
    });
    this.update();
  }

  update(): void {
    const page = this.#content.read();
    // A new page would lose the user's scroll position and focus.
    if (JSON.stringify(page) === JSON.stringify(this.#page)) return;
    this.#page = page;
    const { webview } = this.#panel;
    const file = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.#media, name)).toString();
    this.#panel.title = page.card.name;
    webview.html = identityHtml(
      page,
      page.hasClawNet ? this.#content.clawNet() : undefined,
      identityTexts(),
      {
        style: file('identity.css'),
        script: file('identity.js'),
        cspSource: webview.cspSource,
        nonce: crypto.randomUUID(),
        language: vscode.env.language,
      },
    );
  }

  /** Updates the ClawNet section within the page, so that the user keeps their scroll position. */
  updateClawNet(): void {
    const clawNet = this.#content.clawNet();
    if (clawNet === undefined) return;
    const { html, status } = clawNet;
    void this.#panel.webview.postMessage({ clawNet: { html: html.toString(), status } });
  }

  reveal(): void {
    this.#panel.reveal();
  }

  onDidDispose(listener: () => void): void {
    this.#panel.onDidDispose(listener);
  }

  dispose(): void {
    this.#panel.dispose();
  }

  async #copy(index: number): Promise<void> {
    const row = this.#page?.card.groups.flatMap(({ rows }) => rows)[index];
    if (row === undefined) return;
    const outcome = await copyToClipboard(row.value, this.#log);
    await this.#panel.webview.postMessage({
      copied: index,
      ...(outcome !== 'copied' && { doubt: notConfirmed(outcome) }),
    });
  }
}
