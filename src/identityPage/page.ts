import * as z from 'zod/mini';

import { type Html, html } from '../base/html.ts';
import type { CardRow, IdentityCard } from './card.ts';
import type { IdentityTexts } from './texts.ts';

/** What the buttons of the ClawNet section request. */
const CLAWNET_ACTIONS = ['askClawNet', 'moreTrust', 'moreVouches'] as const;
export type ClawNetAction = (typeof CLAWNET_ACTIONS)[number];

/** What the buttons of the page request. */
export const Action = z.literal(['signIn', 'signOut', 'manageExtensions', 'mcpServers', ...CLAWNET_ACTIONS]);
export type Action = z.infer<typeof Action>;

/** The page of one account. */
export interface IdentityPage {
  readonly card: IdentityCard;
  /** Shown above everything else. */
  readonly notice?: string;
  readonly buttons: readonly { readonly action: Action; readonly label: string }[];
  /** There is a section for ClawNet. It changes without a new page. */
  readonly hasClawNet: boolean;
}

/** The ClawNet section at this moment. */
export interface ClawNetPart {
  readonly html: Html;
  /** What a screen reader announces. */
  readonly status: string;
}

/** What a tab shows and does. */
export interface PanelContent {
  /** The current page. */
  read(): IdentityPage;
  /** The current ClawNet section. Undefined for a page without one. */
  clawNet(): ClawNetPart | undefined;
  /** Runs the action of a button. Never rejects. */
  run(action: Action): Promise<void>;
  /** Called after the tab has closed. */
  dispose(): void;
}

/** What decides about the notice and the buttons. */
export interface PageOptions {
  /** Why the account is not in use. Absent for an account that is. */
  readonly whyDormant?: string | undefined;
  /** VS Code can show which extensions may use an account. */
  readonly canManageExtensions: boolean;
  readonly hasClawNet: boolean;
  /** MCP servers may get a token of the account. */
  readonly hasMcpServers: boolean;
}

/** The page of an account that is signed in. */
export function signedInPage(
  card: IdentityCard,
  { whyDormant, canManageExtensions, hasClawNet, hasMcpServers }: PageOptions,
  texts: IdentityTexts,
): IdentityPage {
  const { signInAgain, manageExtensions, mcpServers, signOut } = texts;
  return {
    card,
    ...(whyDormant !== undefined && { notice: whyDormant }),
    buttons: [
      // A sign-in goes to the server in the settings, where this account is not.
      ...(whyDormant === undefined ? [{ action: 'signIn', label: signInAgain } as const] : []),
      ...(canManageExtensions ? [{ action: 'manageExtensions', label: manageExtensions } as const] : []),
      ...(hasMcpServers ? [{ action: 'mcpServers', label: mcpServers } as const] : []),
      { action: 'signOut', label: signOut },
    ],
    hasClawNet,
  };
}

/** The page of an account that has been signed out while the page was open. */
export function signedOutPage(card: IdentityCard, notice: string, texts: IdentityTexts): IdentityPage {
  return {
    card: { ...card, groups: [] },
    notice,
    buttons: [{ action: 'signIn', label: texts.signIn }],
    hasClawNet: false,
  };
}

/** Where the page gets its parts from. URIs are as the webview has them. */
export interface PageParts {
  readonly style: string;
  readonly script: string;
  /** The source of the style sheet for the policy: `webview.cspSource`. */
  readonly cspSource: string;
  /** New for each page. Only the script with this nonce may run. */
  readonly nonce: string;
  readonly language: string;
}

/**
 * The page of an identity as HTML. It may load only its style, its script and images from the picture's origin.
 * It contains no links: its buttons request one of a few actions from the extension.
 */
export function identityHtml(
  { card, notice, buttons }: IdentityPage,
  clawNet: ClawNetPart | undefined,
  texts: IdentityTexts,
  page: PageParts,
): string {
  const { picture } = card;
  const policy = [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    ...(picture === undefined ? [] : [`img-src ${new URL(picture).origin}`]),
    `style-src ${page.cspSource}`,
    `script-src 'nonce-${page.nonce}'`,
  ].join('; ');
  const image = picture !== undefined && html`<img src="${picture}" alt="" referrerpolicy="no-referrer">`;
  let index = 0;
  const groups = card.groups.map(
    ({ title, rows }, group) => html`
      <section aria-labelledby="group-${group}">
        <h2 id="group-${group}">${title}</h2>
        <ul>${rows.map((row) => html`<li>${rowHtml(row, index++, texts)}</li>`)}</ul>
      </section>`,
  );
  const document = html`<!DOCTYPE html>
<html lang="${page.language}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${card.name}</title>
    <link rel="stylesheet" href="${page.style}">
  </head>
  <body>
    <main>
      <header>
        <div class="avatar" aria-hidden="true"><span>${card.initials}</span>${image}</div>
        <div>
          <h1>${card.name}</h1>
          <p>${card.service}</p>
        </div>
      </header>
      ${notice !== undefined && html`<p class="notice">${notice}</p>`}
      <div class="buttons">${buttons.map(buttonHtml)}</div>${groups}
      ${clawNet && html`<section id="clawnet" aria-labelledby="clawnet-title">${clawNet.html}</section>`}
      <p id="status" role="status" aria-live="polite"></p>
    </main>
    <script nonce="${page.nonce}" src="${page.script}"></script>
  </body>
</html>`;
  return document.toString();
}

function buttonHtml({ action, label }: IdentityPage['buttons'][number]): Html {
  return html`<button type="button" class="button" data-run="${action}">${label}</button>`;
}

function rowHtml({ kind, label, value, note }: CardRow, index: number, texts: IdentityTexts): Html {
  const cells = html`<span class="label">${label}</span><span class="value ${kind}">${value}</span>`;
  if (kind === 'none') return html`<div class="row">${cells}</div>`;
  const copy = html`<span class="copy">${texts.copy}</span><span class="copied">${texts.copied}</span><span class="doubt"></span>`;
  if (note === undefined)
    return html`<button type="button" class="row" data-row="${index}">${cells}${copy}</button>`;
  // The note is beside the button, not in it: a click copies the value alone.
  const button = html`<button type="button" class="row" data-row="${index}" aria-describedby="note-${index}">${cells}${copy}</button>`;
  return html`${button}<p class="note" id="note-${index}">${note}</p>`;
}
