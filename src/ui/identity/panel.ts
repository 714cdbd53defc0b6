import * as vscode from 'vscode';
import * as z from 'zod/mini';

import { identityHtml } from './cardHtml.ts';
import { Action, type IdentityPage } from './page.ts';
import { identityTexts } from './texts.ts';

export const IDENTITY_VIEW_TYPE = 'bapIdentity.identity';

/** All that a page can ask for: a copy of one of its rows, or an action. It never says what the copy holds. */
const Request = z.union([z.object({ copy: z.number() }), z.object({ run: Action })]);

/** One tab that shows an identity. */
export class IdentityPanel {
  readonly #panel: vscode.WebviewPanel;
  readonly #media: vscode.Uri;
  readonly #read: () => IdentityPage;
  #page: IdentityPage | undefined;

  /** `read` gives the page as it is now. `run` does what a button of the page asks for. */
  constructor(media: vscode.Uri, read: () => IdentityPage, run: (action: Action) => void) {
    this.#media = media;
    this.#read = read;
    this.#panel = vscode.window.createWebviewPanel(IDENTITY_VIEW_TYPE, '', vscode.ViewColumn.Active, {
      enableScripts: true,
      enableForms: false,
      localResourceRoots: [media],
    });
    this.#panel.iconPath = vscode.Uri.joinPath(media, 'icon.png');
    this.#panel.webview.onDidReceiveMessage((message) => {
      const request = z.safeParse(Request, message).data;
      if (request === undefined) return;
      if ('run' in request) run(request.run);
      else void this.#copy(request.copy);
    });
    this.update();
  }

  update(): void {
    const page = this.#read();
    // A new page would lose the place of a person who reads it.
    if (JSON.stringify(page) === JSON.stringify(this.#page)) return;
    this.#page = page;
    const { webview } = this.#panel;
    const file = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.#media, name)).toString();
    this.#panel.title = page.card.name;
    webview.html = identityHtml(page, identityTexts(), {
      style: file('identity.css'),
      script: file('identity.js'),
      cspSource: webview.cspSource,
      nonce: crypto.randomUUID(),
      language: vscode.env.language,
    });
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
    await vscode.env.clipboard.writeText(row.value);
    await this.#panel.webview.postMessage({ copied: index });
  }
}
