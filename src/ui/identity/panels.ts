import * as vscode from 'vscode';
import * as z from 'zod/mini';

import { safeText } from '../../base/safeText.ts';
import type { IdentityService } from '../../services/service.ts';
import { hostOf } from '../../services/servers.ts';
import { type AccountOf, accountKey, sameAccount } from '../../sessions/accountKey.ts';
import type { Sessions } from '../../sessions/openSessions.ts';
import type { AccountItem } from '../accountPicker.ts';
import { type IdentityCard, identityCard } from './card.ts';
import { identityHtml } from './cardHtml.ts';
import { identityTexts } from './texts.ts';

export const IDENTITY_VIEW_TYPE = 'bapIdentity.identity';

/** All that a page can ask for: a copy of one of its rows. It never says what the copy holds. */
const Request = z.object({ copy: z.number() });

/** The editor tabs that show identities: one for each account, for as long as it is signed in. */
export class IdentityPanels implements vscode.Disposable {
  readonly #media: vscode.Uri;
  readonly #sessions: Sessions;
  readonly #panels = new Map<string, Panel>();
  readonly #listener: { dispose(): void };

  constructor(extensionUri: vscode.Uri, sessions: Sessions) {
    this.#media = vscode.Uri.joinPath(extensionUri, 'media');
    this.#sessions = sessions;
    // The store tells of the sessions of all servers.
    this.#listener = sessions.store.onDidChange(() => {
      for (const panel of this.#panels.values()) panel.update();
    });
  }

  /** Opens the account's tab, or brings it to the front. */
  show({ provider, account }: Pick<AccountItem, 'provider' | 'account'>): void {
    const { serviceId, server, id: accountId } = account;
    const about = { serviceId, server, person: { accountId } };
    const key = accountKey(about);
    const open = this.#panels.get(key);
    if (open !== undefined) {
      open.reveal();
      return;
    }
    const panel = new Panel(this.#media, () => this.#card(provider.service, about));
    this.#panels.set(key, panel);
    panel.onDidDispose(() => this.#panels.delete(key));
    panel.update();
  }

  dispose(): void {
    this.#listener.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }

  #card({ label }: IdentityService, about: AccountOf): IdentityCard | undefined {
    const hidden = this.#sessions.byService.flatMap(({ records }) => records.hidden());
    const ofAccount = [...this.#sessions.current(), ...hidden].filter((record) => sameAccount(record, about));
    const service = `${label} · ${safeText(hostOf(about.server))}`;
    return identityCard(ofAccount, service, identityTexts(), vscode.env.language);
  }
}

class Panel {
  readonly #panel: vscode.WebviewPanel;
  readonly #media: vscode.Uri;
  readonly #read: () => IdentityCard | undefined;
  #card: IdentityCard | undefined;

  /** `read` gives the card as it is now, and undefined once the account is signed out. */
  constructor(media: vscode.Uri, read: () => IdentityCard | undefined) {
    this.#media = media;
    this.#read = read;
    this.#panel = vscode.window.createWebviewPanel(IDENTITY_VIEW_TYPE, '', vscode.ViewColumn.Active, {
      enableScripts: true,
      enableForms: false,
      localResourceRoots: [media],
    });
    this.#panel.iconPath = vscode.Uri.joinPath(media, 'icon.png');
    this.#panel.webview.onDidReceiveMessage((message) => this.#copy(message));
  }

  update(): void {
    const card = this.#read();
    if (card === undefined) {
      this.#panel.dispose();
      return;
    }
    // A new page would lose the place of a person who reads it.
    if (JSON.stringify(card) === JSON.stringify(this.#card)) return;
    this.#card = card;
    const { webview } = this.#panel;
    const file = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.#media, name)).toString();
    this.#panel.title = card.name;
    webview.html = identityHtml(card, identityTexts(), {
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

  async #copy(message: unknown): Promise<void> {
    const index = z.safeParse(Request, message).data?.copy ?? -1;
    const row = this.#card?.groups.flatMap(({ rows }) => rows)[index];
    if (row === undefined) return;
    await vscode.env.clipboard.writeText(row.value);
    await this.#panel.webview.postMessage({ copied: index });
  }
}
