import * as vscode from 'vscode';
import * as z from 'zod/mini';

import { identityHtml } from './cardHtml.ts';
import { Action, type ClawNetPart, type IdentityPage } from './page.ts';
import { identityTexts } from './texts.ts';

export const IDENTITY_VIEW_TYPE = 'bapIdentity.identity';

/** What a tab shows, and what its buttons do. */
export interface PanelContent {
  /** The page as it is now. */
  read(): IdentityPage;
  /** Its ClawNet section as it is now. Undefined for a page without one. */
  clawNet(): ClawNetPart | undefined;
  /** Does what a button of the page asks for. Never rejects. */
  run(action: Action): Promise<void>;
  /** Called when the tab has closed. */
  dispose(): void;
}

/**
 * All that a page can ask for: a copy of one of its rows, an action, or its ClawNet section, when it is drawn again.
 * It never says what the copy holds.
 */
const Request = z.union([
  z.object({ copy: z.number() }),
  z.object({ run: Action }),
  z.object({ drawn: z.literal(true) }),
]);

/** One tab that shows an identity. */
export class IdentityPanel {
  readonly #panel: vscode.WebviewPanel;
  readonly #media: vscode.Uri;
  readonly #content: PanelContent;
  #page: IdentityPage | undefined;

  constructor(media: vscode.Uri, content: PanelContent) {
    this.#media = media;
    this.#content = content;
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
      else if ('copy' in request) void this.#copy(request.copy);
      else this.updateClawNet();
    });
    this.#panel.onDidDispose(() => {
      content.dispose();
    });
    this.update();
  }

  update(): void {
    const page = this.#content.read();
    // A new page would lose the place of a person who reads it.
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

  /** Shows the ClawNet section as it is now, in the page that is there: the person keeps their place. */
  updateClawNet(): void {
    const clawNet = this.#content.clawNet();
    if (clawNet !== undefined) void this.#panel.webview.postMessage({ clawNet });
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
