import { escapeHtml } from '../base/html.ts';
import type { CardRow } from './card.ts';
import type { ClawNetPart, IdentityPage } from './page.ts';
import type { IdentityTexts } from './texts.ts';

export interface PageParts {
  readonly style: string;
  readonly script: string;
  /** Where the style sheet may come from: `webview.cspSource`. */
  readonly cspSource: string;
  /** New for each page. Only the script with this nonce can run. */
  readonly nonce: string;
  readonly language: string;
}

/**
 * The page of an identity as HTML. It can load only its style, its script and images from the picture's origin.
 * Nothing in it is a link: its buttons ask the extension for one of a few actions.
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
  const image =
    picture === undefined ? '' : `<img src="${escapeHtml(picture)}" alt="" referrerpolicy="no-referrer">`;
  let index = 0;
  const groups = card.groups.map(
    ({ title, rows }, group) => `
      <section aria-labelledby="group-${group}">
        <h2 id="group-${group}">${escapeHtml(title)}</h2>
        <ul>${rows.map((row) => `<li>${rowHtml(row, index++, texts)}</li>`).join('')}</ul>
      </section>`,
  );
  return `<!DOCTYPE html>
<html lang="${escapeHtml(page.language)}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeHtml(card.name)}</title>
    <link rel="stylesheet" href="${escapeHtml(page.style)}">
  </head>
  <body>
    <main>
      <header>
        <div class="avatar" aria-hidden="true"><span>${escapeHtml(card.initials)}</span>${image}</div>
        <div>
          <h1>${escapeHtml(card.name)}</h1>
          <p>${escapeHtml(card.service)}</p>
        </div>
      </header>
      ${notice === undefined ? '' : `<p class="notice">${escapeHtml(notice)}</p>`}
      <div class="buttons">${buttons.map(buttonHtml).join('')}</div>${groups.join('')}
      ${clawNet === undefined ? '' : `<section id="clawnet" aria-labelledby="clawnet-title">${clawNet.html}</section>`}
      <p id="status" role="status" aria-live="polite"></p>
    </main>
    <script nonce="${escapeHtml(page.nonce)}" src="${escapeHtml(page.script)}"></script>
  </body>
</html>`;
}

function buttonHtml({ action, label }: IdentityPage['buttons'][number]): string {
  return `<button type="button" class="button" data-run="${action}">${escapeHtml(label)}</button>`;
}

function rowHtml({ kind, label, value, note }: CardRow, index: number, texts: IdentityTexts): string {
  const cells =
    `<span class="label">${escapeHtml(label)}</span>` +
    `<span class="value ${kind}">${escapeHtml(value)}</span>`;
  if (kind === 'none') return `<div class="row">${cells}</div>`;
  // Beside the button, not in it: a click copies the value alone.
  const description = note === undefined ? '' : ` aria-describedby="note-${index}"`;
  const below = note === undefined ? '' : `<p class="note" id="note-${index}">${escapeHtml(note)}</p>`;
  return (
    `<button type="button" class="row" data-row="${index}"${description}>${cells}` +
    `<span class="copy">${escapeHtml(texts.copy)}</span>` +
    `<span class="copied">${escapeHtml(texts.copied)}</span></button>${below}`
  );
}
